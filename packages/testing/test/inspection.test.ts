import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, DecodeError, deadLetter, defineTopic, type Message, type SendReceipt, text } from '@rocketmq-ts/client'
import { type Cluster, startCluster } from '../src/index'
import { billing, type Order, Orders } from './support'

let cluster: Cluster
let mq: Client

beforeEach(async () => {
  cluster = await startCluster({ topics: { orders: { queues: 2 } } })
  mq = await cluster.connect()
})
afterEach(() => cluster.close())

async function send(...orders: readonly Order[]): Promise<SendReceipt[]> {
  const producer = mq.producer({ group: 'shop' })
  const receipts: SendReceipt[] = []
  for (const order of orders) {
    receipts.push(await producer.send(Orders, order, { keys: [order.id], tag: order.total < 0 ? 'refund' : 'sale' }))
  }
  return receipts
}

describe('stored messages', () => {
  it('are as they were sent, in store order, with values of their topic', async () => {
    const [, receipt] = await send({ id: 'o-1', total: 1 }, { id: 'o-2', total: -2 }, { id: 'o-3', total: 3 })
    const stored = await cluster.messages(Orders)
    expect(stored.map(({ value }) => value.id)).toEqual(['o-1', 'o-2', 'o-3'])
    expect(stored[1]).toMatchObject({
      topic: 'orders',
      broker: 'broker-a',
      queueId: receipt?.queue.queueId,
      queueOffset: receipt?.queueOffset,
      messageId: receipt?.messageId,
      tag: 'refund',
      keys: ['o-2'],
      attempt: 1,
      value: { id: 'o-2', total: -2 },
      bornHost: '10.0.2.1',
      storeTimestampMs: cluster.clock.now()
    })
    expect(stored[1]?.body.toString()).toBe('{"id":"o-2","total":-2}')
    expect(stored[1]?.properties.get('TAGS')).toBe('refund')
  })

  it('have all that a consumer gets told', async () => {
    const producer = mq.producer({ group: 'shop', compressAboveBytes: 100 })
    await producer.send(Orders, { id: 'o'.repeat(1000), total: 1 }, { shardingKey: 'customer-7' })
    const received: Array<Partial<Message>> = []
    const consumer = mq.pushConsumer(billing, ({ bodyBytes, shardingKey }) => void received.push({ bodyBytes, shardingKey }))
    await consumer.ready
    await cluster.expectDelivered('billing')
    const stored = (await cluster.messages(Orders)).map(({ bodyBytes, shardingKey }) => ({ bodyBytes, shardingKey }))
    expect(stored).toEqual(received)
    expect(stored).toEqual([{ bodyBytes: 1019, shardingKey: 'customer-7' }])
  })

  it('of several brokers are in the order of their time', async () => {
    await using both = await startCluster({ brokers: 2, topics: { orders: { queues: 1 } } })
    const producer = (await both.connect()).producer({ group: 'shop' })
    for (let total = 0; total < 6; total++) {
      await producer.send(Orders, { id: `o-${total}`, total })
      await both.advance(1)
    }
    const stored = await both.messages(Orders)
    expect(stored.map(({ value }) => value.total)).toEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(stored.map(({ broker }) => broker))).toEqual(new Set(['broker-a', 'broker-b']))
  })

  it('named by a text have bodies as values', async () => {
    await send({ id: 'o-1', total: 1 })
    const [message] = await cluster.messages('orders')
    expect(message?.value).toEqual(Buffer.from('{"id":"o-1","total":1}'))
  })

  it('are decompressed', async () => {
    const Long = defineTopic('orders', text())
    await mq.producer({ group: 'shop', compressAboveBytes: 10 }).send(Long, 'x'.repeat(5000))
    expect((await cluster.messages(Long)).map(({ value }) => value.length)).toEqual([5000])
  })

  it('that cannot be decoded throw one by one when their value is asked for, and have their body', async () => {
    const producer = mq.producer({ group: 'shop' })
    await producer.send('orders', 'no json')
    await send({ id: 'o-2', total: 2 })
    const [broken, good] = await cluster.messages(Orders)
    expect(() => broken?.value).toThrow(DecodeError)
    expect(broken?.body.toString()).toBe('no json')
    expect(good?.value).toEqual({ id: 'o-2', total: 2 })
  })

  it('are plain values, which compare and print without what cannot be read', async () => {
    await mq.producer({ group: 'shop' }).send('orders', 'no json')
    const [broken] = await cluster.messages(Orders)
    expect(Object.keys(broken ?? {})).toContain('body')
    expect(Object.keys(broken ?? {})).not.toContain('value')
    expect(broken?.detach()).toBe(broken)
  })

  it('can be looked at while their broker is stopped', async () => {
    await send({ id: 'o-1', total: 1 })
    await cluster.stopBroker()
    expect((await cluster.messages(Orders)).map(({ value }) => value.id)).toEqual(['o-1'])
    await cluster.startBroker()
    await cluster.drive(mq.producer({ group: 'shop' }).send(Orders, { id: 'o-2', total: 2 }))
    expect((await cluster.messages(Orders)).map(({ value }) => value.id)).toEqual(['o-1', 'o-2'])
  })

  it('of a topic that nobody made are a typed error which names those there are', async () => {
    await expect(cluster.messages('ordes')).rejects.toMatchObject({
      code: 'TOPIC_UNKNOWN',
      message: 'no broker has topic ordes, only orders'
    })
  })
})

describe('delayed messages', () => {
  it('are seen in the words of their sender until they appear in their topic', async () => {
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 4 })
    expect(await cluster.messages(Orders)).toEqual([])
    expect(await cluster.delayed(Orders)).toMatchObject([
      { topic: 'orders', value: { id: 'o-1' }, delayLevel: 4, dueAtMs: cluster.clock.now() + 30_000 }
    ])
    await cluster.advance(30_000)
    expect(await cluster.delayed(Orders)).toEqual([])
    expect((await cluster.messages(Orders)).map(({ value }) => value.id)).toEqual(['o-1'])
  })

  it('are seen while their broker is stopped, and come when it is back', async () => {
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 4 })
    await cluster.stopBroker()
    await cluster.advance(60_000)
    expect((await cluster.delayed(Orders)).map(({ value }) => value.id)).toEqual(['o-1'])
    await cluster.startBroker()
    await cluster.settle()
    expect(await cluster.delayed(Orders)).toEqual([])
    expect((await cluster.messages(Orders)).map(({ value }) => value.id)).toEqual(['o-1'])
  })
})

describe('retries and dead letters of a group', () => {
  it('are the messages that were sent, with the attempt to come and when', async () => {
    await mq.pushConsumer(billing, () => Promise.reject(new Error('no'))).ready
    await send({ id: 'o-1', total: 1 })
    await cluster.settle()
    const [retry] = await cluster.retries('billing', Orders)
    expect(retry).toMatchObject({ topic: 'orders', keys: ['o-1'], value: { id: 'o-1' }, attempt: 2, dueAtMs: cluster.clock.now() + 10_000 })
    expect(retry?.messageId).toBe((await cluster.messages(Orders))[0]?.messageId)
    await cluster.advance(10_000)
    expect(await cluster.retries('billing')).toMatchObject([{ attempt: 3, dueAtMs: cluster.clock.now() + 30_000 }])
    expect(await cluster.retries('billing', 'payments')).toEqual([])
  })

  it('may be taken now when no consumer is there to take them', async () => {
    const worker = mq.pushConsumer(billing, () => Promise.reject(new Error('no')))
    await worker.ready
    await send({ id: 'o-1', total: 1 })
    await cluster.settle()
    await worker.close()
    await cluster.advance(10_000)
    expect(await cluster.retries('billing')).toMatchObject([{ topic: 'orders', attempt: 2, dueAtMs: undefined }])
  })

  it('become dead letters after the last attempt, under the topic they were sent to', async () => {
    await mq.pushConsumer({ ...billing, maxAttempts: 2 }, () => Promise.reject(new Error('no'))).ready
    await send({ id: 'o-1', total: 1 })
    await cluster.advance(10_000)
    const [sent] = await cluster.messages(Orders)
    const [dead] = await cluster.deadLetters('billing', Orders)
    expect(dead).toMatchObject({ topic: 'orders', keys: ['o-1'], tag: 'sale', attempts: 2, value: { id: 'o-1', total: 1 } })
    expect(dead?.messageId).toBe(sent?.messageId)
    expect(dead?.queue.topic).toBe('%DLQ%billing')
    expect(await cluster.retries('billing')).toEqual([])
  })

  it('are there at once when the handler says so', async () => {
    await mq.pushConsumer(billing, () => deadLetter()).ready
    await send({ id: 'o-1', total: 1 })
    await cluster.settle()
    expect(await cluster.deadLetters('billing')).toMatchObject([{ topic: 'orders', attempts: 1 }])
    expect(await cluster.deadLetters('billing', 'payments')).toEqual([])
  })

  it('of a group that nobody knows are a typed error which names those there are', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    const unknown = { code: 'GROUP_UNKNOWN', message: 'no broker knows consumer group biling, only billing' }
    await expect(cluster.deadLetters('biling')).rejects.toMatchObject(unknown)
    await expect(cluster.retries('biling')).rejects.toMatchObject(unknown)
    await expect(cluster.offsets('biling')).rejects.toMatchObject(unknown)
    await expect(cluster.lag('biling')).rejects.toMatchObject(unknown)
  })
})

describe('offsets and lag of a group', () => {
  it('tell what is stored, committed and consumed in every queue', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await send({ id: 'o-1', total: 1 }, { id: 'o-2', total: 2 }, { id: 'o-3', total: 3 })
    await cluster.settle()
    expect(await cluster.offsets('billing')).toMatchObject([
      { topic: 'orders', broker: 'broker-a', queueId: 0, minOffset: 0, maxOffset: 2, committed: undefined, consumed: 2, lag: 0 },
      { topic: 'orders', broker: 'broker-a', queueId: 1, minOffset: 0, maxOffset: 1, committed: undefined, consumed: 1, lag: 0 },
      { topic: '%RETRY%billing', lag: 0 }
    ])
    // Consumers commit every 5 s.
    await cluster.advance(5000)
    expect((await cluster.offsets('billing')).map(({ committed }) => committed)).toEqual([2, 1, 0])
  })

  it('count what a pull consumer was not handed yet', async () => {
    await send({ id: 'o-1', total: 1 }, { id: 'o-2', total: 2 }, { id: 'o-3', total: 3 })
    const consumer = mq.pullConsumer({ ...billing, maxBatch: 1 })
    await consumer.ready
    expect((await cluster.lag('billing')).total).toBe(3)
    const batches = consumer[Symbol.asyncIterator]()
    await batches.next()
    expect(await cluster.lag('billing')).toEqual({ total: 2, topics: { orders: 2, '%RETRY%billing': 0 } })
  })

  it('count retries that wait for the group', async () => {
    const worker = mq.pushConsumer(billing, () => Promise.reject(new Error('no')))
    await worker.ready
    await send({ id: 'o-1', total: 1 })
    await cluster.settle()
    await worker.close()
    await cluster.advance(10_000)
    expect(await cluster.lag('billing')).toEqual({ total: 1, topics: { orders: 0, '%RETRY%billing': 1 } })
  })

  it('leave out topics that the group has nothing to do with', async () => {
    await cluster.createTopic('payments')
    await mq.producer({ group: 'shop' }).send('payments', 'x')
    await mq.pushConsumer(billing, () => {}).ready
    expect(Object.keys((await cluster.lag('billing')).topics)).toEqual(['orders', '%RETRY%billing'])
  })

  it('stay what they were when the consumer has left and while the broker is stopped', async () => {
    const worker = mq.pushConsumer(billing, () => {})
    await worker.ready
    await send({ id: 'o-1', total: 1 })
    await cluster.settle()
    await worker.close()
    await send({ id: 'o-2', total: 2 })
    await cluster.stopBroker()
    expect(await cluster.lag('billing')).toEqual({ total: 1, topics: { orders: 1, '%RETRY%billing': 0 } })
  })
})

describe('connected clients', () => {
  it('are known by id, address, language, version and groups', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    const shop = await cluster.connect({ clientId: 'the-shop' })
    await shop.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 })
    expect(cluster.clients()).toEqual([
      {
        clientId: 'client-1',
        address: expect.stringMatching(/^10\.0\.2\.1:\d+$/),
        connections: [{ broker: 'broker-a', address: expect.stringMatching(/^10\.0\.2\.1:\d+$/) }],
        language: 'NODE_JS',
        version: expect.stringMatching(/^[45]\.\d+\.\d+$/),
        producerGroups: [],
        consumerGroups: ['billing']
      },
      expect.objectContaining({
        clientId: 'the-shop',
        address: expect.stringMatching(/^10\.0\.2\.2:/),
        producerGroups: ['shop'],
        consumerGroups: []
      })
    ])
    await shop.close()
    await cluster.settle()
    expect(cluster.clients().map(({ clientId }) => clientId)).toEqual(['client-1'])
  })

  it('are listed once, however many brokers they are connected with, and not with those that are stopped', async () => {
    await using both = await startCluster({ brokers: 2, topics: { orders: { queues: 1 } } })
    const client = await both.connect()
    await client.pushConsumer(billing, () => {}).ready
    expect(both.clients().map(({ connections }) => connections.map(({ broker }) => broker))).toEqual([['broker-a', 'broker-b']])
    await both.stopBroker('broker-a')
    expect(both.clients().map(({ connections }) => connections.map(({ broker }) => broker))).toEqual([['broker-b']])
  })
})

describe('pending timers', () => {
  it('are those of servers and clients, next one first', async () => {
    cluster.clock.setTimeout(() => {}, 1)
    expect(cluster.pendingTimers()[0]).toEqual({ dueInMs: 1 })
    const due = cluster.pendingTimers().map(({ dueInMs }) => dueInMs)
    expect(due).toEqual([...due].sort((a, b) => a - b))
  })
})
