import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type Client,
  defineTopic,
  json,
  NotSentError,
  OptionsError,
  type Producer,
  type SendReceipt,
  SendUnknownError,
  text
} from '@rocketmq-ts/client'
import { ManualClock } from 'net-ts-protocol-kit'
import { from, generate, type Observable, Subject, take, tap, toArray } from 'rxjs'
import { type Delivery, deliveries, marbles, type SentValue, sendEach, settle, toTopic } from '../src/index'
import { Cluster } from './support'

const Orders = defineTopic('orders', text())
const notSent = new NotSentError('NOT_SENT', 'no broker took it', { topic: 'orders' })
const unknown = new SendUnknownError('it may be stored', { topic: 'orders' })

/** A producer whose brokers answer when the test says so, or after `delays` on a clock. */
class SlowProducer {
  readonly sent: Array<{ readonly value: unknown; readonly options: unknown }> = []
  readonly #open: Array<{ resolve(receipt: SendReceipt): void; reject(error: unknown): void }> = []
  most = 0
  #underWay = 0

  /** As the type that `toTopic` takes. */
  get producer(): Producer {
    return this as unknown as Producer
  }

  send(_topic: unknown, value: unknown, options: unknown): Promise<SendReceipt> {
    this.sent.push({ value, options })
    this.most = Math.max(this.most, ++this.#underWay)
    return new Promise<SendReceipt>((resolve, reject) => this.#open.push({ resolve, reject })).finally(() => this.#underWay--)
  }

  get values(): unknown[] {
    return this.sent.map(({ value }) => value)
  }

  async answer(at: number, error?: unknown): Promise<void> {
    const one = this.#open[at]
    if (error === undefined) one?.resolve({ queueOffset: at } as SendReceipt)
    else one?.reject(error)
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
}

/** What a stream of sends tells. */
function watch<V>(source: Observable<SentValue<V>>) {
  const told: unknown[] = []
  const subscription = source.subscribe({
    next: ({ value, receipt }) => told.push([value, receipt.queueOffset]),
    error: (error) => told.push(error),
    complete: () => told.push('complete')
  })
  return { told, subscription }
}

describe('toTopic', () => {
  let slow: SlowProducer
  beforeEach(() => {
    slow = new SlowProducer()
  })

  it('never has more sends under way than concurrency, and completes when the last is answered', async () => {
    const { told } = watch(from(['a', 'b', 'c', 'd', 'e']).pipe(toTopic(slow.producer, Orders, { concurrency: 2 })))
    for (let n = 0; n < 5; n++) {
      expect(slow.sent).toHaveLength(Math.min(5, 2 + n))
      expect(told).toHaveLength(n)
      await slow.answer(n)
    }
    expect(slow.most).toBe(2)
    expect(told).toEqual([['a', 0], ['b', 1], ['c', 2], ['d', 3], ['e', 4], 'complete'])
  })

  it('has 64 under way unless told otherwise', () => {
    watch(from(Array.from({ length: 100 }, (_, n) => `m${n}`)).pipe(toTopic(slow.producer, Orders)))
    expect(slow.sent).toHaveLength(64)
  })

  it('emits as the brokers answer, each receipt with its value', async () => {
    const { told } = watch(from(['a', 'b', 'c']).pipe(toTopic(slow.producer, Orders)))
    for (const at of [2, 0, 1]) await slow.answer(at)
    expect(told).toEqual([['c', 2], ['a', 0], ['b', 1], 'complete'])
  })

  it('emits in the order of the source when ordered', async () => {
    const { told } = watch(from(['a', 'b', 'c', 'd']).pipe(toTopic(slow.producer, Orders, { ordered: true, concurrency: 3 })))
    await slow.answer(2)
    await slow.answer(1)
    expect(told).toEqual([])
    expect(slow.values).toEqual(['a', 'b', 'c', 'd'])
    await slow.answer(0)
    expect(told).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2]
    ])
    await slow.answer(3)
    expect(told.slice(3)).toEqual([['d', 3], 'complete'])
  })

  it('sends what entry makes of a value, with its tag, keys and the like', async () => {
    const entry = (id: number, index: number) => ({ value: `order ${id}`, tag: 'created', keys: [`o-${id}`], shardingKey: `c-${index}` })
    const { told } = watch(from([7, 8]).pipe(toTopic(slow.producer, Orders, { entry })))
    expect(slow.sent).toEqual([
      { value: 'order 7', options: { tag: 'created', keys: ['o-7'], shardingKey: 'c-0' } },
      { value: 'order 8', options: { tag: 'created', keys: ['o-8'], shardingKey: 'c-1' } }
    ])
    await slow.answer(0)
    expect(told).toEqual([[7, 0]])
  })

  it('fails with the error of a send, begins nothing after it, and shows nothing of what was under way', async () => {
    const { told } = watch(from(['a', 'b', 'c', 'd']).pipe(toTopic(slow.producer, Orders, { concurrency: 2 })))
    await slow.answer(1, unknown)
    await slow.answer(0)
    expect(told).toEqual([unknown])
    expect(slow.values).toEqual(['a', 'b'])
  })

  it.each([
    [2, { window: 2 }],
    [1000, {}]
  ])('keeps no more than %d receipts behind a slow one when ordered, with the options %j', async (most, options) => {
    const all = Array.from({ length: most + 10 }, (_, n) => `m${n}`)
    const { told } = watch(from(all).pipe(toTopic(slow.producer, Orders, { ordered: true, concurrency: 2, ...options })))
    for (let at = 1; at < most; at++) await slow.answer(at)
    expect(slow.sent).toHaveLength(most)
    expect(told).toEqual([])
    await slow.answer(0)
    expect(told).toHaveLength(most)
    expect(slow.sent).toHaveLength(most + 2)
  })

  it('emits what was sent before the failed one when ordered, then fails', async () => {
    const { told } = watch(from(['a', 'b', 'c', 'd', 'e']).pipe(toTopic(slow.producer, Orders, { ordered: true, concurrency: 3 })))
    await slow.answer(1, notSent)
    expect(told).toEqual([])
    await slow.answer(2)
    await slow.answer(0)
    expect(told).toEqual([['a', 0], notSent])
    expect(slow.values).toEqual(['a', 'b', 'c'])
  })

  it.each([undefined, 'retry'])('fails rather than losing a value when onError returns %s', async (decision) => {
    const onError = () => decision as 'skip'
    const { told } = watch(from(['a']).pipe(toTopic(slow.producer, Orders, { onError })))
    await slow.answer(0, notSent)
    expect(told).toEqual([expect.objectContaining({ code: 'OPTION_INVALID', facts: { option: 'onError' } })])
  })

  it.each([false, true])('goes on without what could not be sent when told to skip (ordered: %s)', async (ordered) => {
    const { told } = watch(from(['a', 'b', 'c']).pipe(toTopic(slow.producer, Orders, { onError: 'skip', ordered })))
    await slow.answer(1, notSent)
    await slow.answer(0)
    await slow.answer(2)
    expect(told).toEqual([['a', 0], ['c', 2], 'complete'])
  })

  it('lets a function decide by the error and the value: not sent may be skipped, unknown fails', async () => {
    const asked: unknown[] = []
    const { told } = watch(
      from(['a', 'b', 'c']).pipe(
        toTopic(slow.producer, Orders, {
          onError: (error, value) => {
            asked.push([value, error.sent])
            return error.sent === 'no' ? 'skip' : 'fail'
          }
        })
      )
    )
    await slow.answer(0, notSent)
    await slow.answer(1, unknown)
    expect(asked).toEqual([
      ['a', 'no'],
      ['b', 'unknown']
    ])
    expect(told).toEqual([unknown])
  })

  it('fails with what entry or onError throws', async () => {
    const thrown = new Error('thrown')
    const fail = (): never => {
      throw thrown
    }
    const first = watch(from(['a']).pipe(toTopic(slow.producer, Orders, { entry: fail })))
    const second = watch(from(['a']).pipe(toTopic(slow.producer, Orders, { onError: fail })))
    await slow.answer(0, notSent)
    expect([first.told, second.told]).toEqual([[thrown], [thrown]])
  })

  it('passes the error of its source on at once', async () => {
    const source = new Subject<string>()
    const { told } = watch(source.pipe(toTopic(slow.producer, Orders)))
    source.next('a')
    source.error('broken')
    await slow.answer(0)
    expect(told).toEqual(['broken'])
  })

  it('sends nothing more after unsubscription, and lets what is under way end', async () => {
    const source = new Subject<string>()
    const { told, subscription } = watch(source.pipe(toTopic(slow.producer, Orders, { concurrency: 1 })))
    source.next('a')
    source.next('b')
    subscription.unsubscribe()
    expect(source.observed).toBe(false)
    await slow.answer(0)
    expect(slow.values).toEqual(['a'])
    expect(told).toEqual([])
  })

  it('ends with the operators behind it', async () => {
    const { told } = watch(from(['a', 'b', 'c']).pipe(toTopic(slow.producer, Orders, { concurrency: 1 }), take(1)))
    await slow.answer(0)
    expect(told).toEqual([['a', 0], 'complete'])
    expect(slow.values).toEqual(['a'])
  })

  it('fails with a typed error when its source is too far ahead, and leaves a source that would never end', async () => {
    const endless = generate({ initialState: 0, iterate: (n) => n + 1 })
    const { told } = watch(
      endless.pipe(toTopic(slow.producer, Orders, { concurrency: 2, maxBuffered: 3, entry: (n) => ({ value: `m${n}` }) }))
    )
    expect(told).toEqual([expect.objectContaining({ code: 'BUFFER_FULL', facts: { topic: 'orders', maxBuffered: 3 } })])
    expect(slow.sent).toHaveLength(2)
  })

  it('keeps the order of the source when a receipt makes the source go on', async () => {
    const source = new Subject<string>()
    watch(
      source.pipe(
        toTopic(slow.producer, Orders, { concurrency: 1 }),
        tap(({ value }) => value === 'a' && source.next('c'))
      )
    )
    source.next('a')
    source.next('b')
    await slow.answer(0)
    await slow.answer(1)
    expect(slow.values).toEqual(['a', 'b', 'c'])
  })

  it.each([
    [{ concurrency: 0 }],
    [{ concurrency: 1.5 }],
    [{ concurrency: Number.POSITIVE_INFINITY }],
    [{ maxBuffered: -1 }],
    [{ ordered: 1 }],
    [{ window: 10 }],
    [{ ordered: true, window: 0 }],
    [{ onError: 'ignore' }],
    [{ entry: {} }],
    [{ parallel: 3 }]
  ])('refuses the options %j', (options) => {
    expect(() => toTopic(slow.producer, Orders, options as object)).toThrow(OptionsError)
  })
})

describe('sendEach', () => {
  let slow: SlowProducer
  let asked: number
  let isReturned: boolean
  beforeEach(() => {
    slow = new SlowProducer()
    asked = 0
    isReturned = false
  })

  async function* rows(count: number): AsyncGenerator<string> {
    try {
      for (let n = 0; n < count; n++) {
        asked++
        yield `row ${n}`
      }
    } finally {
      isReturned = true
    }
  }
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }

  it('takes no Observable, and says what does', () => {
    // @ts-expect-error neither does the type
    expect(() => sendEach(slow.producer, Orders, from(['a']))).toThrow(/source\.pipe\(toTopic\(…\)\)/)
  })

  it('asks for the next value only when there is room for its send', async () => {
    const { told } = watch(sendEach(slow.producer, Orders, rows(6), { concurrency: 2 }))
    for (let answered = 0; answered < 6; answered++) {
      await turns()
      expect([asked, slow.sent.length]).toEqual([Math.min(6, answered + 2), Math.min(6, answered + 2)])
      await slow.answer(answered)
    }
    await turns()
    expect(told.slice(-2)).toEqual([['row 5', 5], 'complete'])
    expect(slow.most).toBe(2)
  })

  it('reads iterables of values that are there at once, makes entries of them and keeps their order', async () => {
    const entry = (n: number) => ({ value: `m${n}`, tag: 'row' })
    const { told } = watch(sendEach(slow.producer, Orders, new Set([7, 8]), { entry, ordered: true }))
    await turns()
    await slow.answer(1)
    await slow.answer(0)
    expect(slow.sent[0]).toEqual({ value: 'm7', options: { tag: 'row' } })
    expect(told).toEqual([[7, 0], [8, 1], 'complete'])
  })

  it('ends the iteration when it is unsubscribed, also while it waits for room', async () => {
    const { subscription } = watch(sendEach(slow.producer, Orders, rows(100), { concurrency: 3 }))
    await turns()
    subscription.unsubscribe()
    await turns()
    expect([asked, isReturned]).toEqual([3, true])
  })

  it('begins no more than a window ahead of the oldest one when ordered', async () => {
    watch(sendEach(slow.producer, Orders, rows(100), { ordered: true, window: 4, concurrency: 2 }))
    await turns()
    for (const at of [1, 2, 3]) {
      await slow.answer(at)
      await turns()
    }
    expect([asked, slow.sent.length]).toEqual([4, 4])
    await slow.answer(0)
    await turns()
    expect([asked, slow.sent.length]).toEqual([6, 6])
  })

  it('ends the iteration when it is unsubscribed while the next value is awaited', async () => {
    let returned = 0
    const waiting: AsyncIterator<string> = {
      next: () => new Promise(() => {}),
      return: () => Promise.reject(new Error(`nobody hears of this, ${++returned}`))
    }
    const { subscription } = watch(sendEach(slow.producer, Orders, { [Symbol.asyncIterator]: () => waiting }))
    await turns()
    expect(returned).toBe(0)
    subscription.unsubscribe()
    await turns()
    expect(returned).toBe(1)
  })

  it('does not return to an iteration that has ended by itself', async () => {
    let returned = 0
    const empty: AsyncIterator<string> = {
      next: async () => ({ done: true, value: undefined }),
      return: async () => ({ done: true, value: ++returned })
    }
    const { told } = watch(sendEach(slow.producer, Orders, { [Symbol.asyncIterator]: () => empty }))
    await turns()
    expect([told, returned]).toEqual([['complete'], 0])
  })

  it('ends the iteration when a send fails', async () => {
    const { told } = watch(sendEach(slow.producer, Orders, rows(100), { concurrency: 3 }))
    await turns()
    await slow.answer(1, unknown)
    await turns()
    expect(told).toEqual([unknown])
    expect([asked, isReturned]).toEqual([3, true])
  })

  it('fails with what the iteration throws', async () => {
    const broken = (function* () {
      yield 'a'
      throw new Error('no such page')
    })()
    const { told } = watch(sendEach(slow.producer, Orders, broken))
    await turns()
    expect(told).toEqual([new Error('no such page')])
  })

  it('reads anew for each subscription of something that can be read anew', async () => {
    const source = sendEach(slow.producer, Orders, ['a'])
    watch(source)
    watch(source)
    await turns()
    expect(slow.values).toEqual(['a', 'a'])
  })

  it('refuses options that mean nothing to it', () => {
    expect(() => sendEach(slow.producer, Orders, ['a'], { maxBuffered: 3 } as object)).toThrow(OptionsError)
  })
})

describe('toTopic in the time of a clock', () => {
  it('begins the next send when one is answered', async () => {
    const clock = new ManualClock()
    const { cold, record, expected } = marbles(clock)
    const answerAfter = (ms: number) => new Promise<SendReceipt>((resolve) => clock.setTimeout(() => resolve(receipt), ms))
    const receipt = { status: 'SEND_OK' } as SendReceipt
    const producer = { send: (_: unknown, value: string) => answerAfter(value === 'slow' ? 30 : 10) } as unknown as Producer
    const source = cold('a 4ms b 4ms (c|)', { a: 'slow', b: 'fast 1', c: 'fast 2' })
    const free = record(source.pipe(toTopic(producer, Orders, { concurrency: 2 })))
    const ordered = record(source.pipe(toTopic(producer, Orders, { concurrency: 2, ordered: true })))
    await clock.advance(100)
    const values = Object.fromEntries(['slow', 'fast 1', 'fast 2'].map((value, at) => ['abc'.charAt(at), { value, receipt }]))
    expect(free.messages).toEqual(expected('15ms b 9ms c 4ms (a|)', values))
    expect(ordered.messages).toEqual(expected('30ms (abc|)', values))
  })
})

describe('toTopic on a cluster', () => {
  let cluster: Cluster
  let mq: Client
  beforeEach(async () => {
    cluster = await Cluster.start(4)
    mq = await cluster.connect()
  })
  afterEach(() => cluster.close())

  const numbers = Array.from({ length: 300 }, (_, n) => `m${n}`)

  it('brings every value to its topic, with the place it got', async () => {
    const producer = mq.producer({ group: 'senders' })
    const sent: SentValue<string>[] = []
    from(numbers)
      .pipe(toTopic(producer, Orders, { ordered: true }), toArray())
      .subscribe((all) => sent.push(...all))
    await cluster.clock.settle()
    expect(sent.map(({ value }) => value)).toEqual(numbers)
    const places = sent.map(({ receipt }) => `${receipt.status} ${receipt.queue.queueId} ${receipt.queueOffset}`)
    expect(new Set(places).size).toBe(300)
  })

  it('fails with CLOSED once its producer is closed', async () => {
    const producer = mq.producer({ group: 'senders' })
    await producer.close()
    const { told } = watch(from(['x']).pipe(toTopic(producer, Orders)))
    await cluster.clock.settle()
    expect(told).toEqual([expect.objectContaining({ code: 'CLOSED', sent: 'no' })])
  })

  it('makes a pipeline that settles a delivery once what follows from it is sent', async () => {
    const Invoices = defineTopic('invoices', json<{ order: string }>())
    await cluster.send(mq, numbers)
    const producer = mq.producer({ group: 'invoicing' })
    const open: Delivery[] = []
    const subscription = deliveries(mq, { group: 'invoicing', subscriptions: [{ topic: Orders }], from: 'first', maxUnsettled: 32 })
      .pipe(
        tap((delivery) => open.push(delivery)),
        toTopic(producer, Invoices, {
          entry: ({ message }) => ({ value: { order: message.value }, keys: [message.value] }),
          onError: (_, delivery) => {
            delivery.retry()
            return 'skip'
          }
        })
      )
      .subscribe(({ value: delivery }) => delivery.ack())
    await cluster.clock.advance(1000)
    expect(open).toHaveLength(300)
    expect(open.every(({ isSettled }) => isSettled)).toBe(true)
    subscription.unsubscribe()
    await cluster.clock.settle()
    const invoices: string[] = []
    const reading = deliveries(mq, { group: 'readers', subscriptions: [{ topic: Invoices }], from: 'first' })
      .pipe(settle(({ value }) => value.order))
      .subscribe((order) => invoices.push(order))
    await cluster.clock.advance(1000)
    expect(invoices.sort()).toEqual([...numbers].sort())
    reading.unsubscribe()
  })
})
