import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, deadLetter, defineTopic, type MessageQueue, NoRouteError, OptionsError, text } from '@rocketmq-ts/client'
import { bufferTime, concatMap, map, type Observable, Subject, take } from 'rxjs'
import { type Delivery, marbles, ReplayFailedError, type ReplayOptions, replay, schedulerOf, settle } from '../src/index'
import { Cluster } from './support'

const Orders = defineTopic('orders', text())
const subscriptions = [{ topic: Orders }] as const

describe('a replay', () => {
  let cluster: Cluster
  let mq: Client
  beforeEach(async () => {
    cluster = await Cluster.start(2)
    mq = await cluster.connect()
  })
  afterEach(() => cluster.close())

  const queue = (queueId: number): MessageQueue => ({ topic: 'orders', brokerName: 'broker-a', queueId })
  const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => `m${n + from}`)
  const stream = (options: Partial<ReplayOptions> = {}) => replay(mq, { ...options, subscriptions })

  /** Stores texts in one queue, in order. */
  async function store(queueId: number, texts: readonly string[], tag?: string): Promise<void> {
    const producer = mq.producer({ group: 'senders' })
    const place = { queue: queue(queueId), ...(tag === undefined ? {} : { tag }) }
    await Promise.all(texts.map((one) => producer.send(Orders, one, place)))
  }

  /** What a stream tells, each delivery acked at once unless told otherwise. */
  function watch(source: Observable<Delivery<{ value: string } & Delivery['message']>>, each = (one: Delivery): unknown => one.ack()) {
    const seen: string[] = []
    const ends: unknown[] = []
    const subscription = source.subscribe({
      next: (delivery) => {
        seen.push(String(delivery.message.value))
        each(delivery)
      },
      error: (error) => ends.push(error),
      complete: () => ends.push('complete')
    })
    return { seen, ends, subscription }
  }

  it('hands out everything stored before it was subscribed to, in the order of each queue, and completes', async () => {
    await store(0, numbers(100))
    await store(1, numbers(50, 100))
    const { seen, ends } = watch(stream())
    await store(0, ['too late'])
    await cluster.clock.settle()
    expect(ends).toEqual(['complete'])
    const inQueue = (from: number, to: number) => seen.filter((one) => Number(one.slice(1)) >= from && Number(one.slice(1)) < to)
    expect(inQueue(0, 100)).toEqual(numbers(100))
    expect(inQueue(100, 150)).toEqual(numbers(50, 100))
    expect(seen).toHaveLength(150)
  })

  it('is cold: each subscription reads from its own beginning to its own end', async () => {
    await store(0, numbers(3))
    const source = stream()
    const first = watch(source)
    await cluster.clock.settle()
    await store(0, ['new'])
    const second = watch(source)
    await cluster.clock.settle()
    expect(first.seen).toEqual(numbers(3))
    expect(second.seen).toEqual([...numbers(3), 'new'])
  })

  it('completes at once when there is nothing to read', async () => {
    const { seen, ends } = watch(stream())
    await cluster.clock.settle()
    expect([seen, ends]).toEqual([[], ['complete']])
    expect(mq.health().consumers).toEqual([])
  })

  it('reads what was stored between two times, the first included and the second not', async () => {
    await store(0, ['before'])
    await cluster.clock.advance(1000)
    const from = cluster.clock.now()
    await store(0, ['first', 'same time'])
    await store(1, ['other queue'])
    await cluster.clock.advance(1000)
    const to = cluster.clock.now()
    await store(0, ['at the end', 'also'])
    const { seen, ends } = watch(stream({ from: { timestampMs: from }, to: { timestampMs: to } }))
    await cluster.clock.settle()
    expect(seen.sort()).toEqual(['first', 'other queue', 'same time'])
    expect(ends).toEqual(['complete'])
  })

  it.each([
    ['before everything', -500, []],
    ['behind everything', 5000, ['a', 'b']]
  ] as const)('reads up to a time that is %s', async (_, offsetMs, wanted) => {
    await store(0, ['a', 'b'])
    const { seen, ends } = watch(stream({ to: { timestampMs: cluster.clock.now() + offsetMs } }))
    await cluster.clock.settle()
    expect([seen, ends]).toEqual([wanted, ['complete']])
  })

  it('reads between places in queues, and only the queues that are listed', async () => {
    await store(0, numbers(10))
    await store(1, numbers(10, 10))
    const { seen } = watch(stream({ from: [{ ...queue(0), offset: 3 }], to: [{ ...queue(0), offset: 6 }] }))
    await cluster.clock.settle()
    expect(seen).toEqual(['m3', 'm4', 'm5'])
    const other = watch(stream({ from: [{ ...queue(0), offset: 8 }] }))
    await cluster.clock.settle()
    expect(other.seen).toEqual(['m8', 'm9'])
    expect(watch(stream({ from: [] })).seen).toEqual([])
  })

  it('selects by tags, and completes although the last messages are not wanted', async () => {
    await store(0, numbers(5), 'paid')
    await store(0, numbers(40, 5), 'open')
    const { seen, ends } = watch(replay(mq, { subscriptions: [{ topic: Orders, tags: ['paid'] }] }))
    await cluster.clock.settle()
    expect([seen, ends]).toEqual([numbers(5), ['complete']])
  })

  it('commits nothing, takes no queue from a member of the group, and leaves nothing behind', async () => {
    await store(0, numbers(20))
    const member = mq.pullConsumer({ group: 'g', subscriptions })
    await cluster.clock.advance(1000)
    await member.seek(queue(0), 7)
    await member.commit()
    const { seen, ends } = watch(stream({ group: 'g' }))
    await cluster.clock.advance(30_000)
    expect([seen.length, ends]).toEqual([20, ['complete']])
    expect(member.queues).toHaveLength(2)
    expect(await mq.queues.committedOffset('g', queue(0))).toBe(7)
    expect(mq.health().consumers).toHaveLength(1)
  })

  it('never has more deliveries open than maxUnsettled', async () => {
    await store(0, numbers(40))
    const open: Delivery[] = []
    const { seen, ends } = watch(stream({ maxUnsettled: 5 }), (one) => open.push(one))
    await cluster.clock.settle()
    for (let acked = 0; acked < 35; acked++) {
      expect(open).toHaveLength(5)
      open.shift()?.ack()
      await cluster.clock.settle()
    }
    expect([seen.length, ends]).toEqual([40, []])
    for (const one of open) one.ack()
    expect(ends).toEqual(['complete'])
  })

  it('never has more bytes open than maxUnsettledBytes, but hands out a larger message alone', async () => {
    await store(0, ['x'.repeat(40), 'y'.repeat(40), 'z'.repeat(40), 'w'.repeat(500), 'v'])
    const open: Delivery[] = []
    watch(stream({ maxUnsettledBytes: 100 }), (one) => open.push(one))
    const sizes: number[][] = []
    for (let step = 0; step < 5; step++) {
      await cluster.clock.settle()
      sizes.push(open.map(({ message }) => message.bodyBytes))
      open.shift()?.ack()
    }
    expect(sizes).toEqual([[40, 40], [40, 40], [40], [500], [1]])
  })

  it('does not run ahead of a slow concatMap: what is fetched is bounded, however much there is', async () => {
    await store(0, numbers(2000))
    let waiting = 0
    let most = 0
    let done = 0
    stream({ maxUnsettled: 8, prefetch: 1 })
      .pipe(
        map((delivery) => {
          most = Math.max(most, ++waiting)
          return delivery
        }),
        concatMap(async (delivery) => {
          await new Promise<void>((resolve) => cluster.clock.setTimeout(resolve, 10))
          waiting--
          done++
          delivery.ack()
        })
      )
      .subscribe()
    await cluster.clock.advance(1000)
    expect(most).toBe(8)
    expect(done).toBeGreaterThan(90)
    const [reader] = mq.health().consumers
    expect(reader?.queues.find(({ queue: { queueId } }) => queueId === 0)?.pending).toBeLessThanOrEqual(32)
    await cluster.clock.advance(20_000)
    expect(done).toBe(2000)
  })

  it('works with settle as a stream of deliveries does', async () => {
    await store(0, numbers(50))
    const lengths: number[] = []
    let isComplete = false
    stream()
      .pipe(settle(async (message) => String(message.value).length, { concurrency: 4 }))
      .subscribe({ next: (length) => lengths.push(length), complete: () => (isComplete = true) })
    await cluster.clock.settle()
    expect(lengths).toHaveLength(50)
    expect(isComplete).toBe(true)
  })

  it('goes on after the broker went away in the middle, without a gap and without a double', async () => {
    await store(0, numbers(200))
    await store(1, numbers(200, 200))
    const open: Delivery[] = []
    const { seen, ends } = watch(stream({ maxUnsettled: 20, prefetch: 1 }), (one) => open.push(one))
    await cluster.clock.settle()
    const drain = async (): Promise<void> => {
      for (const one of open.splice(0)) one.ack()
      await cluster.clock.settle()
    }
    for (let round = 0; round < 6; round++) await drain()
    const seenBefore = seen.length
    await cluster.restartBroker(5000)
    for (let round = 0; round < 40; round++) {
      await drain()
      await cluster.clock.advance(500)
    }
    expect(seenBefore).toBeLessThan(400)
    expect([...seen].sort()).toEqual(numbers(400).sort())
    expect(seen.filter((one) => Number(one.slice(1)) < 200)).toEqual(numbers(200))
    expect(ends).toEqual(['complete'])
  })

  it('fails when what it was to read is gone: a gap is never passed over in silence', async () => {
    await store(0, numbers(200))
    const open: Delivery[] = []
    const { seen, ends } = watch(stream({ maxUnsettled: 2, prefetch: 1 }), (one) => open.push(one))
    await cluster.clock.settle()
    await cluster.forgetEverything(2)
    for (let round = 0; round < 100; round++) {
      for (const one of open.splice(0)) one.ack()
      await cluster.clock.advance(500)
    }
    expect(seen.length).toBeLessThan(200)
    expect(ends).toMatchObject([{ code: 'OFFSET_OUT_OF_RANGE', facts: { topic: 'orders', offset: expect.any(Number) } }])
    expect(mq.health().consumers).toEqual([])
  })

  it('fails with the topic named when no nameserver knows it', async () => {
    const { ends } = watch(replay(mq, { subscriptions: [{ topic: defineTopic('nowhere', text()) }] }))
    await cluster.clock.settle()
    expect(ends).toEqual([expect.any(NoRouteError)])
    expect(ends).toMatchObject([{ topic: 'nowhere' }])
  })

  it('fails when its client is closed before the end: that is not the whole', async () => {
    await store(0, numbers(20))
    const { seen, ends } = watch(stream({ maxUnsettled: 2 }), () => undefined)
    await cluster.clock.settle()
    const closing = mq.close({ timeoutMs: 1000 })
    await cluster.clock.advance(2000)
    await closing
    expect(seen).toHaveLength(2)
    expect(ends).toMatchObject([{ code: 'CLOSED' }])
  })

  it.each([
    ['a throw', () => Promise.reject(new Error('out of paper')), 'handling the message failed'],
    ['deadLetter()', async () => deadLetter(), 'no dead letter topic']
  ])('fails on %s, and names from where another replay goes on', async (_, fail, why) => {
    await store(0, numbers(10))
    const errors: ReplayFailedError[] = []
    const handled: string[] = []
    stream()
      .pipe(
        settle(
          ({ value }) => {
            if (value === 'm4') return fail()
            handled.push(String(value))
            return undefined
          },
          { concurrency: 1 }
        )
      )
      .subscribe({ error: (error) => errors.push(error) })
    await cluster.clock.settle()
    const [error] = errors
    expect(error).toBeInstanceOf(ReplayFailedError)
    expect(error).toMatchObject({ code: 'REPLAY_FAILED', message: expect.stringContaining(why), facts: { queueOffset: 4 } })
    expect(error?.positions).toEqual([
      { ...queue(0), offset: 4 },
      { ...queue(1), offset: 0 }
    ])
    const rest = watch(stream({ from: error?.positions ?? 'first' }))
    await cluster.clock.settle()
    expect([...handled, ...rest.seen]).toEqual(numbers(10))
  })

  it('names no place before messages that it was not to read', async () => {
    await store(0, ['wanted'], 'paid')
    await store(0, numbers(5), 'open')
    await store(1, ['bad'], 'paid')
    const ends: ReplayFailedError[] = []
    const open: Delivery[] = []
    replay(mq, { subscriptions: [{ topic: Orders, tags: ['paid'] }] }).subscribe({
      next: (one) => open.push(one),
      error: (error) => ends.push(error)
    })
    await cluster.clock.settle()
    for (const one of open) if (one.message.value === 'wanted') one.ack()
    for (const one of open) if (one.message.value === 'bad') one.retry()
    expect(ends[0]?.positions).toEqual([
      { ...queue(0), offset: 6 },
      { ...queue(1), offset: 0 }
    ])
  })

  it('leaves its reader when it is unsubscribed while it waits for room', async () => {
    await store(0, numbers(20))
    const left = loopsLeft(mq)
    const { seen, subscription } = watch(stream({ maxUnsettled: 4 }), () => undefined)
    await cluster.clock.settle()
    expect([seen.length, left()]).toEqual([4, 0])
    subscription.unsubscribe()
    await cluster.clock.settle()
    expect(left()).toBe(1)
  })

  it('names the lowest offset that is not acked, not the highest that is', async () => {
    await store(0, numbers(6))
    const open: Delivery[] = []
    const { ends } = watch(stream(), (one) => open.push(one))
    await cluster.clock.settle()
    for (const at of [0, 1, 3, 5]) open[at]?.ack()
    open[4]?.retry()
    expect((ends[0] as ReplayFailedError).positions[0]).toEqual({ ...queue(0), offset: 2 })
  })

  it('hands out nothing more after unsubscription, and what is out can no longer be settled', async () => {
    await store(0, numbers(20))
    const open: Delivery[] = []
    const { seen, ends, subscription } = watch(stream({ maxUnsettled: 4 }), (one) => open.push(one))
    await cluster.clock.settle()
    subscription.unsubscribe()
    expect(open.map((one) => [one.signal.aborted, one.isVoid, one.ack()])).toEqual(open.map(() => [true, true, false]))
    await cluster.clock.advance(5000)
    expect(seen).toHaveLength(4)
    expect(ends).toEqual([])
    expect(mq.health().consumers).toEqual([])
  })

  it('unsubscribes what settle was at when it is unsubscribed', async () => {
    await store(0, numbers(3))
    const endless = new Subject<string>()
    const subscription = stream()
      .pipe(settle(() => endless))
      .subscribe()
    await cluster.clock.settle()
    expect(endless.observed).toBe(true)
    subscription.unsubscribe()
    expect(endless.observed).toBe(false)
  })

  it('ends with the operators behind it', async () => {
    await store(0, numbers(20))
    const { seen, ends } = watch(stream().pipe(take(3)))
    await cluster.clock.settle()
    expect([seen, ends]).toEqual([['m0', 'm1', 'm2'], ['complete']])
    expect(mq.health().consumers).toEqual([])
  })

  it('fails with the offset and the range of the queue when a listed place does not exist', async () => {
    await store(0, numbers(3))
    const { ends } = watch(stream({ from: [{ ...queue(0), offset: 4 }] }))
    const stranger = watch(stream({ from: [{ ...queue(7), offset: 0 }] }))
    await cluster.clock.settle()
    expect(ends).toMatchObject([{ code: 'OFFSET_OUT_OF_RANGE', facts: { offset: 4, min: 0, max: 3 } }])
    expect(stranger.ends).toEqual([expect.any(OptionsError)])
  })

  it.each([
    [{ from: 'begin' }],
    [{ to: { timestampMs: -1 } }],
    [{ from: [{ topic: 'orders' }] }],
    [{ maxUnsettled: 0 }],
    [{ maxUnsettledBytes: 0 }],
    [{ concurrency: 3 }],
    [{ maxBatch: 0 }]
  ])('fails with a typed error for the options %j', async (options) => {
    await store(0, ['x'])
    const { ends } = watch(stream(options as object))
    await cluster.clock.settle()
    expect(ends).toEqual([expect.any(OptionsError)])
  })

  it('keeps the time of marbles: slow handling, buffered by the clock of the cluster', async () => {
    await store(0, numbers(4))
    const { record, expected } = marbles(cluster.clock)
    const slow = settle(
      ({ value }: { value: unknown }) => new Promise<unknown>((resolve) => cluster.clock.setTimeout(() => resolve(value), 400)),
      { concurrency: 1 }
    )
    const seen = record(stream().pipe(slow, bufferTime(1000, schedulerOf(cluster.clock))))
    await cluster.clock.advance(5000)
    expect(seen.messages).toEqual(expected('1s a 599ms (b|)', { a: ['m0', 'm1'], b: ['m2', 'm3'] }))
  })
})

/** How many loops over pull consumers made from now on have been left before their end. */
function loopsLeft(mq: Client): () => number {
  const pullConsumer = mq.pullConsumer.bind(mq)
  let count = 0
  const counted: typeof pullConsumer = (options) => {
    const consumer = pullConsumer(options)
    const iterate = consumer[Symbol.asyncIterator].bind(consumer)
    const iterator = (): ReturnType<typeof iterate> => {
      const { next } = iterate()
      const left = async (): Promise<{ done: true; value: undefined }> => {
        count++
        return { done: true, value: undefined }
      }
      return { next, return: left }
    }
    return Object.assign(consumer, { [Symbol.asyncIterator]: iterator })
  }
  Object.assign(mq, { pullConsumer: counted })
  return () => count
}
