import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RemotingClient } from '@rocketmq-ts/remoting'
import { encodeProperties, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { MemoryMessageStore, SimulatedStoreFiles } from '@rocketmq-ts/store'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { type Server, type ServerOptions, ServerOptionsError, type StoreError, startServer } from '../src/index'

let clock: ManualClock
let network: MemoryNetwork
let server: Server
let client: RemotingClient

const start = (options: ServerOptions = {}): Promise<Server> => startServer({ clock, network, ...options })

beforeEach(async () => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
  client = new RemotingClient({ clock, network, requestTimeoutMs: 30_000 })
  server = await start({ topics: { orders: { queues: 3 } } })
})
afterEach(async () => {
  await client.close()
  await server.close()
})

async function send(body: string, topic = 'orders'): Promise<number> {
  const header = {
    producerGroup: 'shop',
    topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 0,
    flag: 0,
    properties: encodeProperties([]).toString()
  }
  const answer = await client.invoke(server.brokerAddress, RequestCode.SEND_MESSAGE_V2, header, Buffer.from(body))
  return answer.code
}

async function route(topic: string): Promise<{ address: string | undefined; queues: number | undefined } | undefined> {
  const answer = await client.invoke(server.nameserverAddress, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })
  if (answer.code !== ResponseCode.SUCCESS) return undefined
  const { brokerDatas, queueDatas } = answer.body
  return { address: brokerDatas[0]?.brokerAddrs.get(0), queues: queueDatas[0]?.writeQueueNums }
}

describe('a server', () => {
  it('is a nameserver that knows its broker, and has the topics asked for', async () => {
    expect([server.nameserverAddress, server.brokerAddress]).toEqual(['127.0.0.1:9876', '127.0.0.1:10911'])
    expect(await route('orders')).toEqual({ address: '127.0.0.1:10911', queues: 3 })
    expect(await send('x')).toBe(ResponseCode.SUCCESS)
  })

  it('creates topics that clients can find at once', async () => {
    await server.createTopic('payments', { queues: 5 })
    expect(await route('payments')).toEqual({ address: '127.0.0.1:10911', queues: 5 })
    await expect(server.createTopic('a b')).rejects.toMatchObject({
      code: 'TOPIC_REFUSED',
      message: expect.stringContaining('not allowed')
    })
  })

  it('makes topics that a first send creates known as well', async () => {
    expect(await route('fresh')).toBeUndefined()
    expect(await send('x', 'fresh')).toBe(ResponseCode.SUCCESS)
    await clock.settle()
    expect(await route('fresh')).toMatchObject({ queues: 4 })
  })

  it('takes any free port, and keeps it over a restart of the broker', async () => {
    const other = await start({ nameserverPort: 0, brokerPort: 0 })
    const { brokerAddress, nameserverAddress } = other
    expect(new Set([brokerAddress, nameserverAddress, server.brokerAddress, server.nameserverAddress]).size).toBe(4)
    await other.restartBroker()
    expect(other.brokerAddress).toBe(brokerAddress)
    await other.close()
  })

  it('brings its broker back with all it had', async () => {
    await send('before')
    const first = server.broker
    await server.stopBroker()
    expect(await route('orders')).toBeUndefined()
    expect(() => server.brokerAddress).toThrow(/stopped/)
    await server.startBroker()
    expect(server.broker).not.toBe(first)
    expect(await route('orders')).toEqual({ address: '127.0.0.1:10911', queues: 3 })
    await send('after')
    const max = await client.invoke(server.brokerAddress, RequestCode.GET_MAX_OFFSET, { topic: 'orders', queueId: 0 })
    expect(max.header.offset).toBe(2)
  })

  it('takes steps of its broker one after the other, in whatever order they come', async () => {
    await Promise.all([server.restartBroker(), server.stopBroker(), server.startBroker(), server.startBroker()])
    expect(await send('x')).toBe(ResponseCode.SUCCESS)
  })

  it('works over a store that is given, which outlives it', async () => {
    const store = new MemoryMessageStore({ now: () => clock.now(), defer: (callback) => clock.defer(callback) })
    await server.close()
    server = await start({ store, topics: { orders: { queues: 1 } } })
    await send('x')
    await server.close()
    server = await start({ store })
    expect(await route('orders')).toMatchObject({ queues: 1 })
    expect(store.maxOffset('orders', 0)).toBe(1)
  })

  it('keeps everything in a directory, over restarts of its broker and its own', async () => {
    const files = new SimulatedStoreFiles({ now: () => clock.now() })
    await server.close()
    server = await start({ storeDirectory: '/mq', files, topics: { orders: { queues: 5 } } })
    await send('x')
    await server.restartBroker()
    await send('x')
    await server.close()
    expect(files.openPaths).toEqual([])
    server = await start({ storeDirectory: '/mq', files: files.afterKill() })
    expect(await route('orders')).toMatchObject({ queues: 5 })
    await send('x')
    const max = await client.invoke(server.brokerAddress, RequestCode.GET_MAX_OFFSET, { topic: 'orders', queueId: 0 })
    expect(max.header.offset).toBe(3)
  })

  it('passes its options on to the store', async () => {
    const files = new SimulatedStoreFiles({ now: () => clock.now() })
    const failures: string[] = []
    const storeOptions = {
      flush: 'SYNC_FLUSH',
      commitLogFileBytes: 1024 ** 2,
      onFailure: ({ code }: StoreError) => void failures.push(code)
    } as const
    await server.close()
    server = await start({
      storeDirectory: '/mq',
      storeOptions,
      files,
      limits: { maxMessageBytes: 100 },
      topics: { orders: { queues: 1 } }
    })
    expect(files.stat('/mq/commitlog/00000000000000000000')?.bytes).toBe(1024 ** 2)
    expect(await send('x'.repeat(101))).toBe(ResponseCode.MESSAGE_ILLEGAL)
    expect(await send('x')).toBe(ResponseCode.SUCCESS)
    files.failWhere(({ name, path }) => (name === 'sync' && path.includes('commitlog') ? 'EIO' : undefined))
    expect(await send('x')).toBe(ResponseCode.SYSTEM_ERROR)
    expect(await send('x')).toBe(ResponseCode.SERVICE_NOT_AVAILABLE)
    expect(failures).toEqual(['STORE_FAILED'])
  })

  it('rejects with what keeps its store from being opened, and leaves nothing behind', async () => {
    const files = new SimulatedStoreFiles({ now: () => clock.now() })
    files.isReadOnly = true
    const ports = { nameserverPort: 0, brokerPort: 0 }
    await expect(start({ ...ports, storeDirectory: '/mq', files })).rejects.toMatchObject({ code: 'STORE_READ_ONLY' })
    files.isReadOnly = false
    const other = await start({ ...ports, storeDirectory: '/mq', files })
    await other.close()
  })

  it('passes its options on to the broker', async () => {
    const other = await start({
      nameserverPort: 0,
      brokerPort: 0,
      brokerName: 'broker-x',
      clusterName: 'other',
      advertisedAddress: 'mq.example:31000',
      autoCreateTopics: false,
      delayLevels: '3s',
      limits: { maxTopics: 50 }
    })
    expect([other.broker.name, other.brokerAddress]).toEqual(['broker-x', 'mq.example:31000'])
    expect([...other.nameserver.clusterInfo().clusterAddrTable]).toEqual([['other', ['broker-x']]])
    expect(other.broker.topics).not.toContain('TBW102')
    await other.close()
  })

  it.each([
    ['nameserverPort', { brokerPort: 0 }, 9876],
    ['brokerPort', { nameserverPort: 0 }, 10911]
  ])('says in one line that %s is taken, and leaves nothing behind', async (option, more, port) => {
    const failure = await start(more).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'LISTEN_FAILED', facts: { option, port, host: '127.0.0.1' } })
    expect((failure as Error).message).toMatch(new RegExp(`^port ${port} on 127\\.0\\.0\\.1 .*${option}.*$`))
    const next = await start({ nameserverPort: 0, brokerPort: 0 })
    await next.close()
  })

  it.each([
    ['storeDirectory', { storeDirectory: '/mq', store: new MemoryMessageStore({ now: () => 0, defer: setImmediate }) }],
    ['storeDirectory', { storeDirectory: '' }],
    ['storeOptions', { storeOptions: {} }],
    ['files', { files: new SimulatedStoreFiles() }],
    ['flush', { storeDirectory: '/mq', storeOptions: { flush: 'LATER' } }],
    ['flushes', { storeDirectory: '/mq', storeOptions: { flushes: 1 } }]
  ])('refuses an option of the store that cannot be: %s of %o', async (option, options) => {
    await expect(start(options as ServerOptions)).rejects.toMatchObject({ code: 'OPTION_INVALID', facts: { option } })
  })

  it.each([{ brokerport: 1 }, { nameserverPort: 65_536 }, { brokerPort: Number.NaN }])('refuses the options %j', async (options) => {
    await expect(start(options as ServerOptions)).rejects.toBeInstanceOf(ServerOptionsError)
  })

  it('leaves nothing running when a topic asked for cannot be', async () => {
    const failure = await start({ nameserverPort: 0, brokerPort: 0, topics: { '../x': {} } }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'TOPIC_REFUSED' })
  })

  it('is closed as often as one likes, and leaves no timer behind', async () => {
    const quiet = new ManualClock()
    const other = await startServer({ clock: quiet, network: new MemoryNetwork({ clock: quiet }) })
    await Promise.all([other.close(), other.close()])
    await other.close()
    expect(quiet.pendingTimers).toEqual([])
  })
})
