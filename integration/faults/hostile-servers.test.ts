import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { bytes, defineTopic, NameserverUnreachableError, NotSentError, SendUnknownError } from '@rocketmq-ts/client'
import { CodedError } from 'net-ts-protocol-kit'
import { answerTo, Code, encodeFrame, type Frame } from '../contract/tap/frame'
import { answer, BROKER, HostileCluster, NAMESERVER, type Reply, route, type Script } from './support/hostile-cluster'
import { headerFrame, int32, lengthPrefixed, typedLength } from './support/raw-frames'

const MIB = 1024 * 1024
const Orders = defineTopic('orders', bytes())

let cluster: HostileCluster

beforeEach(async () => {
  cluster = await HostileCluster.start()
})

afterEach(() => cluster.close())

/** Bytes that no sound server sends as an answer. */
const brokenBytes: ReadonlyArray<readonly [name: string, bytes: Buffer]> = [
  ['a frame of 16 MiB and one byte', int32(16 * MIB - 3)],
  ['a frame of 2^31 - 1 bytes', int32(2 ** 31 - 1)],
  ['a frame of -1 bytes', int32(-1)],
  ['a frame of no bytes', int32(0)],
  ['an HTTP answer', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['a header longer than its frame', lengthPrefixed(typedLength(0, 100))],
  ['an unknown encoding', headerFrame('{"code":0}', Buffer.alloc(0), 9)],
  ['a header that is no JSON', headerFrame('{"code":0,')],
  ['a header 10,000 levels deep', headerFrame(`{"code":0,"extFields":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`)]
]

/** Bodies that are no route. */
const brokenRoutes: ReadonlyArray<readonly [name: string, body: string]> = [
  ['nothing', ''],
  ['no JSON', '{"queueDatas":['],
  ['a list', '[]'],
  ['a text', '"route"'],
  ['100,000 levels of JSON', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['queues that are a word', '{"queueDatas":"many","brokerDatas":[]}'],
  ['a number of queues that is a word', '{"queueDatas":[{"brokerName":"b","readQueueNums":"x"}],"brokerDatas":[]}'],
  ['a broker id that is a word', '{"queueDatas":[],"brokerDatas":[{"brokerName":"b","brokerAddrs":{"master":"127.0.0.1:1"}}]}']
]

describe('connect()', () => {
  const failing: ReadonlyArray<readonly [name: string, reply: Script]> = [
    ...brokenBytes.map(([name, reply]) => [`answers with ${name}`, (): Reply => reply] as const),
    ...brokenRoutes.map(
      ([name, body]) => [`answers with ${name} for a route`, (request: Frame): Reply => answer(request, 0, {}, body)] as const
    ),
    ['answers nothing', (): Reply => 'silence'],
    ['closes the connection', (): Reply => 'close'],
    ['answers another request', (request): Reply => ({ ...answer(request, 0, {}, route()), opaque: request.opaque + 1000 })],
    ['sends requests in place of answers', (request): Reply => ({ ...answer(request, 0, {}, route()), flag: 0 })],
    ['answers with half a frame', (request): Reply => encodeFrame(answer(request, 0, {}, route())).subarray(0, 30)]
  ]

  it.each(failing)('says which nameserver failed and how when it %s', async (_name, script) => {
    cluster.script(Code.GET_ROUTEINFO_BY_TOPIC, script)
    const { error } = await cluster.outcome(cluster.connect())
    expect(error).toBeInstanceOf(NameserverUnreachableError)
    const { message, code, retriable, asked } = error as NameserverUnreachableError
    expect({ code, retriable }).toEqual({ code: 'NAMESERVER_UNREACHABLE', retriable: true })
    expect(asked.map(({ address }) => address)).toEqual([NAMESERVER])
    expect(asked[0]?.answer.length).toBeGreaterThan(10)
    expect(message).toContain(NAMESERVER)
    expect(message).toContain('Check the option nameservers')
  })

  it('asks another nameserver when one sends garbage', async () => {
    let garbage = 0
    await cluster.network.listen({ host: '127.0.0.1', port: 9999 }, (stream) => {
      garbage++
      stream.start({ data: () => void stream.write(int32(-1)), drain: () => {}, end: () => stream.end(), close: () => {} })
    })
    for (const nameservers of [`127.0.0.1:9999;${NAMESERVER}`, `${NAMESERVER};127.0.0.1:9999`]) {
      const { value } = await cluster.outcome(cluster.connect({ nameservers }))
      expect(value?.health().state).toBe('open')
    }
    expect(garbage).toBeGreaterThan(0)
  })

  it('takes the first answer and passes over those that follow it', async () => {
    cluster.script(Code.GET_ROUTEINFO_BY_TOPIC, (request) => {
      const first = answer(request, 0, {}, route())
      return [first, first, { ...first, code: 1 }, { ...first, opaque: -5 }]
    })
    const { value: client } = await cluster.outcome(cluster.connect())
    expect(client?.health().isNameserverUp).toBe(true)
    const { value } = await cluster.outcome(client?.producer({ group: 'shop' }).send(Orders, Buffer.from('x')) ?? Promise.reject())
    expect(value).toMatchObject({ status: 'SEND_OK' })
  })
})

describe('a route', () => {
  it('of 10,000 brokers with 2^31 - 1 queues each can be sent to: it is followed to a bounded number of queues', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `broker-${index}`)
    const queueDatas = names.map((brokerName) => ({ brokerName, readQueueNums: 2 ** 31 - 1, writeQueueNums: 2 ** 31 - 1, perm: 6 }))
    const brokerDatas = names.map((brokerName) => ({ brokerName, brokerAddrs: { 0: BROKER } }))
    const body = Buffer.from(JSON.stringify({ queueDatas, brokerDatas, filterServerTable: {} }))
    cluster.script(Code.GET_ROUTEINFO_BY_TOPIC, (request) => answer(request, 0, {}, body))
    const { value: client } = await cluster.outcome(cluster.connect())
    const { value } = await cluster.outcome(client?.producer({ group: 'shop' }).send(Orders, Buffer.from('x')) ?? Promise.reject())
    expect(value).toMatchObject({ status: 'SEND_OK' })
    expect(value?.queue.queueId).toBeLessThan(16_384)
  })

  it('without queues, or whose brokers have no address, is a typed error that says so', async () => {
    const { value: client } = await cluster.outcome(cluster.connect())
    const routes = [
      { queueDatas: [], brokerDatas: [] },
      { queueDatas: [{ brokerName: 'b', readQueueNums: 4, writeQueueNums: 4, perm: 6 }], brokerDatas: [] },
      {
        queueDatas: [{ brokerName: 'b', readQueueNums: 4, writeQueueNums: 4, perm: 6 }],
        brokerDatas: [{ brokerName: 'b', brokerAddrs: {} }]
      },
      {
        queueDatas: [{ brokerName: 'b', readQueueNums: -1, writeQueueNums: -1, perm: 6 }],
        brokerDatas: [{ brokerName: 'b', brokerAddrs: { 0: BROKER } }]
      }
    ]
    for (const [index, one] of routes.entries()) {
      cluster.script(Code.GET_ROUTEINFO_BY_TOPIC, (request) => answer(request, 0, {}, Buffer.from(JSON.stringify(one))))
      const send = client?.producer({ group: 'shop' }).send(defineTopic(`empty-${index}`, bytes()), Buffer.from('x'))
      const { error } = await cluster.outcome(send ?? Promise.reject())
      expect(error).toBeInstanceOf(NotSentError)
      expect(error).toMatchObject({ code: 'NO_ROUTE', sent: 'no', message: expect.stringContaining(`empty-${index}`) })
    }
  })

  it('to an address that is none is a typed error that names it', async () => {
    const body = Buffer.from(route().toString().replace(BROKER, '../../etc:http'))
    cluster.script(Code.GET_ROUTEINFO_BY_TOPIC, (request) => answer(request, 0, {}, body))
    const { value: client } = await cluster.outcome(cluster.connect())
    const { error } = await cluster.outcome(client?.producer({ group: 'shop' }).send(Orders, Buffer.from('x')) ?? Promise.reject())
    expect(error).toBeInstanceOf(NotSentError)
    expect(error).toMatchObject({ code: 'NOT_SENT', sent: 'no', message: expect.stringContaining('../../etc:http') })
  })
})

describe('a send', () => {
  const brokenAnswers: ReadonlyArray<readonly [name: string, reply: Script]> = [
    ...brokenBytes.map(([name, reply]) => [`is answered with ${name}`, (): Reply => reply] as const),
    ['is never answered', (): Reply => 'silence'],
    ['is answered by the end of the connection', (): Reply => 'close'],
    ['is answered under another opaque', (request): Reply => ({ ...answerTo(request, 0), opaque: request.opaque ^ 0x4000_0000 })],
    ['is answered without its offset', (request): Reply => answerTo(request, 0, { msgId: 'x', queueId: '0' })],
    ['is answered with an offset that is a word', (request): Reply => answerTo(request, 0, { msgId: 'x', queueId: '0', queueOffset: 'x' })],
    [
      'is answered with an offset of 2^63 - 1',
      (request): Reply => answerTo(request, 0, { msgId: 'x', queueId: '0', queueOffset: '9223372036854775807' })
    ]
  ]

  it.each(brokenAnswers)('that %s is an error that says what was tried and that it may be stored', async (_name, script) => {
    const { value: client } = await cluster.outcome(cluster.connect())
    cluster.script(Code.SEND_MESSAGE_V2, script)
    const { error } = await cluster.outcome(client?.producer({ group: 'shop' }).send(Orders, Buffer.from('x')) ?? Promise.reject())
    expect(error).toBeInstanceOf(SendUnknownError)
    const { message, attempts, sent, topic, retriable } = error as SendUnknownError
    expect({ sent, topic, retriable }).toEqual({ sent: 'unknown', topic: 'orders', retriable: true })
    expect(attempts.length).toBeGreaterThan(0)
    for (const attempt of attempts) expect(attempt.error).toBeInstanceOf(CodedError)
    expect(message).toContain('may duplicate it')
  })

  it('that is refused with a code nobody knows is an error with that code and the remark', async () => {
    const { value: client } = await cluster.outcome(cluster.connect())
    cluster.script(Code.SEND_MESSAGE_V2, (request) => ({ ...answerTo(request, 12_345), remark: 'because' }))
    const { error } = await cluster.outcome(client?.producer({ group: 'shop' }).send(Orders, Buffer.from('x')) ?? Promise.reject())
    expect(error).toBeInstanceOf(NotSentError)
    expect(error).toMatchObject({ code: 'REFUSED', responseCode: 12_345, message: expect.stringContaining('because') })
  })

  it('works again on a new connection after its broker has sent garbage', async () => {
    const { value: client } = await cluster.outcome(cluster.connect())
    const producer = client?.producer({ group: 'shop', retries: 2 })
    let answers = 0
    cluster.script(Code.SEND_MESSAGE_V2, (request) =>
      answers++ === 0 ? int32(-1) : answerTo(request, 0, { msgId: 'A'.repeat(32), queueId: '0', queueOffset: '7' })
    )
    const { value } = await cluster.outcome(producer?.send(Orders, Buffer.from('x')) ?? Promise.reject())
    expect(value).toMatchObject({ status: 'SEND_OK', queueOffset: 7 })
    expect(cluster.log.closed('protocol-error')).toHaveLength(1)
  })
})

describe('requests that a server sends to its client', () => {
  it('of unknown codes are answered REQUEST_CODE_NOT_SUPPORTED, and logged once', async () => {
    await cluster.outcome(cluster.connect())
    const [connection] = cluster.connections
    const request = { ...answerTo(cluster.requests[0] as never, 9999), flag: 0 }
    for (let opaque = 0; opaque < 1000; opaque++) connection?.write({ ...request, code: 10_000 + opaque, opaque })
    await cluster.clock.settle()
    const answers = cluster.requests.filter(({ flag }) => (flag & 1) !== 0)
    expect(answers).toHaveLength(1000)
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([3]))
    expect(cluster.log.important).toHaveLength(1)
  })

  it('that tell of changed groups ten thousand times cause few rebalances', async () => {
    const { value: client } = await cluster.outcome(cluster.connect())
    const consumer = client?.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, () => {})
    await cluster.outcome(consumer?.ready ?? Promise.reject())
    const before = cluster.count(Code.GET_CONSUMER_LIST_BY_GROUP)
    const sample = cluster.requests.find(({ code }) => code === Code.HEART_BEAT)
    const notice = { ...answerTo(sample as never, Code.NOTIFY_CONSUMER_IDS_CHANGED, { consumerGroup: 'billing' }), flag: 2 }
    for (const connection of cluster.connections.slice(1)) for (let n = 0; n < 10_000; n++) connection.write({ ...notice, opaque: n })
    await cluster.clock.advance(1000)
    expect(cluster.count(Code.GET_CONSUMER_LIST_BY_GROUP) - before).toBeGreaterThan(0)
    expect(cluster.count(Code.GET_CONSUMER_LIST_BY_GROUP) - before).toBeLessThanOrEqual(24)
  })
})
