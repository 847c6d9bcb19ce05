import { describe, expect, it } from '@jest/globals'
import { defineTopic, text } from '@rocketmq-ts/client'
import fc from 'fast-check'
import { Observable, Subject, type Subscriber } from 'rxjs'
import { runs } from '../../../test/random-runs'
import { type SettleOptions, settle, testDelivery } from '../src/index'

const Orders = defineTopic('orders', text())
type Order = ReturnType<typeof order>
const order = (n: number, key: string | undefined) =>
  testDelivery(Orders, `${n}`, { queueOffset: n, ...(key === undefined ? {} : { shardingKey: key }) })

/** What may happen next: a delivery comes, or one of those under way (by turns) emits, ends, fails or is lost. */
type Step =
  | { readonly kind: 'comes'; readonly key: string | undefined }
  | { readonly kind: 'emits' | 'ends' | 'fails' | 'is lost'; readonly which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('comes' as const), key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }) }),
  fc.record({ kind: fc.constantFrom('emits' as const, 'ends' as const, 'fails' as const, 'is lost' as const), which: fc.nat() })
)
const options = fc.record({
  concurrency: fc.option(fc.integer({ min: 1, max: 5 }), { nil: Number.POSITIVE_INFINITY }),
  isKeyed: fc.boolean(),
  ordered: fc.boolean(),
  window: fc.integer({ min: 1, max: 6 })
})
type Options = typeof options extends fc.Arbitrary<infer O> ? O : never

/** One `settle` whose projections end when it is told, with everything it may never do checked as it goes. */
class Story {
  readonly all: Order[] = []
  readonly emitted: number[] = []
  readonly #options: Options
  readonly #source = new Subject<Order>()
  readonly #begun: number[] = []
  readonly #running = new Map<number, Subscriber<number>>()
  readonly #expected = new Map<number, string | undefined>()
  #values = new Map<number, number>()
  #isComplete = false

  constructor(given: Options) {
    this.#options = given
    const { concurrency, isKeyed, ordered, window } = given
    const settings: SettleOptions<Order['message']> = {
      concurrency,
      ordered,
      ...(ordered ? { window } : {}),
      ...(isKeyed ? { key: (message) => message.shardingKey } : {})
    }
    this.#source.pipe(settle((message: Order['message']) => this.#project(message.queueOffset), settings)).subscribe({
      next: (n) => this.emitted.push(n),
      complete: () => {
        this.#isComplete = true
      }
    })
  }

  tell(one: Step): void {
    if (one.kind === 'comes') this.#comes(one.key)
    else if (one.kind === 'is lost') this.#lose(one.which)
    else this.#goesOn(one.kind, one.which)
    this.#check()
  }

  end(): void {
    this.#source.complete()
    while (this.#running.size > 0) this.tell({ kind: 'ends', which: 0 })
    expect(this.#isComplete).toBe(true)
    expect(this.all.map(({ outcome }) => outcome?.kind)).toEqual(this.all.map((_, n) => this.#expected.get(n)))
    if (this.#options.ordered) expect(this.emitted).toEqual([...this.emitted].sort((a, b) => a - b))
    for (const n of this.all.keys()) expect(this.emitted.filter((one) => one === n)).toHaveLength(this.#values.get(n) ?? 0)
  }

  #project(n: number): Observable<number> {
    this.#begun.push(n)
    return new Observable((subscriber) => {
      this.#running.set(n, subscriber)
      return () => this.#running.delete(n)
    })
  }

  #comes(key: string | undefined): void {
    const delivery = order(this.all.length, key)
    this.all.push(delivery)
    this.#source.next(delivery)
  }

  #lose(which: number): void {
    const open = [...this.all.keys()].filter((n) => !this.#expected.has(n))
    const n = open[which % open.length]
    if (n === undefined) return
    this.#expected.set(n, undefined)
    this.all[n]?.lose()
  }

  #goesOn(kind: 'emits' | 'ends' | 'fails', which: number): void {
    const [n, subscriber] = [...this.#running][which % this.#running.size] ?? []
    if (n === undefined || subscriber === undefined) return
    if (kind === 'emits') this.#values.set(n, (this.#values.get(n) ?? 0) + 1)
    else this.#expected.set(n, kind === 'ends' ? 'CONSUMED' : 'FAILED')
    if (kind === 'emits') subscriber.next(n)
    else if (kind === 'ends') subscriber.complete()
    else subscriber.error(new Error(`${n}`))
  }

  #check(): void {
    const { concurrency, isKeyed, ordered, window } = this.#options
    const running = [...this.#running.keys()]
    expect(running.length).toBeLessThanOrEqual(concurrency)
    const keys = running.map((n) => this.#keyOf(n)).filter((key) => key !== undefined)
    if (isKeyed) expect(new Set(keys).size).toBe(keys.length)
    if (isKeyed) for (const key of ['a', 'b', 'c']) this.#checkAscending(this.#begun.filter((n) => this.#keyOf(n) === key))
    const oldest = [...this.all.keys()].find((n) => !this.#expected.has(n)) ?? 0
    if (ordered) expect(Math.max(...running, oldest)).toBeLessThan(oldest + window)
    // Somebody is always under way while somebody waits.
    if (running.length === 0) expect(this.all.filter(({ isSettled, isVoid }) => !isSettled && !isVoid)).toEqual([])
  }

  #checkAscending(numbers: readonly number[]): void {
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  }

  #keyOf(n: number): string | undefined {
    return this.all[n]?.message.shardingKey
  }
}

describe('settle, whatever comes in whatever order', () => {
  it('keeps within its bounds, its lanes and its order, settles each delivery once, and comes to its end', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 80 }), (given, steps) => {
        const story = new Story(given)
        for (const one of steps) story.tell(one)
        story.end()
      }),
      runs(300)
    )
  })
})
