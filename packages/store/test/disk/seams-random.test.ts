import { describe, expect, it } from '@jest/globals'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../../test/random-runs'
import { type CommitStatus, type FlushMode, type SimulatedStoreFiles, StoreError } from '../../src'
import { Bench } from './support/bench'

const TOPICS = ['A', 'B'] as const
type Topic = (typeof TOPICS)[number]

type Step =
  | { readonly do: 'append'; readonly topic: Topic; readonly bytes: number }
  | { readonly do: 'batch'; readonly parts: readonly { readonly topic: Topic; readonly bytes: number }[] }
  | { readonly do: 'commit' | 'wait' | 'release' | 'fill' | 'free' | 'read' | 'crash' }
  | { readonly do: 'delete'; readonly topic: Topic }
  | { readonly do: 'advance'; readonly ms: number }

const topic = fc.constantFrom(...TOPICS)
const parts = fc.array(fc.record({ topic, bytes: fc.integer({ min: 1, max: 2000 }) }), { minLength: 1, maxLength: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('append' as const), topic, bytes: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('batch' as const), parts }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('wait', 'release', 'read', 'crash') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('fill', 'free') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), topic }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 6000 }) }) }
)

interface Sent {
  readonly topic: Topic
  readonly queueOffset: number
  readonly text: string
  status: CommitStatus | undefined
}

/** A store that is worked with at random, and what must be true of it. */
class Model {
  readonly #bench: Bench
  readonly #flush: FlushMode
  /** Of topics as they are now. */
  #sent: Sent[] = []
  #uncommitted: Sent[] = []
  readonly #refused = new Set<string>()
  #arrivals: string[] = []
  #full: { cancel(): void } | undefined
  #number = 0

  constructor(bench: Bench, flush: FlushMode) {
    this.#bench = bench
    this.#flush = flush
    bench.files.hold(({ name, path }) => name === 'sync' && path.includes('/commitlog/'))
    bench.store.onArrival(({ topic: name, queueOffset }) => this.#arrivals.push(`${name}/${queueOffset}`))
  }

  async take(next: Step): Promise<void> {
    const { store, files, clock } = this.#bench
    if (next.do === 'append') this.#append([next])
    else if (next.do === 'batch') this.#append(next.parts)
    else if (next.do === 'commit') this.#commit()
    else if (next.do === 'delete') this.#delete(next.topic)
    else if (next.do === 'advance') await clock.advance(next.ms)
    else if (next.do === 'release') files.release(1)
    else if (next.do === 'fill')
      this.#full ??= files.failWhere(({ name, path }) => (name === 'write' && path.includes('/commitlog/') ? 'ENOSPC' : undefined))
    else if (next.do === 'free') this.#free()
    else if (next.do === 'wait') store.whenCommitted(() => {})
    await clock.settle()
    this.#checkVisible()
    if (next.do === 'read') await this.#checkStore(this.#bench)
    if (next.do === 'crash') await this.#crash()
  }

  async end(): Promise<void> {
    const { store, files, clock } = this.#bench
    this.#free()
    files.release()
    this.#commit()
    await clock.advance(10_000)
    await this.#checkStore(this.#bench, { isAll: true })
    await store.close()
    expect([files.openPaths, clock.pendingTimers, this.#bench.errors, this.#bench.failures]).toEqual([[], [], [], []])
    const next = await this.#bench.next(files)
    expect(next.store.recovery).toMatchObject({ isClean: true })
    await this.#checkStore(next, { isAll: true })
    await next.store.close()
  }

  #free(): void {
    this.#full?.cancel()
    this.#full = undefined
  }

  /** One message by itself, several as a batch: all of them or none. */
  #append(messages: readonly { readonly topic: Topic; readonly bytes: number }[]): void {
    const texts = messages.map(() => `${this.#number++}`)
    const changes = messages.map(({ topic: name, bytes }, i) => ({ topic: name, body: Buffer.from(` ${texts[i]} ${'x'.repeat(bytes)}`) }))
    try {
      const appended = changes.length === 1 ? [this.#bench.append(changes[0])] : this.#bench.appendAll(changes)
      for (const [i, { queueOffset }] of appended.entries()) {
        const sent = { topic: messages[i]?.topic as Topic, queueOffset, text: texts[i] as string, status: undefined }
        this.#sent.push(sent)
        this.#uncommitted.push(sent)
      }
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STORE_NOT_WRITABLE') throw error
      for (const text of texts) this.#refused.add(text)
    }
  }

  #commit(): void {
    const group = this.#uncommitted
    this.#uncommitted = []
    this.#bench.store.whenCommitted((status) => {
      for (const sent of group) sent.status = status
      if (status === 'FAILED') this.#sent = this.#sent.filter((sent) => !group.includes(sent))
    })
    this.#bench.store.commit()
  }

  #delete(name: Topic): void {
    this.#bench.store.deleteTopic(name)
    this.#sent = this.#sent.filter((sent) => sent.topic !== name)
    this.#uncommitted = this.#uncommitted.filter((sent) => sent.topic !== name)
  }

  /** What is committed is visible, and nothing else unless its waiters were told of a slow disk. */
  #checkVisible(): void {
    for (const name of TOPICS) {
      const max = this.#bench.store.maxOffset(name, 0)
      for (const { queueOffset, status, topic: of } of this.#sent) {
        if (of !== name) continue
        if (status === 'COMMITTED') expect(max).toBeGreaterThan(queueOffset)
        if (status === undefined) expect(max).toBeLessThanOrEqual(queueOffset)
      }
    }
  }

  /** What was visible is there after a crash: after a power cut, too, when each commit is synced. */
  async #crash(): Promise<void> {
    const { files, clock } = this.#bench
    const isCut = this.#flush === 'SYNC_FLUSH'
    const left: SimulatedStoreFiles = isCut ? files.afterPowerCut({ seed: clock.now() }) : files.afterKill()
    const next = await this.#bench.next(left)
    // Of what was not synced any part may be left.
    await this.#checkStore(next, { mayHaveHoles: isCut })
    await next.store.close()
  }

  async #checkStore(bench: Bench, { isAll = false, mayHaveHoles = false } = {}): Promise<void> {
    for (const name of TOPICS) {
      const found = new Map<number, string>()
      for (let offset = bench.store.minOffset(name, 0); offset < bench.store.maxOffset(name, 0); ) {
        const { records, nextBeginOffset } = await bench.read(name, offset)
        for (const record of records.map((bytes) => decodeRecord(bytes))) {
          found.set(record.queueOffset, record.body.toString().split(/ +/)[1] as string)
        }
        expect(nextBeginOffset).toBeGreaterThan(offset)
        offset = nextBeginOffset
      }
      expect([...found.values()].filter((text) => this.#refused.has(text))).toEqual([])
      if (!mayHaveHoles) expect([...found.keys()]).toEqual(Array.from({ length: found.size }, (_, index) => index))
      const visible = isAll ? Number.POSITIVE_INFINITY : this.#bench.store.maxOffset(name, 0)
      for (const { topic: of, queueOffset, text } of this.#sent) {
        if (of === name && queueOffset < visible) expect([name, queueOffset, found.get(queueOffset)]).toEqual([name, queueOffset, text])
      }
    }
  }
}

describe('a store that is worked with at random', () => {
  it.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('shows what it promises, and keeps what it showed: %s', async (flush) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), async (steps) => {
        const model = new Model(await Bench.start({ flush }), flush)
        for (const next of steps) await model.take(next)
        await model.end()
      }),
      runs(60)
    )
  })
})
