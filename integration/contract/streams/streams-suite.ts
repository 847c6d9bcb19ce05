import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { connect, defineTopic, type Message, type SendReceipt, text } from '@rocketmq-ts/client'
import { type ClientStatus, deliveries, lag$, type ReplayPoint, replay, type SentValue, settle, status$, toTopic } from '@rocketmq-ts/rxjs'
import { concatMap, filter, firstValueFrom, from, lastValueFrom, map, type Observable, reduce, take, tap, toArray } from 'rxjs'
import { expectEventually, pause } from '../eventually'
import type { Target } from '../targets'

type Client = Awaited<ReturnType<typeof connect>>

const QUEUES = 4
const TEST_MS = 120_000

let run = 0

/** What the RxJS adapter promises, on real sockets, against one target. */
export function streamsSuite(start: () => Promise<Target>, startMs: number): void {
  let target: Target
  let mq: Client
  let name: string
  const topic = () => defineTopic(name, text())

  beforeAll(async () => {
    target = await start()
  }, startMs)
  afterAll(async () => {
    await mq?.close()
    await target?.close()
  }, startMs)
  beforeEach(async () => {
    await mq?.close()
    run += 1
    name = `streams-${Date.now().toString(36)}-${run}`
    await target.createTopic(name, { queues: QUEUES })
    mq = await connect({ nameservers: target.nameservers })
  }, TEST_MS)

  const numbers = (count: number, first = 0): string[] => Array.from({ length: count }, (_, n) => `m${first + n}`)
  /** Resolves when all of them can be read: official brokers answer a send before the message is in its consume queue. */
  const send = async (values: readonly string[]): Promise<SentValue<string>[]> => {
    const sent = await collect(from(values).pipe(toTopic(mq.producer({ group: 'senders' }), topic(), { concurrency: 32 })))
    await readable(
      mq,
      sent.map(({ receipt }) => receipt)
    )
    return sent
  }
  const place = (queueId: number, offset: number, value: string): string => `${queueId}/${offset} ${value}`
  const stored = (range: { from?: ReplayPoint; to?: ReplayPoint } = {}): Promise<Message<string>[]> =>
    collect(replay(mq, { ...range, subscriptions: [{ topic: topic() }] }).pipe(settle((message) => message.detach())))

  it(
    'what toTopic sends, replay reads: everything once, at the places that the receipts name',
    async () => {
      const sent = await send(numbers(2000))
      const read = await stored()
      expect(read.map(({ queue, queueOffset, value }) => place(queue.queueId, queueOffset, value)).sort()).toEqual(
        sent.map(({ value, receipt }) => place(receipt.queue.queueId, receipt.queueOffset, value)).sort()
      )
    },
    TEST_MS
  )

  it(
    'a replay between two times has the messages of that time and no others, also where several share a millisecond',
    async () => {
      for (let burst = 0; burst < 5; burst++) {
        await send(numbers(100, 100 * burst))
        await pause(3 + 7 * burst)
      }
      const all = await stored()
      const times = [...new Set(all.map(({ storeTimestampMs }) => storeTimestampMs))].sort((a, b) => a - b)
      const [first = 0] = times
      const last = times.at(-1) ?? 0
      const between = times[Math.floor(times.length / 3)] ?? 0
      const ranges = [
        [between, last],
        [first, between],
        [first + 1, last + 1],
        [first - 1000, first],
        [last + 1, last + 1000],
        [between - 1, between + 1]
      ] as const
      for (const [begin, end] of ranges) {
        const wanted = all.flatMap(({ storeTimestampMs, value }) => (storeTimestampMs >= begin && storeTimestampMs < end ? [value] : []))
        const read = await stored({ from: { timestampMs: begin }, to: { timestampMs: end } })
        expect(read.map(({ value }) => value).sort()).toEqual(wanted.sort())
      }
    },
    TEST_MS
  )

  it(
    'a replay goes on after the broker was gone in the middle: no gap, no double, in the order of each queue',
    async () => {
      const sent = await send(numbers(1000))
      let isRestarted = false
      const reading = replay(mq, { subscriptions: [{ topic: topic() }], maxUnsettled: 8, prefetch: 1 }).pipe(
        concatMap(async (delivery) => {
          if (!isRestarted && delivery.message.queueOffset === 40) {
            isRestarted = true
            await target.restartBroker()
          }
          delivery.ack()
          return delivery.message.detach()
        })
      )
      const read = await collect(reading)
      expect(isRestarted).toBe(true)
      for (let queueId = 0; queueId < QUEUES; queueId++) {
        const offsets = read.flatMap(({ queue, queueOffset }) => (queue.queueId === queueId ? [queueOffset] : []))
        expect(offsets).toEqual(offsets.map((_, at) => at))
      }
      expect(read.map(({ queue, queueOffset, value }) => place(queue.queueId, queueOffset, value)).sort()).toEqual(
        sent.map(({ value, receipt }) => place(receipt.queue.queueId, receipt.queueOffset, value)).sort()
      )
    },
    TEST_MS * 2
  )

  it(
    'the lag of a group is what it has not committed, and a replay in its name changes nothing of it',
    async () => {
      await send(numbers(400))
      const group = `lagging-${name}`
      const worker = await connect({ nameservers: target.nameservers, offsetCommitIntervalMs: 200 })
      const consumed = deliveries(worker, { group, subscriptions: [{ topic: topic() }], from: 'first', maxUnsettled: 16 }).pipe(
        settle(({ value }) => value, { concurrency: 4 }),
        take(150)
      )
      await lastValueFrom(consumed)
      await worker.close()
      const before = await firstValueFrom(lag$(mq, { group, topics: [topic()] }).pipe(filter(({ isComplete }) => isComplete)))
      const replayed = replay(mq, { group, subscriptions: [{ topic: topic() }] }).pipe(settle(() => 1))
      expect(await lastValueFrom(replayed.pipe(reduce((sum, one) => sum + one, 0)))).toBe(400)
      const after = await firstValueFrom(lag$(mq, { group, topics: [topic()] }))
      expect(before.total).toBeGreaterThan(0)
      expect(before.total).toBeLessThanOrEqual(250)
      expect(after).toEqual(before)
    },
    TEST_MS
  )

  it(
    'the status of a client tells that its broker is gone, and that it is back',
    async () => {
      await send(['x'])
      const seen: ClientStatus['state'][] = []
      const back = firstValueFrom(
        status$(mq).pipe(
          map(({ state }) => state),
          tap((state) => seen.push(state)),
          filter((state) => state === 'open' && seen.includes('degraded'))
        )
      )
      await target.restartBroker()
      expect(await back).toBe('open')
      await send(['y'])
    },
    TEST_MS
  )
}

/** Resolves when every queue's end is behind what was sent to it. */
async function readable(mq: Client, sent: readonly SendReceipt[]): Promise<void> {
  const last = new Map(
    [...sent].sort((a, b) => a.queueOffset - b.queueOffset).map(({ queue, queueOffset }) => [queue.queueId, { queue, queueOffset }])
  )
  await expectEventually(async () => {
    for (const { queue, queueOffset } of last.values()) {
      if ((await mq.queues.maxOffset(queue)) <= queueOffset) return `message ${queueOffset} of queue ${queue.queueId}`
    }
    return undefined
  })
}

function collect<T>(source: Observable<T>): Promise<T[]> {
  return lastValueFrom(source.pipe(toArray()))
}
