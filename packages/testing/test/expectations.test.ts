import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, deadLetter, retry } from '@rocketmq-ts/client'
import { type Cluster, ExpectationError, startCluster } from '../src/index'
import { billing, Orders } from './support'

let cluster: Cluster
let mq: Client

beforeEach(async () => {
  cluster = await startCluster({ topics: { orders: { queues: 2 } } })
  mq = await cluster.connect()
})
afterEach(() => cluster.close())

async function send(id: string, total = 1, tag = 'sale'): Promise<void> {
  await mq.producer({ group: 'shop' }).send(Orders, { id, total }, { keys: [id], tag })
}

describe('expectDelivered', () => {
  it('resolves with the messages that the group has consumed', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await send('o-1')
    await send('o-2')
    const delivered = await cluster.expectDelivered('billing', { topic: Orders })
    expect(delivered.map(({ value }) => value.id).sort()).toEqual(['o-1', 'o-2'])
    expect(cluster.clock.monotonic()).toBe(0)
  })

  it('finds messages by topic, tag, key, id and condition', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await send('o-1', 1, 'sale')
    await send('o-2', -1, 'refund')
    const [refund] = await cluster.expectDelivered('billing', { tag: 'refund' })
    expect(refund?.keys).toEqual(['o-2'])
    expect(await cluster.expectDelivered('billing', { key: 'o-2', messageId: refund?.messageId ?? '' })).toEqual([refund])
    expect(await cluster.expectDelivered('billing', { topic: Orders, where: ({ value }) => value.total > 0 })).toHaveLength(1)
    expect(await cluster.expectDelivered('billing', ({ body }) => body.includes('o-2'))).toEqual([refund])
  })

  it('moves the clock to the moment of the delivery, and no further', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 4 })
    await cluster.expectDelivered('billing')
    expect(cluster.clock.monotonic()).toBe(30_000)
  })

  it('waits for the attempt that succeeds', async () => {
    await mq.pushConsumer(billing, ({ attempt }) => (attempt < 3 ? retry({ delayLevel: 1 }) : undefined)).ready
    await send('o-1')
    await cluster.expectDelivered('billing', { key: 'o-1' })
    expect(cluster.clock.monotonic()).toBe(2000)
  })

  it('waits for a handler that sleeps, and for one that does real work', async () => {
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void cluster.clock.setTimeout(resolve, ms))
    const work = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    await mq.pushConsumer(billing, ({ value }) => (value.total > 0 ? sleep(7000) : work())).ready
    await send('real', -1)
    await cluster.expectDelivered('billing', { key: 'real' })
    expect(cluster.clock.monotonic()).toBe(0)
    await send('asleep', 1)
    await cluster.expectDelivered('billing', { key: 'asleep' })
    expect(cluster.clock.monotonic()).toBe(7000)
  })

  it('loses no real time over handlers that sleep in the time of the cluster', async () => {
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void cluster.clock.setTimeout(resolve, ms))
    await mq.pushConsumer({ ...billing, concurrency: 1 }, () => sleep(20)).ready
    for (let n = 0; n < 300; n++) await send(`o-${n}`)
    // A quarter of a second for each would be longer than this test may take.
    expect(await cluster.expectDelivered('billing')).toHaveLength(300)
    expect(cluster.clock.monotonic()).toBe(6000)
  })

  it('counts what was handed to the loop of a pull consumer', async () => {
    await send('o-1')
    const consumer = mq.pullConsumer(billing)
    await consumer.ready
    await expect(cluster.expectDelivered('billing', {}, { withinMs: 100 })).rejects.toMatchObject({ facts: { found: '1 handed out' } })
    await consumer[Symbol.asyncIterator]().next()
    expect(await cluster.expectDelivered('billing')).toHaveLength(1)
  })

  it('knows of consumers that are made elsewhere by what they commit', async () => {
    const { connect } = await import('@rocketmq-ts/client')
    const elsewhere = await connect(cluster.connection())
    await elsewhere.pushConsumer(billing, () => {}).ready
    await send('o-1')
    await cluster.expectDelivered('billing')
    expect(cluster.clock.monotonic()).toBeLessThanOrEqual(5000)
    expect((await cluster.offsets('billing')).reduce((sum, { committed = 0 }) => sum + committed, 0)).toBe(1)
    await cluster.drive(elsewhere.close())
  })

  it('takes exactly as many as it is told', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await send('o-1')
    await send('o-2')
    expect(await cluster.expectDelivered('billing', {}, { count: 2 })).toHaveLength(2)
    await expect(cluster.expectDelivered('billing', {}, { count: 1 })).rejects.toMatchObject({ facts: { found: '2 delivered' } })
    await expect(cluster.expectDelivered('billing', {}, { count: 3, withinMs: 1000 })).rejects.toThrow('within 1000 ms')
  })

  it('sees that nothing comes in the whole time when none is wanted', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    expect(await cluster.expectDelivered('billing', {}, { count: 0, withinMs: 20_000 })).toEqual([])
    expect(cluster.clock.monotonic()).toBe(20_000)
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 3 })
    await expect(cluster.expectDelivered('billing', {}, { count: 0, withinMs: 20_000 })).rejects.toMatchObject({
      facts: { found: '1 delivered' }
    })
    expect(cluster.clock.monotonic()).toBe(30_000)
  })

  it('leaves out messages whose tag the group does not want', async () => {
    await mq.pushConsumer({ ...billing, subscriptions: [{ topic: Orders, tags: ['refund'] }] }, () => {}).ready
    await send('o-1', 1, 'sale')
    await send('o-2', -1, 'refund')
    expect((await cluster.expectDelivered('billing')).map(({ keys }) => keys)).toEqual([['o-2']])
    await expect(cluster.expectDelivered('billing', { key: 'o-1' }, { withinMs: 10 })).rejects.toMatchObject({
      facts: { found: '1 not wanted' }
    })
  })

  it('gives up at once when a message was passed over or given up', async () => {
    await send('o-1')
    const refunds = mq.pushConsumer({ ...billing, group: 'totals', subscriptions: [{ topic: Orders, tags: ['refund'] }] }, () => {})
    await refunds.ready
    await cluster.settle()
    await refunds.close()
    await expect(cluster.expectDelivered('totals')).rejects.toMatchObject({ facts: { found: '1 passed over' } })
    await mq.pushConsumer(billing, () => deadLetter()).ready
    await send('o-2')
    await expect(cluster.expectDelivered('billing', { key: 'o-2' })).rejects.toMatchObject({ facts: { found: '1 dead-lettered' } })
    expect(cluster.clock.monotonic()).toBe(0)
  })

  it('still knows after a restart who was given what', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await send('o-1')
    await cluster.expectDelivered('billing')
    await cluster.restartBroker()
    expect(await cluster.expectDelivered('billing')).toHaveLength(1)
  })

  it('throws what the condition of the test throws', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await send('o-1')
    const condition = (): boolean => {
      throw new TypeError('a mistake in the test')
    }
    await expect(cluster.expectDelivered('billing', condition)).rejects.toThrow('a mistake in the test')
  })

  it('refuses options and matches that cannot be', async () => {
    const expectation = (match: object, options: object): Promise<unknown> => cluster.expectDelivered('billing', match, options)
    await expect(expectation({ tags: ['x'] }, {})).rejects.toMatchObject({ facts: { option: 'expectDelivered.match.tags' } })
    await expect(expectation({ where: 'x' }, {})).rejects.toMatchObject({ facts: { option: 'expectDelivered.match.where' } })
    await expect(expectation({}, { times: 1 })).rejects.toMatchObject({ facts: { option: 'expectDelivered.times' } })
    await expect(expectation({}, { count: -1 })).rejects.toMatchObject({ facts: { option: 'expectDelivered.count' } })
    await expect(expectation({}, { withinMs: Number.NaN })).rejects.toMatchObject({ facts: { option: 'expectDelivered.withinMs' } })
  })
})

describe('expectDeadLetter', () => {
  it('drives the clock through every attempt', async () => {
    await mq.pushConsumer({ ...billing, maxAttempts: 4 }, () => Promise.reject(new Error('no'))).ready
    await send('o-1')
    const [dead] = await cluster.expectDeadLetter('billing', { topic: Orders, where: ({ value }) => value.id === 'o-1' })
    expect(dead).toMatchObject({ topic: 'orders', attempts: 4, value: { id: 'o-1' } })
    // 10 s, 30 s and 60 s.
    expect(cluster.clock.monotonic()).toBe(100_000)
  })

  it('takes exactly as many as it is told', async () => {
    await mq.pushConsumer(billing, () => deadLetter()).ready
    await send('o-1')
    await send('o-2')
    expect(await cluster.expectDeadLetter('billing', {}, { count: 2 })).toHaveLength(2)
    await expect(cluster.expectDeadLetter('billing', {}, { count: 1 })).rejects.toMatchObject({ facts: { found: '2 dead-lettered' } })
    expect(await cluster.expectDeadLetter('billing', { key: 'o-3' }, { count: 0, withinMs: 1000 })).toEqual([])
  })

  it('says where the message is instead', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await send('o-1')
    const failed = cluster.expectDeadLetter('billing', { key: 'o-1' }, { withinMs: 1000 })
    await expect(failed).rejects.toBeInstanceOf(ExpectationError)
    await expect(failed).rejects.toMatchObject({
      code: 'EXPECTATION_NOT_MET',
      facts: {
        group: 'billing',
        wanted: 'all messages with key o-1, at least one, given up by group billing',
        found: '1 delivered'
      }
    })
  })
})
