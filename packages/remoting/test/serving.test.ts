import { afterEach, describe, expect, it } from '@jest/globals'
import { type Answer, type Held, held, type Peer, RemotingClosedError, type ServerRequest } from '../src/index'
import { decodeCommand, encodeCommand, RequestCode, ResponseCode } from '../src/wire/index'
import { ADDRESS, makePair, outcomeOf, type PairOptions, RawPeer } from './remoting-pair'
import { answerOffset, offsetHeader, pullHeader, sendHeader } from './requests'

const { GET_MAX_OFFSET, GET_MIN_OFFSET, LOCK_BATCH_MQ, PULL_MESSAGE, SEND_MESSAGE_V2 } = RequestCode
type SendRequest = ServerRequest<typeof SEND_MESSAGE_V2>

/** A request of any code with any fields, as a frame. */
const frameOf = (
  code: number,
  fields: Readonly<Record<string, string>>,
  more: { flag?: number; body?: Buffer; opaque?: number; version?: number } = {}
) =>
  encodeCommand({
    code,
    language: 'GO',
    version: more.version ?? 407,
    opaque: more.opaque ?? 1,
    flag: more.flag ?? 0,
    serializeType: 'JSON',
    fields: new Map(Object.entries(fields)),
    body: more.body
  })

describe('a remoting server', () => {
  let stop: () => Promise<void> = async () => {}

  const start = async (options: PairOptions = {}) => {
    const pair = makePair(options)
    await pair.server.listen()
    stop = async () => {
      const closing = Promise.all([pair.client.close(), pair.server.close()])
      await pair.clock.advance(10_000)
      await closing
      expect(pair.clock.pendingTimers).toEqual([])
      expect(pair.network.links()).toEqual([])
    }
    const rawPeer = async (): Promise<RawPeer> => new RawPeer(await pair.network.connect({ host: '127.0.0.1', port: 10911 }))
    /** What the server answers to frames of a peer of its own. */
    const exchange = async (...frames: Buffer[]) => {
      const raw = await rawPeer()
      for (const frame of frames) raw.stream.write(frame)
      await pair.clock.settle()
      raw.stream.end()
      await pair.clock.settle()
      return raw.frames.map((frame) => decodeCommand(frame))
    }
    return { ...pair, rawPeer, exchange }
  }

  afterEach(() => stop())

  it('answers a code that nobody registered with REQUEST_CODE_NOT_SUPPORTED, and a one-way one with nothing', async () => {
    const { exchange, serverLines } = await start()
    const answers = await exchange(frameOf(9999, {}), frameOf(9999, {}, { flag: 2 }), frameOf(9998, {}, { opaque: 2 }))
    expect(answers).toMatchObject([
      { code: ResponseCode.REQUEST_CODE_NOT_SUPPORTED, opaque: 1, isResponse: true, remark: 'request code 9999 is not supported here' },
      { code: ResponseCode.REQUEST_CODE_NOT_SUPPORTED, opaque: 2 }
    ])
    expect(serverLines.all.map(([, message]) => message)).toEqual(['request code 9999 is not supported'])
  })

  it('answers a missing field with SYSTEM_ERROR and a malformed one with INVALID_PARAMETER, naming field and reason', async () => {
    const { server, exchange } = await start()
    server.register(GET_MAX_OFFSET, answerOffset)
    const [missing, malformed, fine] = await exchange(
      frameOf(30, { topic: 'orders' }),
      frameOf(30, { topic: 'orders', queueId: 'many' }),
      frameOf(30, { topic: 'orders', queueId: '2' })
    )
    expect(missing).toMatchObject({ code: ResponseCode.SYSTEM_ERROR })
    expect(missing?.remark).toMatch(/GET_MAX_OFFSET .*queueId is missing/)
    expect(malformed).toMatchObject({ code: ResponseCode.INVALID_PARAMETER })
    expect(malformed?.remark).toMatch(/queueId is not an int/)
    expect(fine).toMatchObject({ code: ResponseCode.SUCCESS })
  })

  it('answers a body that cannot be read with SYSTEM_ERROR and a remark', async () => {
    const { server, exchange } = await start()
    server.register(LOCK_BATCH_MQ, () => ({ code: ResponseCode.SUCCESS, body: { lockOKMQSet: [] } }))
    const good = Buffer.from('{"clientId":"c","consumerGroup":"g","mqSet":[]}')
    const answers = await exchange(frameOf(41, {}, { body: Buffer.from('{"clientId":') }), frameOf(41, {}, { body: good }))
    expect(answers.map(({ code }) => code)).toEqual([ResponseCode.SYSTEM_ERROR, ResponseCode.SUCCESS])
    expect(answers[0]?.remark).toContain('the body of LOCK_BATCH_MQ cannot be read')
    expect(answers[1]?.body.toString()).toBe('{"lockOKMQSet":[]}')
  })

  it('answers SYSTEM_ERROR with a bounded remark when a processor throws or rejects, and logs it once with a count', async () => {
    const { server, exchange, serverLines } = await start()
    server.register(GET_MAX_OFFSET, () => {
      throw new Error('x'.repeat(10_000))
    })
    server.register(GET_MIN_OFFSET, async () => {
      throw new TypeError('rejected')
    })
    const answers = await exchange(
      ...[1, 2, 3].map((opaque) => frameOf(30, { topic: 't', queueId: '0' }, { opaque })),
      frameOf(31, { topic: 't', queueId: '0' })
    )
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1])
    expect(answers[0]?.remark?.length).toBe(512)
    expect(answers[3]?.remark).toBe('GET_MIN_OFFSET failed: TypeError: rejected')
    await server.close()
    expect(serverLines.all.map(([level, message, facts]) => [level, message, (facts as { repeated?: number }).repeated])).toEqual([
      ['error', 'GET_MAX_OFFSET failed', undefined],
      ['error', 'GET_MIN_OFFSET failed', undefined],
      ['error', 'GET_MAX_OFFSET failed', 2]
    ])
  })

  it('answers SYSTEM_ERROR when an answer cannot be written', async () => {
    const { server, exchange } = await start({ server: { limits: { maxFrameBytes: 10_000 } } })
    server.register(GET_MAX_OFFSET, () => ({ code: ResponseCode.SUCCESS, header: {} as never }))
    server.register(PULL_MESSAGE, () => ({ code: ResponseCode.SUCCESS, body: Buffer.alloc(20_000) }))
    const pull = Object.fromEntries(Object.entries(pullHeader).map(([key, value]) => [key, String(value)]))
    const answers = await exchange(frameOf(30, { topic: 't', queueId: '0' }), frameOf(11, pull))
    expect(answers).toMatchObject([
      { code: ResponseCode.SYSTEM_ERROR, remark: 'the answer to GET_MAX_OFFSET cannot be written' },
      { code: ResponseCode.SYSTEM_ERROR, remark: 'the answer to PULL_MESSAGE cannot be written' }
    ])
  })

  it('gives every answer with a header ext fields, be they empty: official clients read them unasked', async () => {
    const { server, exchange, rawPeer, clock } = await start()
    server.register(SEND_MESSAGE_V2, () => ({ code: ResponseCode.MESSAGE_ILLEGAL, remark: 'too long' }))
    server.register(GET_MAX_OFFSET, () => ({ code: ResponseCode.SUCCESS, header: { offset: 1 }, extFields: { extra: 'yes' } }))
    const fields = { a: 'g', b: 't', c: 'TBW102', d: '4', e: '0', f: '0', g: '1', h: '0' }
    const raw = await rawPeer()
    raw.stream.write(frameOf(310, fields))
    await clock.settle()
    expect(raw.received.toString('latin1')).toContain('"extFields":{}')
    raw.stream.destroy()
    const [answer] = await exchange(frameOf(30, { topic: 't', queueId: '0' }))
    expect(answer?.fields).toEqual(
      new Map([
        ['offset', '1'],
        ['extra', 'yes']
      ])
    )
  })

  it('sends a body of several buffers, small and large, as one', async () => {
    const { server, client } = await start()
    const parts = [Buffer.from('first'), Buffer.alloc(100_000, 'x'), Buffer.alloc(0), Buffer.from('last')]
    server.register(PULL_MESSAGE, () => ({
      code: ResponseCode.SUCCESS,
      header: { suggestWhichBrokerId: 0, nextBeginOffset: 1, minOffset: 0, maxOffset: 1 },
      body: parts
    }))
    const response = await client.invoke(ADDRESS, PULL_MESSAGE, pullHeader)
    expect(response.body.equals(Buffer.concat(parts))).toBe(true)
    expect(response.header.nextBeginOffset).toBe(1)
  })

  it('answers a held request once, and nothing when its peer is gone', async () => {
    const { server, client, clock } = await start()
    const requests: SendRequest[] = []
    server.register(SEND_MESSAGE_V2, (request) => {
      requests.push(request)
      return held
    })
    const first = outcomeOf(client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.from('body')))
    await clock.settle()
    expect(server.stats.inFlight).toBe(1)
    const answer = (queueOffset: number) => ({ code: ResponseCode.SUCCESS, header: { msgId: 'x', queueId: 0, queueOffset } })
    requests[0]?.answer(answer(1))
    requests[0]?.answer(answer(2))
    await clock.settle()
    expect(first.value?.header.queueOffset).toBe(1)
    expect(client.counters.framesIn).toBe(1)
    outcomeOf(client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.from('body')))
    await clock.settle()
    client.disconnect(ADDRESS)
    await clock.settle()
    requests[1]?.answer(answer(3))
    await clock.settle()
    expect(server.stats).toMatchObject({ inFlight: 0, connections: 0, accepted: 1 })
  })

  it('keeps nothing of the frame of a held long poll, and answers it all the same', async () => {
    const { server, client, clock } = await start()
    const requests: ServerRequest<typeof PULL_MESSAGE>[] = []
    const during: number[] = []
    server.register(PULL_MESSAGE, (request) => {
      requests.push(request)
      during.push(request.command.fields?.size ?? 0)
      return held
    })
    const pull = outcomeOf(client.invoke(ADDRESS, PULL_MESSAGE, pullHeader, undefined, { timeoutMs: 30_000 }))
    await clock.settle()
    expect(during[0]).toBeGreaterThan(0)
    expect(requests[0]?.command).toMatchObject({
      code: PULL_MESSAGE.code,
      fields: undefined,
      body: { length: 0, buffer: { byteLength: 0 } }
    })
    requests[0]?.answer({ code: ResponseCode.PULL_NOT_FOUND })
    await clock.settle()
    expect(pull.value?.code).toBe(ResponseCode.PULL_NOT_FOUND)
  })

  it('reads no more of a connection with too many requests in flight, and goes on when they are answered', async () => {
    const { server, client, clock } = await start({ server: { limits: { maxInFlightPerConnection: 10 } } })
    const requests: SendRequest[] = []
    server.register(SEND_MESSAGE_V2, (request) => {
      requests.push(request)
      return held
    })
    const sends = Array.from({ length: 100 }, () => outcomeOf(client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.from('body'))))
    await clock.settle()
    expect(requests).toHaveLength(10)
    for (let at = 0; at < 100; at++) {
      requests[at]?.answer({ code: ResponseCode.SUCCESS, header: { msgId: 'x', queueId: 0, queueOffset: at } })
      await clock.settle()
      expect(server.stats.inFlight).toBeLessThanOrEqual(10)
    }
    expect(sends.map(({ value }) => value?.header.queueOffset)).toEqual(sends.map((_, index) => index))
  })

  it('goes on reading while long polls wait, up to a number that it answers with SYSTEM_BUSY', async () => {
    const { server, client, clock } = await start({ server: { limits: { maxInFlightPerConnection: 5, maxHeldPerConnection: 20 } } })
    server.register(PULL_MESSAGE, () => held)
    server.register(GET_MAX_OFFSET, answerOffset)
    const pulls = Array.from({ length: 22 }, () =>
      outcomeOf(client.invoke(ADDRESS, PULL_MESSAGE, pullHeader, undefined, { timeoutMs: 30_000 }))
    )
    const response = await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    await clock.settle()
    expect(response.code).toBe(ResponseCode.SUCCESS)
    expect(server.stats).toMatchObject({ heldPolls: 20, inFlight: 0 })
    expect(pulls.filter(({ isSettled }) => isSettled).map(({ value }) => [value?.code, value?.remark])).toEqual(
      [1, 2].map(() => [ResponseCode.SYSTEM_BUSY, '[OVERLOAD] this connection holds as many requests as it may: wait for their answers'])
    )
  })

  it('holds a bounded amount for a peer that never reads, processes none of its requests meanwhile, and serves the others', async () => {
    const limits = { pauseReadingAboveBytes: 1 << 20, drainTimeoutMs: 60_000 }
    const { server, client, clock, network, rawPeer } = await start({ server: { limits } })
    let pulls = 0
    server.register(PULL_MESSAGE, () => {
      pulls++
      const header = { suggestWhichBrokerId: 0, nextBeginOffset: 1, minOffset: 0, maxOffset: 1 }
      return { code: ResponseCode.SUCCESS, header, body: Buffer.alloc(256 * 1024) }
    })
    server.register(GET_MAX_OFFSET, answerOffset)
    const raw = await rawPeer()
    network.links()[0]?.stall('to-client')
    const fields = Object.fromEntries(Object.entries(pullHeader).map(([key, value]) => [key, String(value)]))
    for (let opaque = 0; opaque < 2000; opaque++) raw.stream.write(frameOf(11, fields, { opaque }))
    await clock.settle()
    expect(pulls).toBeLessThan(12)
    expect(server.stats.unsentBytes).toBeLessThan(3 << 20)
    expect((await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))).code).toBe(ResponseCode.SUCCESS)
    await clock.advance(65_000)
    expect(server.peers.map((peer) => peer.remote.port)).not.toContain(raw.stream.local.port)
    expect(server.stats.unsentBytes).toBe(0)
  })

  it('tells who comes and who goes, with an error when it was not orderly', async () => {
    const { server, client, clock, network } = await start()
    const events: string[] = []
    const known = new WeakMap<Peer, string>()
    server.onConnection((peer) => {
      known.set(peer, `peer ${peer.id.replace(/^\d+@/, '')}`)
      events.push(`+ ${known.get(peer)}`)
    })
    const forget = server.onConnection(() => {
      throw new Error('broken listener')
    })
    server.onDisconnect((peer, error) => events.push(`- ${known.get(peer)} ${error?.reason}`))
    server.register(GET_MAX_OFFSET, answerOffset)
    await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    forget()
    client.disconnect(ADDRESS)
    await clock.settle()
    await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    network.links()[0]?.cut()
    await clock.settle()
    expect(events).toEqual([
      '+ peer 127.0.0.1:49152',
      '- peer 127.0.0.1:49152 undefined',
      '+ peer 127.0.0.1:49153',
      '- peer 127.0.0.1:49153 connection-failed'
    ])
  })

  it('lets a processor close its peer, which hears the answers before', async () => {
    const { server, client, clock } = await start()
    server.register(GET_MAX_OFFSET, (request) => {
      request.answer(answerOffset(request) as Answer<typeof GET_MAX_OFFSET>)
      request.peer.close()
      expect(request.peer.isOpen).toBe(false)
      return held
    })
    expect((await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(1))).header.offset).toBe(1001)
    await clock.settle()
    expect(server.stats.connections).toBe(0)
  })

  it('answers what is in flight before it closes, and tells newcomers that know it to go away', async () => {
    const { server, client, clock, exchange, rawPeer } = await start()
    const requests: SendRequest[] = []
    const hold = (request: SendRequest): Held => {
      requests.push(request)
      return held
    }
    server.register(SEND_MESSAGE_V2, hold)
    server.register(PULL_MESSAGE, () => held)
    server.register(GET_MAX_OFFSET, answerOffset)
    const send = outcomeOf(client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.from('body')))
    const pull = outcomeOf(client.invoke(ADDRESS, PULL_MESSAGE, pullHeader, undefined, { timeoutMs: 30_000 }))
    const raw = await rawPeer()
    await clock.settle()
    const asked = outcomeOf(server.peers[0]?.invoke(GET_MIN_OFFSET, offsetHeader(0)) ?? Promise.reject(new Error('no peer')))
    client.handle(GET_MIN_OFFSET, async () => {})
    const closing = outcomeOf(server.close({ timeoutMs: 5000 }))
    raw.stream.write(frameOf(30, { topic: 't', queueId: '1' }, { version: 513 }))
    raw.stream.write(frameOf(30, { topic: 't', queueId: '1' }, { version: 407, opaque: 2 }))
    await clock.settle()
    expect(closing.isSettled).toBe(false)
    expect(raw.frames.map((frame) => decodeCommand(frame).code)).toEqual([ResponseCode.GO_AWAY, ResponseCode.SUCCESS])
    await expect(exchange()).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    requests[0]?.answer({ code: ResponseCode.SUCCESS, header: { msgId: 'x', queueId: 0, queueOffset: 4 } })
    await clock.settle()
    expect(closing.isSettled).toBe(true)
    expect(send.value?.header.queueOffset).toBe(4)
    expect(pull.error).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(asked.error).toBeInstanceOf(RemotingClosedError)
    await expect(server.listen()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('closes by its deadline whatever its processors and peers do', async () => {
    const { server, client, clock, network } = await start()
    server.register(SEND_MESSAGE_V2, () => held)
    const send = outcomeOf(client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.from('body'), { timeoutMs: 60_000 }))
    await clock.settle()
    network.links()[0]?.stall()
    const closing = outcomeOf(server.close({ timeoutMs: 2000 }))
    await clock.advance(1900)
    expect(closing.isSettled).toBe(false)
    await clock.advance(200)
    expect(closing.isSettled).toBe(true)
    network.links()[0]?.resume()
    await clock.settle()
    expect(send.error).toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('says which port is taken', async () => {
    const { newServer, server } = await start()
    await expect(newServer().listen()).rejects.toMatchObject({ code: 'LISTEN_FAILED', facts: { host: '127.0.0.1', port: 10911 } })
    await expect(server.listen()).rejects.toMatchObject({ code: 'ALREADY_LISTENING' })
    expect(() => {
      server.register(GET_MAX_OFFSET, answerOffset)
      server.register(GET_MAX_OFFSET, answerOffset)
    }).toThrow('GET_MAX_OFFSET has a processor already')
  })
})
