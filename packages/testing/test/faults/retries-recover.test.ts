import { describe, expect, it } from '@jest/globals'
import { type Client, deadLetter, type Handler, type Message, type PushConsumer, retry } from '@rocketmq-ts/client'
import { type Cluster, RequestCode, ResponseCode, startCluster } from '../../src/index'
import { Orders } from './scene'

const { CONSUMER_SEND_MSG_BACK, SEND_MESSAGE_V2, UNREGISTER_CLIENT, UPDATE_CONSUMER_OFFSET } = RequestCode

interface Billing {
  readonly cluster: Cluster
  readonly mq: Client
  readonly consumer: PushConsumer
  /** Attempts, in order. */
  readonly attempts: number[]
}

/** One order, and a consumer whose handler decides by the attempt. */
async function billing(
  handler: Handler<Message<{ n: number }>>,
  prepare: (cluster: Cluster, mq: Client) => void = () => {}
): Promise<Billing> {
  const cluster = await startCluster({ topics: { orders: { queues: 1 } } })
  const mq = await cluster.connect()
  const attempts: number[] = []
  const consumer = mq.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' }, (message, context) => {
    attempts.push(message.attempt)
    return handler(message, context)
  })
  await cluster.drive(consumer.ready)
  prepare(cluster, mq)
  const shop = await cluster.connect()
  await cluster.drive(shop.producer({ group: 'shop' }).send(Orders, { n: 1 }))
  return { cluster, mq, consumer, attempts }
}

const onceAgain: Handler<Message<{ n: number }>> = ({ attempt }) => (attempt === 1 ? retry({ delayLevel: 1 }) : undefined)

describe('a message that failed', () => {
  it('comes again although the request to take it back was lost: the client sends it to the retry topic itself', async () => {
    const { cluster, attempts } = await billing(onceAgain, ({ faults }) => void faults.dropRequest(CONSUMER_SEND_MSG_BACK))
    await cluster.advance(20_000)
    expect([attempts, cluster.faults.unused]).toEqual([[1, 2], []])
    expect((await cluster.lag('billing')).total).toBe(0)
    await cluster.close()
  })

  it('comes again although its broker refuses to take it back', async () => {
    const refuse = ({ faults }: Cluster): void =>
      void faults.answerWith(CONSUMER_SEND_MSG_BACK, { responseCode: ResponseCode.SYSTEM_ERROR })
    const { cluster, attempts } = await billing(onceAgain, refuse)
    await cluster.advance(20_000)
    expect([attempts, cluster.faults.unused]).toEqual([[1, 2], []])
    await cluster.close()
  })

  it('may come twice when the answer of the broker that took it back was lost', async () => {
    const { cluster, attempts } = await billing(onceAgain, ({ faults }) => void faults.dropAnswer(CONSUMER_SEND_MSG_BACK))
    await cluster.advance(20_000)
    expect([attempts, cluster.faults.unused]).toEqual([[1, 2, 2], []])
    expect((await cluster.lag('billing')).total).toBe(0)
    await cluster.close()
  })

  it('is handled again here when it can neither be taken back nor sent, and its offset waits', async () => {
    const failed: unknown[] = []
    const { cluster, consumer, attempts } = await billing(onceAgain, ({ faults }, mq) => {
      faults.dropRequest(CONSUMER_SEND_MSG_BACK)
      faults.answerWith(SEND_MESSAGE_V2, { responseCode: ResponseCode.SYSTEM_BUSY, client: mq })
    })
    consumer.events.on('sendBackFailed', ({ error }) => void failed.push(error))
    await cluster.advance(5001)
    expect([failed.length, attempts]).toEqual([1, [1]])
    expect((await cluster.lag('billing')).total).toBe(1)
    await cluster.advance(20_000)
    expect([attempts, cluster.faults.unused]).toEqual([[1, 2], []])
    expect((await cluster.lag('billing')).total).toBe(0)
    await cluster.close()
  })

  it('becomes a dead letter although the connection is cut while it is given up', async () => {
    const { cluster, attempts } = await billing(
      () => deadLetter(),
      ({ faults }) => {
        const drop = faults.dropRequest(CONSUMER_SEND_MSG_BACK)
        void drop.struck.then(() => faults.cut({ server: 'broker-a' }))
      }
    )
    const [dead] = await cluster.expectDeadLetter('billing', { topic: Orders })
    expect([dead?.value, attempts, cluster.faults.unused]).toEqual([{ n: 1 }, [1], []])
    await cluster.close()
  })
})

describe('closing a consumer', () => {
  it('keeps its deadline when its broker is silent, and says what was left', async () => {
    const { cluster, consumer, attempts } = await billing(() => undefined)
    await cluster.settle()
    expect(attempts).toEqual([1])
    const stall = cluster.faults.stall({ server: 'broker-a' })
    const before = cluster.clock.monotonic()
    const report = await cluster.drive(consumer.close({ timeoutMs: 2000 }))
    expect(cluster.clock.monotonic() - before).toBeLessThanOrEqual(2000)
    expect(report.uncommittedQueues).toBeGreaterThan(0)
    stall.end()
    await cluster.close()
  })

  it('commits its offsets although its broker is busy at first', async () => {
    const { cluster, consumer } = await billing(() => undefined)
    await cluster.settle()
    const busy = cluster.faults.answerWith(UPDATE_CONSUMER_OFFSET, { responseCode: ResponseCode.SYSTEM_BUSY, times: 2 })
    const report = await cluster.drive(consumer.close())
    expect([busy.hits, report.isComplete, (await cluster.lag('billing')).total]).toEqual([2, true, 0])
    await cluster.close()
  })

  it('says which offsets its broker did not take, and leaves those messages to come again', async () => {
    const { cluster, consumer, mq } = await billing(() => undefined)
    await cluster.settle()
    const busy = cluster.faults.answerWith(UPDATE_CONSUMER_OFFSET, {
      responseCode: ResponseCode.SYSTEM_BUSY,
      times: Number.POSITIVE_INFINITY
    })
    const report = await cluster.drive(consumer.close())
    expect([busy.hits > 0, report.uncommittedQueues, (await cluster.lag('billing')).total]).toEqual([true, 1, 1])
    busy.end()
    const again: number[] = []
    const next = mq.pushConsumer(
      { group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' },
      ({ value }) => void again.push(value.n)
    )
    await cluster.drive(next.ready)
    await cluster.advance(10_000)
    expect([again, (await cluster.lag('billing')).total]).toEqual([[1], 0])
    await cluster.close()
  })

  it('leaves its queues to others at once although its farewell was lost', async () => {
    const { cluster, consumer } = await billing(() => undefined)
    const other = await cluster.connect()
    const follower = other.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' }, () => undefined)
    await cluster.drive(follower.ready)
    await cluster.advance(1000)
    const drop = cluster.faults.dropRequest(UNREGISTER_CLIENT)
    await cluster.drive(consumer.close())
    expect(drop.hits).toBe(1)
    await cluster.advance(150_000)
    expect(follower.queues.filter(({ topic }) => topic === 'orders').length).toBe(1)
    await cluster.close()
  })
})
