import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type ByteStream, CodedError, ManualClock, MemoryNetwork, type Network } from 'net-ts-protocol-kit'
import { RemotingClient, RemotingServer } from '../../src/index'
import { Forwarder, type ForwarderOptions } from '../../src/inspector/forwarder'
import type { WireEvent } from '../../src/inspector/wire-event'
import { encodeCommand, RequestCode, ResponseCode, type TopicRouteData } from '../../src/wire/index'
import { RawPeer } from '../remoting-pair'
import { golden, inspectionOptions } from './captured'

const HERE = { host: '127.0.0.1', port: 19876 }
const THERE = { host: '127.0.0.1', port: 9876 }

let clock: ManualClock
let network: MemoryNetwork
let events: WireEvent[]
let forwarder: Forwarder

beforeEach(() => {
  clock = new ManualClock({ seed: 3 })
  network = new MemoryNetwork({ clock, seed: 3, windowBytes: 32 * 1024, highWaterMark: 16 * 1024 })
  events = []
})
afterEach(async () => {
  await forwarder.close()
  await clock.settle()
  expect(clock.pendingTimers).toEqual([])
})

async function forward(options: Partial<ForwarderOptions> = {}): Promise<void> {
  const usual = { clock, network, listen: HERE, to: THERE, inspection: inspectionOptions() }
  forwarder = new Forwarder({ ...usual, ...options }, (event) => events.push(event))
  await forwarder.start()
}

/** Both ends of a forwarded connection, as peers that speak bytes. */
async function ends(): Promise<{ readonly client: RawPeer; readonly server: RawPeer }> {
  const accepted: ByteStream[] = []
  await network.listen(THERE, (stream) => accepted.push(stream))
  const client = await network.connect(HERE)
  await clock.settle()
  const [server] = accepted
  if (server === undefined) throw new Error('nothing was forwarded')
  return { client: new RawPeer(client), server: new RawPeer(server) }
}

const told = (...types: readonly WireEvent['type'][]): readonly WireEvent[] => events.filter(({ type }) => types.includes(type))

describe.each([{ followBrokers: false }, { followBrokers: true }])('a forwarder (following brokers: $followBrokers)', (way) => {
  it('passes every byte on, in both directions, and tells of each frame once', async () => {
    await forward(way)
    const { client, server } = await ends()
    const requests = [golden('GET_MAX_OFFSET', 'request'), golden('SEND_MESSAGE_V2', 'request')]
    const answers = [golden('GET_MAX_OFFSET', 'response'), golden('SEND_MESSAGE_V2', 'response')]
    for (const index of [0, 1]) {
      client.stream.write(requests[index] as Buffer)
      await clock.settle()
      server.stream.write(answers[index] as Buffer)
      await clock.settle()
    }
    expect(server.received.equals(Buffer.concat(requests))).toBe(true)
    expect(client.received.equals(Buffer.concat(answers))).toBe(true)
    expect(told('request', 'answer').map(({ type }) => type)).toEqual(['request', 'answer', 'request', 'answer'])
  })

  it('passes on what is no RocketMQ, and says so once', async () => {
    await forward(way)
    const { client, server } = await ends()
    const hello = Buffer.from('16030100c8010000c40303', 'hex')
    const answer = Buffer.concat([golden('HEART_BEAT', 'response'), Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')])
    client.stream.write(hello)
    await clock.settle()
    server.stream.write(answer)
    await clock.settle()
    server.stream.write(Buffer.from('on'))
    await clock.settle()
    expect(server.received.equals(hello)).toBe(true)
    expect(client.received.equals(Buffer.concat([answer, Buffer.from('on')]))).toBe(true)
    expect(told('problem')).toMatchObject([{ problem: 'tls' }, { problem: 'not-a-frame' }])
  })

  it('does not read faster than the other side does', async () => {
    await forward(way)
    const { client, server } = await ends()
    for (const [from, to] of [
      [client, server],
      [server, client]
    ] as const) {
      to.stream.pause()
      const body = Buffer.alloc(1000, 'x')
      const frame = encodeCommand({ code: 9999, language: 'GO', version: 1, opaque: 1, flag: 2, serializeType: 'JSON', body })
      for (let count = 0; count < 1000; count++) from.stream.write(frame)
      await clock.settle()
      // What is under way fills the windows of both connections and the buffer between them.
      expect(from.stream.pendingBytes).toBeGreaterThan(1000 * frame.length - 200 * 1024)
      to.stream.resume()
      await clock.settle()
      expect(from.stream.pendingBytes).toBe(0)
      expect(to.received.length).toBe(1000 * frame.length)
    }
  })

  it('passes on that a side has ended, what it said before, and half a frame', async () => {
    await forward(way)
    const { client, server } = await ends()
    server.stream.write(golden('HEART_BEAT', 'response').subarray(0, 50))
    server.stream.end()
    await clock.settle()
    expect([client.received.length, client.hasEnded, server.closed, client.closed]).toEqual([50, true, [undefined], [undefined]])
    expect(told('problem', 'closed')).toMatchObject([
      { problem: 'cut-frame', direction: 'to-client' },
      { type: 'closed', connection: 1 }
    ])
  })

  it('lets go of a client that waited for a server which is gone', async () => {
    await forward(way)
    const { client, server } = await ends()
    server.stream.pause()
    client.stream.write(Buffer.alloc(300 * 1024))
    client.stream.end()
    await clock.settle()
    expect(told('closed')).toEqual([])
    server.stream.destroy()
    await clock.settle()
    expect(client.closed).toHaveLength(1)
    expect(told('closed')).toHaveLength(1)
  })

  it('lets go of the frame that has been unfinished for the longest time when they take too much memory, and passes it on', async () => {
    await forward({ ...way, totalPartialBytes: 4000 })
    const first = await ends()
    const body = Buffer.alloc(3000)
    const whole = encodeCommand({ code: 9999, language: 'GO', version: 1, opaque: 1, flag: 2, serializeType: 'JSON', body })
    first.server.stream.write(whole.subarray(0, 2500))
    await clock.settle()
    const second = new RawPeer(await network.connect(HERE))
    await clock.settle()
    second.stream.write(whole.subarray(0, 2500))
    await clock.settle()
    expect(told('problem')).toMatchObject([{ problem: 'let-go', connection: 1, direction: 'to-client', bytes: 2500 }])
    first.server.stream.write(whole.subarray(2500))
    await clock.settle()
    expect(first.client.received.equals(whole)).toBe(true)
  })

  it('passes on that a side was reset', async () => {
    await forward(way)
    const { client, server } = await ends()
    client.stream.destroy(new Error('gone'))
    await clock.settle()
    expect(server.closed).toEqual([expect.any(Error)])
    expect(told('closed')).toMatchObject([{ reason: expect.stringContaining('ECONNRESET') }])
  })

  it('says when there is nothing to forward to', async () => {
    await forward(way)
    const client = new RawPeer(await network.connect(HERE))
    await clock.settle()
    expect(client.hasEnded || client.closed.length > 0).toBe(true)
    expect(told('refused')).toMatchObject([{ connection: 1, to: '127.0.0.1:9876', reason: expect.stringContaining('9876') }])
  })

  it('ends its connections when it is closed', async () => {
    await forward(way)
    const { client, server } = await ends()
    await forwarder.close()
    await clock.settle()
    expect([client.hasEnded, server.hasEnded]).toEqual([true, true])
    expect(told('closed')).toMatchObject([{ reason: 'the inspector ends' }])
  })
})

describe('a forwarder that follows brokers', () => {
  const route = (...addresses: readonly string[]): TopicRouteData => ({
    queueDatas: [{ brokerName: 'b', readQueueNums: 1, writeQueueNums: 1, perm: 6, topicSysFlag: 0 }],
    brokerDatas: [{ brokerName: 'b', cluster: 'c', brokerAddrs: new Map(addresses.map((address, id) => [id, address])) }],
    filterServerTable: new Map()
  })

  async function serve(addresses: readonly string[]): Promise<{ readonly client: RemotingClient; close(): Promise<void> }> {
    const nameserver = new RemotingServer({ clock, network, port: 9876 })
    nameserver.register(RequestCode.GET_ROUTEINFO_BY_TOPIC, () => ({ code: ResponseCode.SUCCESS, header: {}, body: route(...addresses) }))
    nameserver.register(RequestCode.GET_MAX_OFFSET, () => ({ code: ResponseCode.SUCCESS, header: { offset: 1 } }))
    const broker = new RemotingServer({ clock, network, port: 10911 })
    broker.register(RequestCode.GET_MAX_OFFSET, () => ({ code: ResponseCode.SUCCESS, header: { offset: 42 } }))
    await nameserver.listen()
    await broker.listen()
    const client = new RemotingClient({ clock, network })
    return { client, close: () => Promise.all([client.close(), nameserver.close(), broker.close()]).then(() => {}) }
  }

  const addressesOf = (body: TopicRouteData): string[] => [...(body.brokerDatas[0]?.brokerAddrs.values() ?? [])]

  it('leads the client to the brokers through itself', async () => {
    await forward({ followBrokers: true })
    const { client, close } = await serve(['127.0.0.1:10911'])
    const { body } = await client.invoke('127.0.0.1:19876', RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'orders' })
    const [address = ''] = addressesOf(body)
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(address).not.toBe('127.0.0.1:10911')
    const { header } = await client.invoke(address, RequestCode.GET_MAX_OFFSET, { topic: 'orders', queueId: 0 })
    expect(header.offset).toBe(42)
    expect(told('listening')).toMatchObject([{ to: '127.0.0.1:9876' }, { from: address, to: '127.0.0.1:10911' }])
    // Shown is what the nameserver said, not what became of it.
    expect(events).toContainEqual(
      expect.objectContaining({
        body: expect.objectContaining({ brokers: [expect.objectContaining({ addresses: new Map([[0, '127.0.0.1:10911']]) })] })
      })
    )
    await close()
  })

  it('uses one door for a broker, and leaves alone what is no address', async () => {
    await forward({ followBrokers: true })
    const { client, close } = await serve(['127.0.0.1:10911', 'somewhere else', '127.0.0.1:10911'])
    const ask = async (): Promise<string[]> =>
      addressesOf((await client.invoke('127.0.0.1:19876', RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'orders' })).body)
    const first = await ask()
    expect(first).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/), 'somewhere else', first[0]])
    expect(await ask()).toEqual(first)
    expect(told('listening')).toHaveLength(2)
    await close()
  })

  it('holds the server back while a door is being opened, and passes on everything in order then', async () => {
    await forward({ followBrokers: true, network: slowlyListening() })
    const { client, server } = await ends()
    client.stream.write(golden('GET_ROUTEINFO_BY_TOPIC', 'request'))
    await clock.settle()
    const routed = golden('GET_ROUTEINFO_BY_TOPIC', 'response')
    const filler = encodeCommand({
      code: 9999,
      language: 'GO',
      version: 1,
      opaque: 1,
      flag: 2,
      serializeType: 'JSON',
      body: Buffer.alloc(1000)
    })
    server.stream.writeAll([routed, ...Array.from({ length: 300 }, () => filler)])
    server.stream.end()
    await clock.settle()
    expect(client.received.length).toBe(0)
    expect(server.stream.pendingBytes).toBeGreaterThan(200 * 1000)
    await clock.advance(50)
    const [first = Buffer.alloc(0), ...rest] = client.frames
    expect(first.toString()).toMatch(/"127\.0\.0\.1:\d+"/)
    expect([rest.length, rest.every((frame) => frame.equals(filler.subarray(4))), client.hasEnded]).toEqual([300, true, true])
  })

  it('ends after what was held back', async () => {
    await forward({ followBrokers: true, network: slowlyListening() })
    const { client, server } = await ends()
    client.stream.write(golden('GET_ROUTEINFO_BY_TOPIC', 'request'))
    await clock.settle()
    server.stream.write(golden('GET_ROUTEINFO_BY_TOPIC', 'response'))
    server.stream.end()
    await clock.settle()
    expect([client.received.length, client.hasEnded]).toEqual([0, false])
    await clock.advance(50)
    expect([client.frames.length, client.hasEnded]).toEqual([1, true])
  })

  it('lets the client go to a broker directly when nothing can listen for it, and says so', async () => {
    const noMore = new CodedError('LISTEN_FAILED', 'no port is left')
    const full: Network = {
      ...slowlyListening(),
      listen: (options, accept) => (options.port === 0 ? Promise.reject(noMore) : network.listen(options, accept))
    }
    await forward({ followBrokers: true, network: full })
    const { client, close } = await serve(['127.0.0.1:10911'])
    const { body } = await client.invoke('127.0.0.1:19876', RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'orders' })
    expect(addressesOf(body)).toEqual(['127.0.0.1:10911'])
    expect(told('refused')).toMatchObject([{ connection: 0, to: '127.0.0.1:10911', reason: 'no port is left' }])
    await close()
  })

  it('keeps the order of answers while a door is being opened', async () => {
    await forward({ followBrokers: true })
    const { client, server } = await ends()
    const requests = ['GET_ROUTEINFO_BY_TOPIC', 'GET_MAX_OFFSET'].map((name, index) =>
      withOpaque(golden(name, 'request', 'ROCKETMQ'), index)
    )
    client.stream.write(Buffer.concat(requests))
    await clock.settle()
    const [routeAnswer, other] = [
      withOpaque(golden('GET_ROUTEINFO_BY_TOPIC', 'response', 'ROCKETMQ'), 0),
      withOpaque(golden('GET_MAX_OFFSET', 'response', 'ROCKETMQ'), 1)
    ]
    server.stream.write(Buffer.concat([routeAnswer, other]))
    server.stream.end()
    await clock.settle()
    const [first = Buffer.alloc(0), second] = client.frames
    expect(first.toString()).toMatch(/"127\.0\.0\.1:\d+"/)
    expect(first.toString()).not.toContain('"10.9.8.7:10911"')
    // Not an address: nobody can listen for it.
    expect(first.toString()).toContain('10.9.8.7:10911-2')
    expect(second?.equals(other.subarray(4))).toBe(true)
    expect(client.hasEnded).toBe(true)
  })
})

/** A network on which it takes 50 ms to listen on any port. */
function slowlyListening(): Network {
  return {
    connect: (options) => network.connect(options),
    listen: async (options, accept) => {
      if (options.port === 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, 50))
      return network.listen(options, accept)
    },
    resolve: (host) => network.resolve(host),
    localAddresses: () => network.localAddresses()
  }
}

/** A binary frame under another number. */
function withOpaque(frame: Buffer, opaque: number): Buffer {
  const changed = Buffer.from(frame)
  changed.writeInt32BE(opaque, 13)
  return changed
}
