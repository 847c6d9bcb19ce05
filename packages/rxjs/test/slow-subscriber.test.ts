import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, defineTopic, type Message, text } from '@rocketmq-ts/client'
import { tap } from 'rxjs'
import { deliveries, settle } from '../src/index'
import { Most, usedMiB } from './memory'
import { Cluster } from './support'

const MESSAGES = 100_000
const SAMPLE_EVERY = 10_000
const BODY_BYTES = 100
const QUEUES = 4
const PULL_BATCH = 32
const MAX_UNSETTLED = 256
const MAX_BYTES = 20_000
const CONCURRENCY = 64
/** Room for what the engine keeps for itself, far below the 9 MB of bodies alone that go by after the first sample. */
const SMALL_MIB = 3

const Orders = defineTopic('orders', text())
const subscriptions = [{ topic: Orders }] as const

describe('a slow subscriber, on the in-memory network', () => {
  let cluster: Cluster
  let mq: Client
  beforeEach(async () => {
    cluster = await Cluster.start(QUEUES)
    mq = await cluster.connect()
  })
  afterEach(() => cluster.close())

  async function send(): Promise<void> {
    const batch = Array.from({ length: 500 }, (_, n) => `${n} `.padEnd(BODY_BYTES, '.'))
    for (let sent = 0; sent < MESSAGES; sent += batch.length) await cluster.sendBatch(mq, batch)
  }

  it(`over ${MESSAGES} messages, each with a key of its own, holds flat memory`, async () => {
    await send()

    const most = new Most()
    let handedOut = 0
    let consumed = 0
    let finish: Array<() => void> = []
    const slow = (): Promise<void> => new Promise((resolve) => finish.push(resolve))
    const key = ({ queue, queueOffset }: Message): string => `${queue.queueId} ${queueOffset}`
    const demand = { maxUnsettled: MAX_UNSETTLED, maxUnsettledBytes: MAX_BYTES, pullBatch: PULL_BATCH }
    const subscription = deliveries(mq, { group: 'audit', subscriptions, from: 'first', ...demand })
      .pipe(
        tap(() => {
          handedOut++
          most.see('handed out', handedOut - consumed)
          most.see('bytes handed out', (handedOut - consumed) * BODY_BYTES)
        }),
        settle(slow, { key, concurrency: CONCURRENCY, ordered: true })
      )
      .subscribe(() => consumed++)

    const samples: number[] = []
    while (consumed < MESSAGES) {
      await cluster.clock.advance(1)
      const queues = mq.health().consumers.flatMap((consumer) => consumer.queues)
      most.see(
        'pending',
        queues.reduce((sum, { pending }) => sum + pending, 0)
      )
      most.see(
        'bytes pending',
        queues.reduce((sum, { pendingBytes }) => sum + pendingBytes, 0)
      )
      most.see('projections', finish.length)
      if (finish.length === 0) throw new Error(`nothing more comes after ${consumed} of ${MESSAGES}`)
      for (const one of finish.splice(0)) one()
      await cluster.clock.settle()
      if (consumed >= SAMPLE_EVERY * (samples.length + 1)) samples.push(usedMiB())
    }
    finish = []
    subscription.unsubscribe()

    const [first = 0] = samples
    const highest = Math.max(...samples)
    console.info(`MiB in use after each ${SAMPLE_EVERY} messages: ${samples.map((one) => one.toFixed(1)).join(', ')}. At most: ${most}`)
    expect(samples).toHaveLength(MESSAGES / SAMPLE_EVERY)
    expect(highest).toBeLessThan(first + SMALL_MIB)
    expect(most.of('projections')).toBe(CONCURRENCY)
    expect(most.of('handed out')).toBe(MAX_BYTES / BODY_BYTES)
    expect(most.of('bytes handed out')).toBeLessThanOrEqual(MAX_BYTES)
    // As much again waits to be handed out, and what one pull per queue brings besides.
    expect(most.of('pending')).toBeLessThanOrEqual((2 * MAX_BYTES) / BODY_BYTES + QUEUES * PULL_BATCH)
    expect(most.of('bytes pending')).toBeLessThanOrEqual(2 * MAX_BYTES + QUEUES * PULL_BATCH * BODY_BYTES)
  }, 120_000)
})
