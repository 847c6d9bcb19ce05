import { describe, expect, it } from '@jest/globals'
import type { TopicConfig } from '@rocketmq-ts/remoting/wire'
import Long from 'long'
import { DEFAULT_NAMESERVER_LIMITS } from '../src/nameserver-limits'
import { Refusal } from '../src/refusal'
import { type Connection, type Registration, RouteTable } from '../src/route-table'

const connection = (): Connection => ({ close: () => {} })

function topic(topicName: string, queues = 8, perm = 6): TopicConfig {
  return { topicName, readQueueNums: queues, writeQueueNums: queues, perm, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false }
}

function registration(changes: Partial<Registration> = {}, topics = [topic('orders'), topic('TBW102')]): Registration {
  return {
    clusterName: 'DefaultCluster',
    brokerName: 'broker-a',
    brokerAddr: '10.0.0.1:10911',
    brokerId: 0,
    haServerAddr: '10.0.0.1:10912',
    topics: new Map(topics.map((config) => [config.topicName, config])),
    dataVersion: { timestamp: 1, counter: 1 },
    filterServers: [],
    ...changes
  }
}

const table = (limits = {}): RouteTable => new RouteTable({ ...DEFAULT_NAMESERVER_LIMITS, ...limits })
const queuesOf = (routes: RouteTable, name = 'orders'): number | undefined => routes.routeOf(name)?.queueDatas[0]?.writeQueueNums

describe('a route table', () => {
  it('answers with the queues and addresses of every broker that has the topic', () => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    routes.register(registration({ brokerName: 'broker-b', brokerAddr: '10.0.0.2:10911' }), connection(), 0)
    const route = routes.routeOf('orders')
    expect(route?.queueDatas.map((queue) => [queue.brokerName, queue.readQueueNums, queue.writeQueueNums, queue.perm])).toEqual([
      ['broker-a', 8, 8, 6],
      ['broker-b', 8, 8, 6]
    ])
    expect(route?.brokerDatas.map((broker) => [broker.brokerName, broker.brokerAddrs.get(0)])).toEqual([
      ['broker-a', '10.0.0.1:10911'],
      ['broker-b', '10.0.0.2:10911']
    ])
    expect(routes.routeOf('payments')).toBeUndefined()
  })

  it('takes nothing over while the data version stays the same, except topics that are missing', () => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    routes.register(registration({}, [topic('orders', 16), topic('TBW102'), topic('new')]), connection(), 0)
    expect(queuesOf(routes)).toBe(8)
    expect(queuesOf(routes, 'new')).toBe(8)
  })

  it.each([
    { timestamp: 1, counter: 2 },
    { timestamp: 2, counter: 1 },
    { timestamp: 1, counter: 1, stateVersion: Long.ONE }
  ])('takes changed topics over with version %j', (dataVersion) => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    routes.register(registration({ dataVersion }, [topic('orders', 16), topic('TBW102')]), connection(), 0)
    expect(queuesOf(routes)).toBe(16)
    expect(routes.versionOf(registration())).toEqual(dataVersion)
  })

  it('counts a version without a state as state 0', () => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    const same = { timestamp: 1, counter: 1, stateVersion: Long.ZERO }
    routes.register(registration({ dataVersion: same }, [topic('orders', 16), topic('TBW102')]), connection(), 0)
    expect(queuesOf(routes)).toBe(8)
  })

  it('refuses a first registration with exactly one topic', () => {
    const refused = table().register(registration({}, [topic('orders')]), connection(), 0)
    expect(refused).toMatchObject({ code: 1, remark: expect.stringContaining('register broker failed') })
  })

  it('drops a broker with all its topics when its connection closes', () => {
    const routes = table()
    const [one, other] = [connection(), connection()]
    routes.register(registration(), one, 0)
    routes.register(registration({ brokerName: 'broker-b', brokerAddr: '10.0.0.2:10911' }), other, 0)
    routes.connectionClosed(one)
    expect(routes.routeOf('orders')?.brokerDatas.map((broker) => broker.brokerName)).toEqual(['broker-b'])
    routes.connectionClosed(other)
    expect(routes.routeOf('orders')).toBeUndefined()
    expect(routes.topicNames).toEqual([])
    expect(routes.clusterInfo()).toEqual({ brokerAddrTable: new Map(), clusterAddrTable: new Map() })
  })

  it('keeps a broker that has registered over another connection when the old one closes', () => {
    const routes = table()
    const [old, current] = [connection(), connection()]
    routes.register(registration(), old, 0)
    routes.register(registration(), current, 0)
    routes.connectionClosed(old)
    expect(queuesOf(routes)).toBe(8)
  })

  it('drops a broker that was silent for longer than 120 s, and returns its connection', () => {
    const routes = table()
    const silent = connection()
    routes.register(registration(), silent, 0)
    expect(routes.dropSilent(120_000)).toEqual([])
    expect(routes.dropSilent(120_001)).toEqual([silent])
    expect(routes.routeOf('orders')).toBeUndefined()
  })

  it('drops a broker by the timeout that it asked for', () => {
    const routes = table()
    routes.register(registration({ timeoutMs: 1000 }), connection(), 0)
    expect(routes.dropSilent(1000)).toHaveLength(0)
    expect(routes.dropSilent(1001)).toHaveLength(1)
  })

  it('keeps a broker whose heartbeat was heard', () => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    routes.heard(registration(), 100_000)
    expect(routes.dropSilent(200_000)).toHaveLength(0)
    expect(queuesOf(routes)).toBe(8)
  })

  it('forgets a broker that unregisters, and leaves its name to its other members', () => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    routes.register(registration({ brokerId: 1, brokerAddr: '10.0.0.9:10911' }), connection(), 0)
    routes.unregister('broker-a', registration())
    expect([...(routes.routeOf('orders')?.brokerDatas[0]?.brokerAddrs ?? [])]).toEqual([[1, '10.0.0.9:10911']])
    routes.unregister('broker-a', { clusterName: 'DefaultCluster', brokerAddr: '10.0.0.9:10911' })
    expect(routes.routeOf('orders')).toBeUndefined()
  })

  it('forgets the old name of an address that registers under a new one', () => {
    const routes = table({ maxBrokers: 2 })
    for (let name = 0; name < 100; name++) routes.register(registration({ brokerName: `broker-${name}` }), connection(), 0)
    expect([...routes.clusterInfo().brokerAddrTable.keys()]).toEqual(['broker-99'])
    expect(routes.routeOf('orders')?.queueDatas).toHaveLength(1)
  })

  it('tells a slave where its master is', () => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    const registered = routes.register(registration({ brokerId: 1, brokerAddr: '10.0.0.9:10911' }), connection(), 0)
    expect(registered).toEqual({ masterAddr: '10.0.0.1:10911', haServerAddr: '10.0.0.1:10912' })
  })

  it('makes the first slave read-only while it acts as master', () => {
    const routes = table()
    routes.register(registration({ enableActingMaster: true }), connection(), 0)
    routes.register(registration({ brokerId: 1, brokerAddr: '10.0.0.9:10911', enableActingMaster: true }), connection(), 0)
    routes.unregister('broker-a', registration())
    expect(routes.routeOf('orders')?.queueDatas[0]?.perm).toBe(4)
  })

  it('gives an address one id: a slave that became master is no slave any more', () => {
    const routes = table()
    routes.register(registration({ brokerId: 1 }), connection(), 0)
    routes.register(registration({ brokerId: 0 }), connection(), 0)
    expect([...(routes.clusterInfo().brokerAddrTable.get('broker-a')?.brokerAddrs ?? [])]).toEqual([[0, '10.0.0.1:10911']])
  })

  it('ignores a broker whose controller state is older than that of the one in its place', () => {
    const routes = table()
    routes.register(registration({ dataVersion: { timestamp: 1, counter: 1, stateVersion: Long.fromNumber(5) } }), connection(), 0)
    routes.register(registration({ brokerAddr: '10.0.0.7:10911' }), connection(), 0)
    expect(routes.clusterInfo().brokerAddrTable.get('broker-a')?.brokerAddrs.get(0)).toBe('10.0.0.1:10911')
  })

  it('lets a broker move to another address', () => {
    const routes = table()
    const before = connection()
    routes.register(registration(), before, 0)
    routes.register(registration({ brokerAddr: '10.0.0.7:10911' }), connection(), 0)
    routes.connectionClosed(before)
    expect(routes.routeOf('orders')?.brokerDatas[0]?.brokerAddrs.get(0)).toBe('10.0.0.7:10911')
  })

  it('deletes the route of a topic in one cluster, or everywhere', () => {
    const routes = table()
    routes.register(registration(), connection(), 0)
    routes.register(registration({ clusterName: 'other', brokerName: 'broker-b', brokerAddr: '10.0.0.2:10911' }), connection(), 0)
    routes.deleteTopic('orders', 'other')
    expect(routes.routeOf('orders')?.queueDatas.map((queue) => queue.brokerName)).toEqual(['broker-a'])
    routes.deleteTopic('orders')
    expect(routes.routeOf('orders')).toBeUndefined()
  })

  it('names filter servers by the address of their broker', () => {
    const routes = table()
    routes.register(registration({ filterServers: ['10.0.0.1:9999'] }), connection(), 0)
    expect(routes.routeOf('orders')?.filterServerTable).toEqual(new Map([['10.0.0.1:10911', ['10.0.0.1:9999']]]))
  })

  it.each([
    ['brokers', { maxBrokers: 1 }, registration({ brokerAddr: '10.0.0.2:1', brokerName: 'broker-b' })],
    ['topics', { maxTopics: 2 }, registration({}, [topic('a'), topic('b')])],
    ['topics, counted for each broker', { maxRoutes: 3 }, registration({ brokerAddr: '10.0.0.2:1', brokerName: 'broker-b' })],
    ['filter servers', {}, registration({ filterServers: Array.from({ length: 65 }, (_, i) => `10.0.0.1:${i}`) })],
    ['topics of one broker', { maxTopicsPerBroker: 2 }, registration({}, [topic('a'), topic('b'), topic('c')])],
    ['characters of a name', { maxNameLength: 20 }, registration({ brokerName: 'b'.repeat(21) })],
    ['characters of a topic', { maxNameLength: 20 }, registration({}, [topic('t'.repeat(21)), topic('b')])]
  ])('refuses more %s than allowed and keeps what it has', (_what, limits, flood) => {
    const routes = table(limits)
    routes.register(registration(), connection(), 0)
    expect(routes.register(flood, connection(), 0)).toBeInstanceOf(Refusal)
    expect(queuesOf(routes)).toBe(8)
    expect(routes.brokerCount).toBe(1)
  })
})
