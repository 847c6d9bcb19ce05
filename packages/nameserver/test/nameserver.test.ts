import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type AnyRequestRow, RemotingClient, type RemotingResponse } from '@rocketmq-ts/remoting'
import {
  bodyCrc,
  HeaderTables,
  type RegisterBrokerBody,
  type RegisterBrokerRequestHeader,
  type RequestBodyOf,
  RequestCode,
  type RequestHeaderOf,
  ResponseCode,
  releaseVersion,
  type TopicConfig,
  writeRegistration
} from '@rocketmq-ts/remoting/wire'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { Nameserver, NameserverOptionsError } from '../src/index'

// Written by the official 5.5.0, from the catalogue's samples.
const OFFICIAL_BODY =
  '{"filterServerList":[],"topicConfigSerializeWrapper":{"dataVersion":{"counter":3,"stateVersion":0,"timestamp":1700000000000},"mappingDataVersion":{"counter":3,"stateVersion":0,"timestamp":1700000000000},"topicConfigTable":{"TopicTest":{"attributes":{"message.type":"DELAY"},"order":false,"perm":6,"readQueueNums":4,"topicFilterType":"SINGLE_TAG","topicName":"TopicTest","topicSysFlag":0,"writeQueueNums":4}},"topicQueueMappingDetailMap":{},"topicQueueMappingInfoMap":{}}}'
const OFFICIAL_CRC = 803042697
const OFFICIAL_COMPRESSED =
  '78da636060b0a8564ace2fcd2b492d52b232d6512a2e492c490d4b2d2acecccf53b232d0512ac9cc4d050ae6162859199a1b20402d03030323101b87e41764268700d5289800a19942b0a79fbb8f6b7c88a3bb42b512506f71627aaa5e496541aa9295928bab8f63a412482b53742c906400003d64227f'
const OFFICIAL_ROUTE =
  '{"brokerDatas":[{"brokerAddrs":{0:"10.9.8.7:10911"},"brokerName":"broker-a","cluster":"DefaultCluster","enableActingMaster":false}],"filterServerTable":{},"queueDatas":[{"brokerName":"broker-a","perm":6,"readQueueNums":4,"topicSysFlag":0,"writeQueueNums":4}]}'

let clock: ManualClock
let network: MemoryNetwork
let nameserver: Nameserver
let client: RemotingClient
let clients: RemotingClient[]

beforeEach(async () => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
  nameserver = new Nameserver({ clock, network })
  clients = []
  client = newClient()
  await nameserver.start()
})
afterEach(async () => {
  await Promise.all(clients.map((one) => one.close()))
  await nameserver.close()
})

function newClient(version = releaseVersion('5.5.0')): RemotingClient {
  const made = new RemotingClient({ clock, network, version })
  clients.push(made)
  return made
}

function invoke<R extends AnyRequestRow>(
  row: R,
  header: RequestHeaderOf<R>,
  body?: RequestBodyOf<R>,
  from = client
): Promise<RemotingResponse<R>> {
  return from.invoke(nameserver.address, row, header, body)
}

const IDENTITY = { brokerName: 'broker-a', brokerAddr: '10.9.8.7:10911', clusterName: 'DefaultCluster', brokerId: 0 }

function topic(topicName: string): TopicConfig {
  return { topicName, readQueueNums: 4, writeQueueNums: 4, perm: 6, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false }
}

function bodyWith(topics: readonly string[], counter = 1): RegisterBrokerBody {
  const topicConfigTable = new Map(topics.map((name) => [name, topic(name)]))
  return { filterServerList: [], topicConfigSerializeWrapper: { topicConfigTable, dataVersion: { timestamp: 1, counter } } }
}

function register(
  body: Buffer = writeRegistration(bodyWith(['TopicTest', 'TBW102'])),
  header: Partial<RegisterBrokerRequestHeader> = {},
  from = client
): Promise<RemotingResponse<typeof RequestCode.REGISTER_BROKER>> {
  return invoke(
    RequestCode.REGISTER_BROKER,
    { ...IDENTITY, haServerAddr: '10.9.8.7:10912', bodyCrc32: bodyCrc(body), ...header },
    body,
    from
  )
}

const route = (name: string, from = client): Promise<RemotingResponse<typeof RequestCode.GET_ROUTEINFO_BY_TOPIC>> =>
  invoke(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: name }, undefined, from)

async function queues(name = 'TopicTest'): Promise<number | undefined> {
  const answer = await route(name)
  return answer.code === ResponseCode.SUCCESS ? answer.body.queueDatas[0]?.writeQueueNums : undefined
}

describe('REGISTER_BROKER', () => {
  it('takes what an official broker sends, plain', async () => {
    await register()
    const answer = await register(Buffer.from(OFFICIAL_BODY), { bodyCrc32: OFFICIAL_CRC })
    expect(answer).toMatchObject({ code: ResponseCode.SUCCESS })
    expect(nameserver.routeOf('TopicTest')?.queueDatas).toMatchObject([{ brokerName: 'broker-a', readQueueNums: 4, perm: 6 }])
  })

  it.each([true, false])('takes what an official broker sends, compressed, when the header says %p', async (compressed) => {
    await register(writeRegistration(bodyWith(['TBW102', 'other'])))
    const body = Buffer.from(OFFICIAL_COMPRESSED, 'hex')
    expect((await register(body, { compressed })).code).toBe(ResponseCode.SUCCESS)
    expect(await queues()).toBe(4)
  })

  it.each(['4.9.7', '5.5.0'])('takes the registrations recorded from %s, byte for byte', async (release) => {
    const file = join(__dirname, '../../../fixtures', release, 'REGISTER_BROKER.json')
    const { records } = JSON.parse(readFileSync(file, 'utf8')) as { records: RecordedFrame[] }
    // The others hold values beyond what can be, or exactly one topic, which is refused.
    const sound = records.filter((record) => record.side === 'request' && record.name.startsWith('plain'))
    expect(sound).toHaveLength(4)
    for (const record of sound) {
      const server = new Nameserver({ clock, network, port: 0 })
      await server.start()
      const answer = await exchange(server, Buffer.from(record.frameHex, 'hex'))
      expect([record.name, topicsOf(record).filter((one) => server.routeOf(one) === undefined)]).toEqual([record.name, []])
      expect(answer.readInt32BE(0)).toBe(answer.length - 4)
      await server.close()
    }
  })

  it('knows topics of a broker anew when its data version changes', async () => {
    await register()
    await register(writeRegistration(bodyWith(['TopicTest', 'TBW102', 'new'], 1)))
    expect(await queues('new')).toBe(4)
  })

  it('tells a slave where its master is', async () => {
    await register()
    const answer = await register(writeRegistration(bodyWith(['TopicTest', 'TBW102'])), { brokerId: 1, brokerAddr: '10.9.8.8:10911' })
    expect(answer.header).toEqual({ masterAddr: '10.9.8.7:10911', haServerAddr: '10.9.8.7:10912' })
  })

  it('answers an empty body in the name of a broker without topics', async () => {
    expect((await register(Buffer.alloc(0), { bodyCrc32: 0 })).code).toBe(ResponseCode.SUCCESS)
    expect([...nameserver.clusterInfo().brokerAddrTable.keys()]).toEqual(['broker-a'])
  })

  const bomb = deflateSync(Buffer.alloc(17 * 1024 * 1024))
  const damaged = Buffer.from(OFFICIAL_COMPRESSED, 'hex')
  damaged[40] = (damaged[40] ?? 0) ^ 0xff

  it.each([
    ['a wrong checksum', Buffer.from(OFFICIAL_BODY), { bodyCrc32: OFFICIAL_CRC + 1 }, /crc32 not match/],
    ['a body that does not inflate', damaged, { bodyCrc32: 0, compressed: true }, /does not inflate/],
    ['a compressed body of 17 MiB', bomb, { compressed: true }, /does not inflate/],
    ['a body that is no JSON', Buffer.from('{"topicConfigSerializeWrapper":'), {}, /Failed to decode RegisterBrokerBody/],
    ['a body too deep', Buffer.from(`{"x":${'['.repeat(100_000)}`), {}, /Failed to decode RegisterBrokerBody/],
    ['a body without topics', Buffer.from('{}'), {}, /topicConfigSerializeWrapper/],
    ['exactly one topic, from an unknown broker', Buffer.from(OFFICIAL_BODY), {}, /register broker failed/]
  ])('refuses %s, changes nothing, and serves everyone else', async (_what, body, header, remark) => {
    await register(undefined, { brokerName: 'broker-b', brokerAddr: '10.9.8.9:10911' }, newClient())
    const answer = await register(body, header)
    expect(answer.code).toBe(ResponseCode.SYSTEM_ERROR)
    expect(answer.remark).toMatch(remark)
    expect([...nameserver.clusterInfo().brokerAddrTable.keys()]).toEqual(['broker-b'])
    expect(await queues()).toBe(4)
  })

  it('takes topics named like parts of JavaScript for what they are', async () => {
    await register(writeRegistration(bodyWith(['__proto__', 'constructor'])))
    expect([await queues('__proto__'), await queues('constructor'), await queues('toString')]).toEqual([4, 4, undefined])
  })

  it('tells brokers which topics are ordered, and clients how their queues lie', async () => {
    const ordered = new Nameserver({ clock, network, port: 0, orderTopicConf: { TopicTest: 'broker-a:4' } })
    await ordered.start()
    const body = writeRegistration(bodyWith(['TopicTest', 'TBW102']))
    const answer = await client.invoke(ordered.address, RequestCode.REGISTER_BROKER, { ...IDENTITY, haServerAddr: 'x:1' }, body)
    expect(answer.body).toEqual({ table: new Map([['TopicTest', 'broker-a:4']]) })
    const found = await client.invoke(ordered.address, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'TopicTest' })
    expect(found.body.orderTopicConf).toBe('broker-a:4')
    await ordered.close()
  })
})

interface RecordedFrame {
  readonly name: string
  readonly side: string
  readonly frameHex: string
  readonly decoded: {
    readonly body?: { readonly value: { readonly topicConfigSerializeWrapper: { readonly topicConfigTable: object } } } | null
  }
}

function topicsOf({ decoded }: RecordedFrame): string[] {
  return Object.keys(decoded.body?.value.topicConfigSerializeWrapper.topicConfigTable ?? {})
}

/** Sends bytes as they are and returns the first answer. */
async function exchange(server: Nameserver, frame: Buffer): Promise<Buffer> {
  const stream = await network.connect(server.endpoint)
  const chunks: Buffer[] = []
  const answered = new Promise<void>((resolve) => {
    const done = (): void => resolve()
    stream.start({
      data: (chunk) => {
        chunks.push(chunk)
        const all = Buffer.concat(chunks)
        if (all.length >= 4 && all.length >= all.readInt32BE(0) + 4) done()
      },
      drain: () => {},
      end: done,
      close: done
    })
  })
  stream.write(frame)
  await answered
  stream.destroy()
  return Buffer.concat(chunks)
}

describe('UNREGISTER_BROKER', () => {
  it('takes the broker and its topics away at once', async () => {
    await register()
    expect((await invoke(RequestCode.UNREGISTER_BROKER, IDENTITY)).code).toBe(ResponseCode.SUCCESS)
    expect(await queues()).toBeUndefined()
  })

  it('is fine for a broker that is not there', async () => {
    expect((await invoke(RequestCode.UNREGISTER_BROKER, IDENTITY)).code).toBe(ResponseCode.SUCCESS)
  })
})

describe('the life of a broker', () => {
  it('ends when its connection closes', async () => {
    const broker = newClient()
    await register(undefined, {}, broker)
    await broker.close()
    await clock.settle()
    expect(await queues()).toBeUndefined()
  })

  it('ends when it says nothing for 120 s, and its connection is closed', async () => {
    const broker = newClient()
    await register(undefined, {}, broker)
    await clock.advance(115_000)
    expect(await queues()).toBe(4)
    await clock.advance(15_000)
    expect(await queues()).toBeUndefined()
    expect(broker.connections().map((connection) => connection.state)).toEqual(['closed'])
  })

  it('ends after the time that it asked for', async () => {
    await register(undefined, { heartbeatTimeoutMillis: 10_000 })
    await clock.advance(10_000)
    expect(await queues()).toBe(4)
    await clock.advance(5000)
    expect(await queues()).toBeUndefined()
  })

  it('goes on with every registration', async () => {
    for (let i = 0; i < 10; i++) {
      await register()
      await clock.advance(30_000)
    }
    expect(await queues()).toBe(4)
  })
})

describe('BROKER_HEARTBEAT', () => {
  it('keeps the broker alive', async () => {
    await register()
    for (let i = 0; i < 10; i++) {
      await client.invokeOneway(nameserver.address, RequestCode.BROKER_HEARTBEAT, IDENTITY)
      await clock.advance(30_000)
    }
    expect(await queues()).toBe(4)
  })

  it('is answered to who waits for it, also for a broker that is not there', async () => {
    expect((await invoke(RequestCode.BROKER_HEARTBEAT, IDENTITY)).code).toBe(ResponseCode.SUCCESS)
    expect(await queues()).toBeUndefined()
  })
})

describe('QUERY_DATA_VERSION', () => {
  const query = (counter: number): Promise<RemotingResponse<typeof RequestCode.QUERY_DATA_VERSION>> =>
    invoke(RequestCode.QUERY_DATA_VERSION, IDENTITY, { timestamp: 1, counter })

  it('says whether the topics are known under this version, and under which', async () => {
    const before = await query(1)
    expect(before).toMatchObject({ code: ResponseCode.SUCCESS, header: { changed: true }, body: undefined })
    await register()
    expect((await query(1)).header.changed).toBe(false)
    const after = await query(2)
    expect(after).toMatchObject({ header: { changed: true }, body: { timestamp: 1, counter: 1 } })
  })

  it('keeps the broker alive', async () => {
    await register()
    for (let i = 0; i < 10; i++) {
      await query(1)
      await clock.advance(30_000)
    }
    expect(await queues()).toBe(4)
  })
})

describe('GET_ROUTEINFO_BY_TOPIC', () => {
  const bare = OFFICIAL_ROUTE
  const standard = bare.replace('{0:', '{"0":')
  const text = async (from: RemotingClient, more = {}): Promise<string> =>
    (await invoke(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'TopicTest', ...more }, undefined, from)).command.body.toString()

  it.each(['4.9.4', '4.9.7', '5.5.0'])('answers %s in standard JSON, as an official nameserver writes it', async (release) => {
    await register()
    expect(await text(newClient(releaseVersion(release)))).toBe(standard)
  })

  it.each(['4.9.3', '4.2.0'])('answers %s with bare numeric keys, unless it asks for standard JSON', async (release) => {
    await register()
    const old = newClient(releaseVersion(release))
    expect(await text(old)).toBe(bare)
    expect(await text(old, { acceptStandardJsonOnly: true })).toBe(standard)
  })

  it('answers TOPIC_NOT_EXIST for a topic that nobody has', async () => {
    const answer = await route('nowhere')
    expect([answer.code, answer.remark]).toEqual([
      ResponseCode.TOPIC_NOT_EXIST,
      'No topic route info in name server for the topic: nowhere'
    ])
  })
})

describe('GET_BROKER_CLUSTER_INFO', () => {
  it('answers every broker by cluster, as an official nameserver writes it', async () => {
    await register()
    await register(writeRegistration(bodyWith(['TopicTest', 'TBW102'])), { brokerId: 1, brokerAddr: '10.9.8.8:10911' })
    const answer = await invoke(RequestCode.GET_BROKER_CLUSTER_INFO, {})
    expect(answer.command.body.toString()).toBe(
      '{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"10.9.8.7:10911",1:"10.9.8.8:10911"},"brokerName":"broker-a","cluster":"DefaultCluster","enableActingMaster":false}},"clusterAddrTable":{"DefaultCluster":["broker-a"]}}'
    )
  })

  it('answers empty tables without brokers', async () => {
    const answer = await invoke(RequestCode.GET_BROKER_CLUSTER_INFO, {})
    expect(answer.body).toEqual({ brokerAddrTable: new Map(), clusterAddrTable: new Map() })
  })
})

describe('DELETE_TOPIC_IN_NAMESRV', () => {
  it('forgets the route, in the cluster named or everywhere', async () => {
    await register()
    await invoke(RequestCode.DELETE_TOPIC_IN_NAMESRV, { topic: 'TopicTest', clusterName: 'other' })
    expect(await queues()).toBe(4)
    expect((await invoke(RequestCode.DELETE_TOPIC_IN_NAMESRV, { topic: 'TopicTest' })).code).toBe(ResponseCode.SUCCESS)
    expect(await queues()).toBeUndefined()
    expect(await queues('TBW102')).toBe(4)
  })
})

describe('a request that a nameserver does not know', () => {
  it('is answered with REQUEST_CODE_NOT_SUPPORTED', async () => {
    const answer = await invoke(RequestCode.GET_CONSUMER_LIST_BY_GROUP, { consumerGroup: 'x' })
    expect([answer.code, answer.remark]).toEqual([ResponseCode.REQUEST_CODE_NOT_SUPPORTED, expect.stringContaining('38')])
  })
})

describe('a nameserver', () => {
  it.each([{ prot: 1 }, { port: -1 }, { port: 1.5 }, { limits: { maxBrokers: 0 } }, { limits: { maxBroker: 5 } }])(
    'refuses the options %j',
    (options) => {
      expect(() => new Nameserver(options as object)).toThrow(NameserverOptionsError)
    }
  )

  it('is closed as often as one likes, started or not', async () => {
    const other = new Nameserver({ clock, network, port: 0 })
    await other.close()
    await other.close()
    await nameserver.close()
    expect(() => nameserver.address).toThrow(/not running/)
  })

  it('leaves no timer behind', async () => {
    const quiet = new ManualClock()
    const other = new Nameserver({ clock: quiet, network: new MemoryNetwork({ clock: quiet }) })
    await other.start()
    await other.close()
    expect(quiet.pendingTimers).toEqual([])
  })

  it('serves these requests, each with a test, and answers every other with REQUEST_CODE_NOT_SUPPORTED', async () => {
    const rows: readonly AnyRequestRow[] = Object.values(RequestCode).filter((row) => row.to.includes('nameserver'))
    const answers = await Promise.all(
      rows.map(async (row) => [row.name, (await client.invoke(nameserver.address, withoutContent(row), {}, Buffer.alloc(0))).code] as const)
    )
    const served = answers.filter(([, code]) => code !== ResponseCode.REQUEST_CODE_NOT_SUPPORTED).map(([name]) => name)
    expect(served).toEqual([
      'REGISTER_BROKER',
      'UNREGISTER_BROKER',
      'GET_ROUTEINFO_BY_TOPIC',
      'GET_BROKER_CLUSTER_INFO',
      'DELETE_TOPIC_IN_NAMESRV',
      'QUERY_DATA_VERSION',
      'BROKER_HEARTBEAT'
    ])
    const tests = readFileSync(__filename, 'utf8')
    expect(served.filter((name) => !tests.includes(`describe('${name}'`))).toEqual([])
  })
})

/** The row with a request that has neither fields nor a body. */
function withoutContent(row: AnyRequestRow): AnyRequestRow {
  return { ...row, request: { header: HeaderTables.none, body: RequestCode.REGISTER_BROKER.request.body } }
}
