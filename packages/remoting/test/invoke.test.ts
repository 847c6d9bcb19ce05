import { afterEach, describe, expect, it } from '@jest/globals'
import { held, type Processor, type ServerRequest } from '../src/index'
import { RequestCode, ResponseCode, type SerializeType } from '../src/wire/index'
import { ADDRESS, makePair, outcomeOf, type PairOptions } from './remoting-pair'

type OffsetRow = typeof RequestCode.GET_MAX_OFFSET

const offsetHeader = (queueId: number) => ({ topic: 'orders', queueId })

const answerOffset: Processor<OffsetRow> = ({ header }) => ({ code: ResponseCode.SUCCESS, header: { offset: 1000 + header.queueId } })

describe('a remoting client and server', () => {
  let stop: () => Promise<void> = async () => {}

  const start = async (options: PairOptions = {}) => {
    const pair = makePair(options)
    await pair.server.listen()
    stop = async () => {
      await Promise.all([pair.client.close(), pair.server.close()])
      await pair.clock.advance(100)
      expect(pair.clock.pendingTimers).toEqual([])
      expect(pair.network.links()).toEqual([])
    }
    return pair
  }

  afterEach(() => stop())

  it('carry a typed request there and its typed answer back', async () => {
    const { client, server } = await start()
    server.register(RequestCode.GET_MAX_OFFSET, answerOffset)
    const response = await client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(3))
    expect(response.code).toBe(ResponseCode.SUCCESS)
    expect(response.header.offset).toBe(1003)
    expect(response.address).toBe(ADDRESS)
    expect(response.remark).toBeUndefined()
  })

  it.each<SerializeType>(['ROCKETMQ', 'JSON'])('answer in the form of the request: %s', async (serializeType) => {
    const { client, server } = await start({ client: { serializeType } })
    server.register(RequestCode.GET_MAX_OFFSET, answerOffset)
    const response = await client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(0))
    expect(response.command).toMatchObject({ serializeType, language: 'JAVA', version: 513 })
    expect(response.header.offset).toBe(1000)
  })

  it('say who they are, and the client what it is written in once it knows a 5.x server', async () => {
    const { client, server } = await start()
    const seen: Array<readonly [unknown, number]> = []
    server.register(RequestCode.GET_MAX_OFFSET, (request) => {
      seen.push([request.command.language, request.command.version])
      return answerOffset(request)
    })
    for (let i = 0; i < 2; i++) await client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(i))
    expect(seen).toEqual([
      ['OTHER', 407],
      ['NODE_JS', 407]
    ])
    expect(client.connections()[0]).toMatchObject({ version: 513 })
  })

  it('match answers to requests whatever the order they come in', async () => {
    const { client, server, clock } = await start()
    const waiting: ServerRequest<OffsetRow>[] = []
    server.register(RequestCode.GET_MAX_OFFSET, (request) => {
      waiting.push(request)
      return held
    })
    const outcomes = Array.from({ length: 50 }, (_, queueId) =>
      outcomeOf(client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(queueId)))
    )
    await clock.settle()
    expect(outcomes.every(({ isSettled }) => !isSettled)).toBe(true)
    for (const request of waiting.reverse()) request.answer({ code: ResponseCode.SUCCESS, header: { offset: request.header.queueId * 7 } })
    await clock.settle()
    expect(outcomes.map(({ value }) => value?.header.offset)).toEqual(outcomes.map((_, queueId) => queueId * 7))
  })
})
