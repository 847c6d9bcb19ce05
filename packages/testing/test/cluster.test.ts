import { afterEach, describe, expect, it } from '@jest/globals'
import { connect } from '@rocketmq-ts/client'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { type Cluster, type ClusterOptions, GroupError, startCluster, TopicError } from '../src/index'
import { billing, Orders } from './support'

let cluster: Cluster

async function start(options?: ClusterOptions): Promise<Cluster> {
  cluster = await startCluster(options)
  return cluster
}

afterEach(() => cluster?.close())

describe('a cluster', () => {
  it('bills an order once, after a delay that passes at once', async () => {
    await start({ topics: { orders: { queues: 4 } } })
    const mq = await cluster.connect()
    const seen: string[] = []
    const worker = mq.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, (m) => void seen.push(m.value.id))
    await worker.ready
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 4 })
    await cluster.advance(29_999)
    expect(seen).toEqual([])
    await cluster.advance(1)
    expect(seen).toEqual(['o-1'])
  })

  it('needs no option at all', async () => {
    await start()
    expect(cluster.brokers).toEqual(['broker-a'])
    expect(cluster.clock).toBeInstanceOf(ManualClock)
    const mq = await cluster.connect()
    expect((await mq.producer({ group: 'shop' }).send('orders', 'made by this send')).status).toBe('SEND_OK')
  })

  it('has the topics and groups it was asked for', async () => {
    await start({ topics: { orders: { queues: 3 } }, groups: { billing: { mayConsume: false } }, autoCreateTopics: false })
    const mq = await cluster.connect()
    const producer = mq.producer({ group: 'shop' })
    const receipts = await Promise.all([1, 2, 3, 4, 5, 6].map((total) => producer.send(Orders, { id: 'o', total })))
    expect(new Set(receipts.map(({ queue }) => queue.queueId))).toEqual(new Set([0, 1, 2]))
    const refused = mq.pushConsumer(billing, () => {})
    await expect(cluster.drive(refused.done)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' })
    await expect(cluster.drive(producer.send('payments', 'x'))).rejects.toMatchObject({ code: 'NO_ROUTE' })
  })

  it('creates topics and groups while it runs', async () => {
    await start({ autoCreateTopics: false })
    await cluster.createTopic('orders', { queues: 1 })
    await cluster.createGroup('billing', { retryQueues: 2 })
    const mq = await cluster.connect()
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 })
    await mq.pushConsumer(billing, () => {}).ready
    const queues = await cluster.offsets('billing')
    expect(queues.map(({ topic, queueId }) => `${topic} ${queueId}`)).toEqual(['orders 0', '%RETRY%billing 0', '%RETRY%billing 1'])
  })

  it('spreads a topic over all its brokers, or those that are named', async () => {
    await start({ brokers: 3, topics: { orders: { queues: 1 }, payments: { queues: 1, brokers: ['broker-b'] } } })
    const producer = (await cluster.connect()).producer({ group: 'shop' })
    const brokersOf = async (topic: string): Promise<string[]> => {
      const receipts = await Promise.all([1, 2, 3, 4, 5, 6].map(() => producer.send(topic, 'x')))
      return [...new Set(receipts.map(({ queue }) => queue.brokerName))].sort()
    }
    expect(await brokersOf('orders')).toEqual(['broker-a', 'broker-b', 'broker-c'])
    expect(await brokersOf('payments')).toEqual(['broker-b'])
  })

  it('names its brokers as asked', async () => {
    await start({ brokers: ['left', 'right'] })
    expect(cluster.brokers).toEqual(['left', 'right'])
    await cluster.stopBroker('left')
    await expect(cluster.stopBroker()).rejects.toMatchObject({ code: 'BROKER_AMBIGUOUS' })
    await expect(cluster.stopBroker('middle')).rejects.toMatchObject({ code: 'BROKER_UNKNOWN' })
  })

  it('delivers delayed messages by its own delay levels', async () => {
    await start({ delayLevels: '7s 5m' })
    const mq = await cluster.connect()
    const seen: string[] = []
    await mq.pushConsumer(billing, (m) => void seen.push(m.value.id)).ready
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 2 })
    await cluster.advance(299_999)
    expect(seen).toEqual([])
    await cluster.advance(1)
    expect(seen).toEqual(['o-1'])
  })

  it('shares the clock of the test', async () => {
    const clock = new ManualClock({ seed: 3 })
    await start({ clock })
    expect(cluster.clock).toBe(clock)
    await cluster.advance(1000)
    expect(clock.monotonic()).toBe(1000)
    expect(cluster.pendingTimers()).toEqual(clock.pendingTimers)
  })

  it('is reached by clients that are made elsewhere', async () => {
    await start({ topics: { orders: {} } })
    const mq = await connect({ ...cluster.connection(), requestTimeoutMs: 1000 })
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 })
    expect((await cluster.messages(Orders)).map(({ value }) => value.id)).toEqual(['o-1'])
    await mq.close()
  })

  it('runs the same way from the same seed', async () => {
    const run = async (seed: number): Promise<string[]> => {
      const one = await startCluster({ seed, topics: { orders: { queues: 4 } } })
      const producer = (await one.connect()).producer({ group: 'shop' })
      for (let total = 0; total < 5; total++) await producer.send(Orders, { id: `o-${total}`, total })
      const stored = await one.messages(Orders)
      await one.close()
      return stored.map(({ messageId, queueId }) => `${messageId} ${queueId}`)
    }
    expect(await run(5)).toEqual(await run(5))
    expect(await run(5)).not.toEqual(await run(6))
  })

  it('refuses what a client of it may not decide, and what no client knows', async () => {
    await start()
    const network = new MemoryNetwork({ clock: cluster.clock })
    // @ts-expect-error the network is the cluster's
    await expect(cluster.connect({ network })).rejects.toMatchObject({ code: 'OPTION_INVALID', facts: { option: 'connect.network' } })
    // @ts-expect-error there is no such option
    await expect(cluster.connect({ nameserver: 'x' })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})

describe('options of a cluster', () => {
  const problems: ReadonlyArray<[string, object, string]> = [
    ['unknown', { topic: {} }, 'topic'],
    ['unknown of a topic', { topics: { orders: { queue: 1 } } }, 'topics.orders.queue'],
    ['unknown of a group', { groups: { billing: { retries: 1 } } }, 'groups.billing.retries'],
    ['a list of topics', { topics: ['orders'] }, 'topics'],
    ['an unknown broker of a topic', { topics: { orders: { brokers: ['broker-b'] } } }, 'topics.orders.brokers'],
    ['no brokers', { brokers: 0 }, 'brokers'],
    ['too many brokers', { brokers: 27 }, 'brokers'],
    ['two brokers of one name', { brokers: ['a', 'a'] }, 'brokers'],
    ['a broker named as the nameserver is in faults', { brokers: ['nameserver'] }, 'brokers'],
    ['brokers that are no list', { brokers: 'ab' }, 'brokers'],
    ['a broker without a name', { brokers: ['broker-a', undefined] }, 'brokers'],
    ['brokers of a topic that are no list', { topics: { orders: { brokers: 'broker-a' } } }, 'topics.orders.brokers'],
    ['an unknown clock', { clock: 'fake' }, 'clock'],
    ['a seed that is no number', { seed: 'x' }, 'seed'],
    ['listen with a port', { listen: 9876 }, 'listen'],
    ['delay levels that are none', { delayLevels: 'soon' }, 'delayLevels'],
    ['delay levels that are a list', { delayLevels: [1000, 5000] }, 'delayLevels'],
    ['queues that are a text', { topics: { orders: { queues: '4' } } }, 'topics.orders.queues'],
    ['a logger that is none', { logger: { warn: () => {} } }, 'logger']
  ]

  it.each(problems)('%s: a typed error names the option', async (_, options, option) => {
    await expect(startCluster(options)).rejects.toMatchObject({ code: 'OPTION_INVALID', facts: { option } })
  })

  it('of a call: a typed error names the one that cannot be', async () => {
    await start({ topics: { orders: {} } })
    // @ts-expect-error a text would be put behind the time rather than added to it
    await expect(cluster.advance('1000')).rejects.toMatchObject({ code: 'OPTION_INVALID', facts: { option: 'advance.ms' } })
    await expect(cluster.advance(-1)).rejects.toMatchObject({ code: 'OPTION_INVALID', facts: { option: 'advance.ms' } })
    // @ts-expect-error there is no topic without a name
    await expect(cluster.messages()).rejects.toMatchObject({ code: 'OPTION_INVALID', facts: { option: 'topic' } })
  })

  it('that brokers refuse leave nothing behind', async () => {
    const clock = new ManualClock()
    await expect(startCluster({ clock, topics: { 'no such name!': {} } })).rejects.toBeInstanceOf(TopicError)
    await expect(startCluster({ clock, groups: { billing: { maxRetries: -1 } } })).rejects.toBeInstanceOf(GroupError)
    await expect(startCluster({ clock, brokers: ['no such name!'] })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    expect(clock.pendingTimers).toEqual([])
  })
})
