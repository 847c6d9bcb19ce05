import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { decodeCommand, RequestCode, ResponseCode } from '../src/wire/index'
import { ADDRESS, makePair, type PairOptions, RawPeer } from './remoting-pair'
import { answerOffset, offsetHeader } from './requests'

interface Recorded {
  readonly name: string
  readonly side: string
  readonly encoding: string
  readonly frameHex: string
}

/** Requests as official clients write them. */
const officialRequests = ['4.9.7', '5.5.0'].flatMap((release) => {
  const path = join(__dirname, '..', '..', '..', 'fixtures', release, 'GET_MAX_OFFSET.json')
  const { records } = JSON.parse(readFileSync(path, 'utf8')) as { records: readonly Recorded[] }
  const requests = records.filter(({ side, name }) => side === 'request' && name === 'plain')
  return requests.map(({ encoding, frameHex }) => ({ name: `${release} ${encoding}`, frame: Buffer.from(frameHex, 'hex') }))
})

const [officialRequest = { name: 'none', frame: Buffer.alloc(0) }] = officialRequests

const withBytes = (at: number, hex: string): Buffer => {
  const frame = Buffer.from(officialRequest.frame)
  frame.write(hex, at, 'hex')
  return frame
}

describe('a remoting server with peers that break the protocol', () => {
  let stop: () => Promise<void> = async () => {}

  const start = async (options: PairOptions = {}) => {
    const pair = makePair(options)
    pair.server.register(RequestCode.GET_MAX_OFFSET, answerOffset)
    await pair.server.listen()
    stop = async () => {
      const closing = Promise.all([pair.client.close(), pair.server.close()])
      await pair.clock.advance(10_000)
      await closing
      expect(pair.clock.pendingTimers).toEqual([])
    }
    const rawPeer = async (): Promise<RawPeer> => new RawPeer(await pair.network.connect({ host: '127.0.0.1', port: 10911 }))
    const ask = async (): Promise<number> => (await pair.client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(0))).code
    return { ...pair, rawPeer, ask }
  }

  afterEach(() => stop())

  it('has official requests to work with', () => {
    expect(officialRequests.map(({ name }) => name)).toEqual(['4.9.7 JSON', '4.9.7 ROCKETMQ', '5.5.0 JSON', '5.5.0 ROCKETMQ'])
  })

  it.each(officialRequests)('answers the official request $name, whole and byte by byte', async ({ frame }) => {
    const { clock, rawPeer } = await start()
    const raw = await rawPeer()
    raw.stream.write(frame)
    await clock.settle()
    for (const byte of frame) {
      raw.stream.write(Buffer.from([byte]))
      await clock.settle()
    }
    const answers = raw.frames.map((each) => decodeCommand(each))
    expect(answers).toMatchObject([1, 2].map(() => ({ code: ResponseCode.SUCCESS, opaque: 7, isResponse: true })))
    expect(answers[0]?.fields?.get('offset')).toBe('1001')
    raw.stream.destroy()
  })

  it.each([
    ['a frame that is too long', Buffer.from('01000000', 'hex')],
    ['a negative length', Buffer.from('ffffffff', 'hex')],
    ['a frame without a header', Buffer.from('00000000', 'hex')],
    ['a frame too short for the length of a header', Buffer.from('0000000212', 'hex')],
    ['a header longer than its frame', withBytes(4, '00ffffff')],
    ['an unknown encoding', withBytes(4, '07')],
    ['a header that is no JSON', withBytes(8, '5b5b5b')],
    ['a TLS hello', Buffer.from('16030100c8010000c4', 'hex')],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')]
  ])('closes only the connection with %s', async (_what, bytes) => {
    const { clock, server, rawPeer, ask, serverLines } = await start()
    expect(await ask()).toBe(ResponseCode.SUCCESS)
    const bystander = await rawPeer()
    const raw = await rawPeer()
    raw.stream.write(officialRequest.frame)
    await clock.settle()
    raw.stream.write(bytes)
    raw.stream.write(Buffer.alloc(20))
    await clock.settle()
    expect(raw.frames).toHaveLength(1)
    expect(raw.hasEnded || raw.closed.length > 0).toBe(true)
    expect(server.stats).toMatchObject({ brokenFrames: 1, connections: 2 })
    expect(serverLines.all).toMatchObject([
      ['warn', expect.stringContaining('broke the protocol'), { error: { reason: 'protocol-error' } }]
    ])
    expect(await ask()).toBe(ResponseCode.SUCCESS)
    bystander.stream.write(officialRequest.frame)
    await clock.settle()
    expect(bystander.frames).toHaveLength(1)
  })

  it('logs what repeats once, with its count', async () => {
    const { clock, server, rawPeer, serverLines } = await start()
    for (let i = 0; i < 100; i++) {
      const raw = await rawPeer()
      raw.stream.write(Buffer.from('ffffffff', 'hex'))
      await clock.settle()
    }
    expect(server.stats.brokenFrames).toBe(100)
    expect(serverLines.all).toHaveLength(1)
    await server.close()
    expect(serverLines.all.at(-1)).toMatchObject(['warn', expect.any(String), { repeated: 99 }])
  })

  it('answers requests that use one number twice, each', async () => {
    const { clock, rawPeer } = await start()
    const raw = await rawPeer()
    raw.stream.write(Buffer.concat([officialRequest.frame, officialRequest.frame, officialRequest.frame]))
    await clock.settle()
    expect(raw.frames.map((frame) => decodeCommand(frame).opaque)).toEqual([7, 7, 7])
  })

  it('drops answers that it never asked for', async () => {
    const { clock, rawPeer, ask, server, serverLines } = await start()
    const raw = await rawPeer()
    const answer = withBytes(0, '')
    const flag = officialRequest.frame.indexOf('"flag":0')
    answer.write('1', flag + 7)
    for (let i = 0; i < 50; i++) raw.stream.write(answer)
    await clock.settle()
    expect(raw.frames).toEqual([])
    expect(server.stats.connections).toBe(1)
    expect(serverLines.all).toMatchObject([['debug', 'an answer came that nobody waits for', { opaque: 7 }]])
    expect(await ask()).toBe(ResponseCode.SUCCESS)
  })

  it('closes peers that begin a frame and stop, and peers that never say anything', async () => {
    const { clock, rawPeer, ask, server } = await start()
    const half = await rawPeer()
    half.stream.write(Buffer.concat([officialRequest.frame, officialRequest.frame.subarray(0, 30)]))
    const mute = await rawPeer()
    await clock.advance(9000)
    expect(server.stats.connections).toBe(2)
    await clock.advance(4000)
    expect([half.hasEnded, mute.hasEnded]).toEqual([false, true])
    await clock.advance(20_000)
    expect(half.hasEnded).toBe(true)
    expect(server.stats.connections).toBe(0)
    expect(await ask()).toBe(ResponseCode.SUCCESS)
  })

  it('keeps 10,000 unfinished frames within its budget, and serves everybody else', async () => {
    const limit = 4 << 20
    const { clock, rawPeer, ask, server } = await start({
      server: { limits: { totalPartialBytes: limit, maxConnections: 20_000 } },
      network: { chunks: 'whole' }
    })
    const beginning = Buffer.alloc(600)
    beginning.writeInt32BE(1_000_000)
    let highest = 0
    for (let i = 0; i < 10_000; i++) {
      const raw = await rawPeer()
      raw.stream.write(beginning)
      if (i % 1000 === 0) await clock.settle()
      highest = Math.max(highest, server.stats.partialBytes)
    }
    await clock.settle()
    expect(highest).toBeGreaterThan(limit / 2)
    expect(highest).toBeLessThanOrEqual(limit)
    expect(await ask()).toBe(ResponseCode.SUCCESS)
    await clock.advance(40_000)
    expect(server.stats).toMatchObject({ partialBytes: 0, connections: 1 })
  }, 60_000)

  it('closes connections above its maximum', async () => {
    const { clock, rawPeer, server } = await start({ server: { limits: { maxConnections: 3 } } })
    const peers = await Promise.all([rawPeer(), rawPeer(), rawPeer(), rawPeer()])
    await clock.settle()
    expect(peers.filter((peer) => peer.hasEnded || peer.closed.length > 0)).toHaveLength(1)
    expect(server.stats.connections).toBe(3)
  })
})

describe('a remoting client with a server that breaks the protocol', () => {
  it('fails what waits there with a typed error, and serves the others', async () => {
    const { clock, network, client, server } = makePair()
    server.register(RequestCode.GET_MAX_OFFSET, answerOffset)
    await server.listen()
    const listener = await network.listen({ host: '127.0.0.1', port: 666 }, (stream) => {
      stream.start({ data: () => stream.write(Buffer.from('7fffffff', 'hex')), drain: () => {}, end: () => stream.end(), close: () => {} })
    })
    await expect(client.invoke('127.0.0.1:666', RequestCode.GET_MAX_OFFSET, offsetHeader(0))).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      cause: { reason: 'protocol-error', cause: { code: 'PROTOCOL_ERROR', facts: { length: 0x7fff_ffff } } }
    })
    expect((await client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(0))).code).toBe(ResponseCode.SUCCESS)
    await Promise.all([listener.close(), client.close(), server.close()])
    await clock.settle()
  })
})
