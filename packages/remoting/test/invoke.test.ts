import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it } from '@jest/globals'
import {
  held,
  type Peer,
  RemotingAbortedError,
  RemotingClosedError,
  RemotingOverloadedError,
  RemotingTimeoutError,
  RocketMQError,
  type ServerRequest
} from '../src/index'
import { HeaderFieldError, RequestCode, ResponseCode, type SerializeType } from '../src/wire/index'
import { ADDRESS, makePair, outcomeOf, type PairOptions } from './remoting-pair'
import { answerOffset, offsetHeader, sendHeader } from './requests'

type OffsetRequest = ServerRequest<typeof RequestCode.GET_MAX_OFFSET>
const { GET_MAX_OFFSET, NOTIFY_CONSUMER_IDS_CHANGED, SEND_MESSAGE_V2, UPDATE_CONSUMER_OFFSET } = RequestCode

describe('a remoting client and server', () => {
  let stop: () => Promise<void> = async () => {}

  const start = async (options: PairOptions = {}) => {
    const pair = makePair(options)
    const peers: Peer[] = []
    pair.server.onConnection((peer) => void peers.push(peer))
    await pair.server.listen()
    stop = async () => {
      const closing = Promise.all([pair.client.close(), pair.server.close()])
      await pair.clock.advance(1000)
      await closing
      expect(pair.clock.pendingTimers).toEqual([])
      expect(pair.network.links()).toEqual([])
    }
    return { ...pair, peers }
  }

  afterEach(() => stop())

  it('carry a typed request there and its typed answer back', async () => {
    const { client, server } = await start()
    server.register(GET_MAX_OFFSET, answerOffset)
    const response = await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(3))
    expect(response.code).toBe(ResponseCode.SUCCESS)
    expect(response.header.offset).toBe(1003)
    expect(response.address).toBe(ADDRESS)
    expect(response.remark).toBeUndefined()
  })

  it('tell a listener what a promise would be told, once', async () => {
    const { client, server, clock } = await start()
    server.register(GET_MAX_OFFSET, (request) => (request.header.queueId === 0 ? answerOffset(request) : held))
    const told: unknown[] = []
    const ask = (address: string, queueId: number): void =>
      client.request(
        address,
        GET_MAX_OFFSET,
        offsetHeader(queueId),
        undefined,
        { timeoutMs: 500 },
        {
          answered: (response) => told.push(response.header.offset),
          failed: (error) => told.push(error instanceof RocketMQError ? error.code : error)
        }
      )
    ask(ADDRESS, 0)
    ask(ADDRESS, 1)
    ask('no address', 0)
    await clock.advance(2000)
    expect(told).toEqual(['CONNECT_FAILED', 1000, 'REQUEST_TIMEOUT'])
    await client.close()
    ask(ADDRESS, 0)
    expect(told[3]).toBe('CLOSED')
  })

  it.each<SerializeType>(['ROCKETMQ', 'JSON'])('answer in the form of the request: %s', async (serializeType) => {
    const { client, server } = await start({ client: { serializeType } })
    server.register(GET_MAX_OFFSET, answerOffset)
    const response = await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    expect(response.command).toMatchObject({ serializeType, language: 'JAVA', version: 513 })
    expect(response.header.offset).toBe(1000)
  })

  it('say who they are, and the client what it is written in once it knows a 5.x server', async () => {
    const { client, server } = await start()
    const seen: Array<readonly [unknown, number]> = []
    server.register(GET_MAX_OFFSET, (request) => {
      seen.push([request.command.language, request.command.version])
      return answerOffset(request)
    })
    for (let i = 0; i < 2; i++) await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(i))
    expect(seen).toEqual([
      ['OTHER', 407],
      ['NODE_JS', 407]
    ])
    expect(client.connections()[0]).toMatchObject({ version: 513 })
  })

  it('match answers to requests whatever the order they come in', async () => {
    const { client, server, clock } = await start()
    const waiting: OffsetRequest[] = []
    server.register(GET_MAX_OFFSET, (request) => {
      waiting.push(request)
      return held
    })
    const outcomes = Array.from({ length: 50 }, (_, queueId) => outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(queueId))))
    await clock.settle()
    expect(outcomes.every(({ isSettled }) => !isSettled)).toBe(true)
    for (const request of waiting.reverse()) request.answer({ code: ResponseCode.SUCCESS, header: { offset: request.header.queueId * 7 } })
    await clock.settle()
    expect(outcomes.map(({ value }) => value?.header.offset)).toEqual(outcomes.map((_, queueId) => queueId * 7))
  })

  it('use one connection per address, also when many requests come at once', async () => {
    const { client, server, clock, peers } = await start({ network: { latencyMs: 10 } })
    server.register(GET_MAX_OFFSET, answerOffset)
    const outcomes = Array.from({ length: 20 }, (_, queueId) => outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(queueId))))
    expect(client.connections()).toMatchObject([{ address: ADDRESS, state: 'connecting', pendingCalls: 20 }])
    await clock.advance(100)
    expect(outcomes.map(({ value }) => value?.header.offset)).toEqual(outcomes.map((_, queueId) => 1000 + queueId))
    expect(peers).toHaveLength(1)
    expect(client.connections()).toMatchObject([{ state: 'open', pendingCalls: 0, failures: 0, counters: { framesOut: 20, writes: 1 } }])
  })

  it('need at most 0.05 writes per message on either side with 256 sends in flight', async () => {
    const { client, server, clock } = await start()
    const pending: Array<() => void> = []
    const commit = (): void => {
      for (const answer of pending.splice(0)) answer()
    }
    server.register(SEND_MESSAGE_V2, (request) => {
      // As a broker does: what came in one turn is stored together and answered at its end.
      if (pending.length === 0) clock.defer(commit)
      pending.push(() => request.answer({ code: ResponseCode.SUCCESS, header: { msgId: 'x', queueId: 1, queueOffset: 0 } }))
      return held
    })
    const messages = 256 * 40
    const body = Buffer.alloc(1024, 1)
    let sent = 0
    const send = (): Promise<void> | undefined => {
      if (sent === messages) return undefined
      sent++
      return client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, body).then(send)
    }
    await Promise.all(Array.from({ length: 256 }, send))
    const { counters } = server.stats
    expect(counters).toMatchObject({ framesIn: messages, framesOut: messages })
    expect(client.counters.writes / messages).toBeLessThanOrEqual(0.05)
    expect(counters.writes / messages).toBeLessThanOrEqual(0.05)
  })

  it('resolve with an answer that reports a failure; its missing fields throw only when asked for', async () => {
    const { client, server } = await start()
    server.register(GET_MAX_OFFSET, () => ({ code: ResponseCode.TOPIC_NOT_EXIST, remark: 'no such topic' }))
    const response = await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    expect(response).toMatchObject({ code: ResponseCode.TOPIC_NOT_EXIST, remark: 'no such topic' })
    expect(() => response.header).toThrow(HeaderFieldError)
  })

  it('let a request that is not answered in time fail alone, and drop its late answer', async () => {
    const { client, server, clock, clientLines } = await start()
    const waiting: OffsetRequest[] = []
    server.register(GET_MAX_OFFSET, (request) => {
      if (request.header.queueId > 0) return answerOffset(request)
      waiting.push(request)
      return held
    })
    const slow = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0), undefined, { timeoutMs: 1000 }))
    await clock.advance(900)
    expect(slow.isSettled).toBe(false)
    await clock.advance(200)
    expect(slow.error).toBeInstanceOf(RemotingTimeoutError)
    expect(slow.error).toBeInstanceOf(RocketMQError)
    expect(slow.error).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      retriable: true,
      sent: 'unknown',
      address: ADDRESS,
      requestCode: 30,
      facts: { request: 'GET_MAX_OFFSET', timeoutMs: 1000 }
    })
    waiting[0]?.answer({ code: ResponseCode.SUCCESS, header: { offset: 1 } })
    waiting[0]?.answer({ code: ResponseCode.SUCCESS, header: { offset: 2 } })
    await clock.settle()
    expect((await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(1))).header.offset).toBe(1001)
    expect(clientLines.all.map(([level, message]) => [level, message])).toEqual([['debug', 'an answer came that nobody waits for']])
    expect(client.connections()).toHaveLength(1)
  })

  it('give up waiting when the caller says so, before or after sending', async () => {
    const { client, server, clock } = await start()
    server.register(GET_MAX_OFFSET, () => held)
    const early = outcomeOf(
      client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0), undefined, { signal: AbortSignal.abort(new Error('no need')) })
    )
    const controller = new AbortController()
    const late = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0), undefined, { signal: controller.signal }))
    await clock.settle()
    controller.abort(new Error('enough'))
    await clock.settle()
    expect(early.error).toBeInstanceOf(RemotingAbortedError)
    expect(early.error).toMatchObject({ sent: 'no', cause: { message: 'no need' } })
    expect(late.error).toMatchObject({ code: 'REQUEST_ABORTED', sent: 'unknown', cause: { message: 'enough' } })
    expect(client.connections()).toMatchObject([{ pendingCalls: 0 }])
  })

  it('leave nothing behind on a signal that outlives its requests', async () => {
    const { client, server } = await start()
    server.register(GET_MAX_OFFSET, answerOffset)
    const { signal } = new AbortController()
    for (let i = 0; i < 20; i++) await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0), undefined, { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('reject a request whose header cannot be written, and send the others', async () => {
    const { client, server, clock } = await start()
    server.register(GET_MAX_OFFSET, answerOffset)
    const before = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(1)))
    const broken = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, { topic: 'orders' } as never))
    const after = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(2)))
    await clock.settle()
    expect(broken.error).toBeInstanceOf(HeaderFieldError)
    expect([before.value?.header.offset, after.value?.header.offset]).toEqual([1001, 1002])
    expect(client.connections()).toMatchObject([{ pendingCalls: 0 }])
  })

  it('refuse a frame that no peer would accept before sending any of it', async () => {
    const { client, server, clock } = await start({ client: { maxFrameBytes: 10_000 } })
    server.register(SEND_MESSAGE_V2, () => ({ code: ResponseCode.SUCCESS, header: { msgId: 'x', queueId: 1, queueOffset: 0 } }))
    const large = outcomeOf(client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.alloc(10_000)))
    await clock.settle()
    expect(large.error).toMatchObject({ code: 'FRAME_TOO_LONG', facts: { requestCode: 310, maxFrameBytes: 10_000 } })
    const small = await client.invoke(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.alloc(9000))
    expect(small.header.msgId).toBe('x')
  })

  it('send one-way requests, which are never answered', async () => {
    const { client, server, clock } = await start()
    const seen: number[] = []
    server.register(UPDATE_CONSUMER_OFFSET, (request) => {
      seen.push(request.header.commitOffset)
      if (request.header.commitOffset === 2) throw new Error('broken')
      return { code: ResponseCode.SUCCESS }
    })
    const header = (commitOffset: number) => ({ consumerGroup: 'g', topic: 'orders', queueId: 0, commitOffset })
    for (const offset of [1, 2, 3]) await client.invokeOneway(ADDRESS, UPDATE_CONSUMER_OFFSET, header(offset))
    await client.invokeOneway(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    await clock.settle()
    expect(seen).toEqual([1, 2, 3])
    expect(client.counters).toMatchObject({ framesOut: 4, framesIn: 0 })
  })

  it('let the caller change the body of a one-way request once it was handed over', async () => {
    const { client, server, clock } = await start({ network: { windowBytes: 1000 } })
    const bodies: Buffer[] = []
    server.register(SEND_MESSAGE_V2, (request) => {
      bodies.push(request.body)
      return held
    })
    const body = Buffer.alloc(200_000, 'a')
    await client.invokeOneway(ADDRESS, SEND_MESSAGE_V2, sendHeader, body)
    body.fill('b')
    await clock.settle()
    expect(bodies.map((each) => each.equals(Buffer.alloc(200_000, 'a')))).toEqual([true])
  })

  it('refuse to hold more than they may: calls that wait, and bytes that the server does not take', async () => {
    const { client, server, clock, network } = await start({
      client: { maxPendingCalls: 3, maxUnsentBytes: 100_000 },
      network: { windowBytes: 1000 }
    })
    server.register(GET_MAX_OFFSET, () => held)
    const calls = Array.from({ length: 5 }, () => outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))))
    await clock.settle()
    expect(calls.map(({ error }) => error instanceof RemotingOverloadedError)).toEqual([false, false, false, true, true])
    const again = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0)))
    network.links()[0]?.stall('to-server')
    for (let i = 0; i < 20; i++) client.invokeOneway(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.alloc(10_000)).catch(() => {})
    const unsent = outcomeOf(client.invokeOneway(ADDRESS, SEND_MESSAGE_V2, sendHeader, Buffer.alloc(10_000)))
    await clock.settle()
    for (const { error } of [again, unsent]) expect(error).toMatchObject({ code: 'OVERLOADED', sent: 'no', retriable: true })
    network.links()[0]?.resume()
    await clock.settle()
    await client.invokeOneway(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
  })

  it('let the server ask the client on the same connection, with numbers that are its own', async () => {
    const { client, server, clock, peers } = await start()
    server.register(GET_MAX_OFFSET, () => held)
    const asked: string[] = []
    client.handle(NOTIFY_CONSUMER_IDS_CHANGED, ({ header }) => void asked.push(header.consumerGroup))
    client.handle(GET_MAX_OFFSET, answerOffset)
    const ours = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(1)))
    await clock.settle()
    const [peer] = peers
    const theirs = await peer?.invoke(GET_MAX_OFFSET, offsetHeader(5))
    expect(theirs?.header.offset).toBe(1005)
    expect(ours.isSettled).toBe(false)
    peer?.invokeOneway(NOTIFY_CONSUMER_IDS_CHANGED, { consumerGroup: 'g1' })
    await clock.settle()
    expect(asked).toEqual(['g1'])
    expect((await peer?.invoke(SEND_MESSAGE_V2, sendHeader, Buffer.alloc(0)))?.code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED)
  })

  it('answer nothing to a request whose handler returns nothing', async () => {
    const { client, server, clock, peers } = await start()
    server.register(GET_MAX_OFFSET, answerOffset)
    client.handle(GET_MAX_OFFSET, async () => {})
    await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    const outcome = outcomeOf(Promise.resolve(peers[0]?.invoke(GET_MAX_OFFSET, offsetHeader(0), undefined, { timeoutMs: 500 })))
    await clock.advance(600)
    expect(outcome.error).toMatchObject({ code: 'REQUEST_TIMEOUT' })
  })

  it('are closed by the deadline of the client, whatever the network does', async () => {
    const { client, server, clock, network } = await start()
    server.register(GET_MAX_OFFSET, answerOffset)
    await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
    network.links()[0]?.stall()
    const closing = outcomeOf(client.close({ timeoutMs: 1000 }))
    await clock.advance(900)
    expect(closing.isSettled).toBe(false)
    await clock.advance(100)
    expect(closing.isSettled).toBe(true)
    expect(client.connections()).toMatchObject([{ state: 'closed' }])
    network.links()[0]?.resume()
  })

  it('fail what is pending when the client is closed, and everything after', async () => {
    const { client, server, clock } = await start()
    server.register(GET_MAX_OFFSET, () => held)
    const pending = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0)))
    await clock.settle()
    const connecting = outcomeOf(client.invoke('127.0.0.1:1', GET_MAX_OFFSET, offsetHeader(0)))
    const lastWords = client.invokeOneway(ADDRESS, UPDATE_CONSUMER_OFFSET, {
      consumerGroup: 'g',
      topic: 'orders',
      queueId: 0,
      commitOffset: 9
    })
    const seen: number[] = []
    server.register(UPDATE_CONSUMER_OFFSET, ({ header }) => {
      seen.push(header.commitOffset)
      return { code: ResponseCode.SUCCESS }
    })
    await Promise.all([client.close(), client.close()])
    await lastWords
    expect(pending.error).toBeInstanceOf(RemotingClosedError)
    expect(pending.error).toMatchObject({ code: 'CLOSED', sent: 'unknown', address: ADDRESS })
    expect(connecting.error).toMatchObject({ code: 'CLOSED', sent: 'no' })
    expect(seen).toEqual([9])
    await expect(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))).rejects.toMatchObject({ code: 'CLOSED', sent: 'no' })
  })
})
