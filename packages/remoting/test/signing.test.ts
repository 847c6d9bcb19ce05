import { afterEach, describe, expect, it } from '@jest/globals'
import type { RemotingClientOptions } from '../src/index'
import { hasValidSignature, type RemotingCommand, RequestCode, type SerializeType } from '../src/wire/index'
import { ADDRESS, makePair } from './remoting-pair'
import { answerOffset, offsetHeader, pullHeader, sendHeader } from './requests'

const credentials = { accessKey: 'rocketmq-ts', secretKey: '12345678', securityToken: 'token' }
const NO_FIELDS: ReadonlyMap<string, string> = new Map()

describe('a remoting client with credentials', () => {
  let stop: () => Promise<void> = async () => {}

  const start = async (client: Partial<RemotingClientOptions>) => {
    const pair = makePair({ client })
    const received: RemotingCommand[] = []
    const note = ({ command }: { readonly command: RemotingCommand }) => {
      received.push({ ...command, fields: command.fields, body: Buffer.from(command.body) })
      return { code: 0 }
    }
    pair.server.register(RequestCode.GET_MAX_OFFSET, (request) => {
      note(request)
      return answerOffset(request)
    })
    pair.server.register(RequestCode.SEND_MESSAGE_V2, (request) => {
      note(request)
      return { code: 0, header: { msgId: 'm', queueId: 1, queueOffset: 1 } }
    })
    pair.server.register(RequestCode.PULL_MESSAGE, (request) => {
      note(request)
      return { code: 0, header: { suggestWhichBrokerId: 0, nextBeginOffset: 1, minOffset: 0, maxOffset: 1 } }
    })
    pair.server.register(RequestCode.UPDATE_CONSUMER_OFFSET, note)
    await pair.server.listen()
    stop = async () => {
      const closing = Promise.all([pair.client.close(), pair.server.close()])
      await pair.clock.advance(1000)
      await closing
    }
    return { ...pair, received }
  }

  afterEach(() => stop())

  const isSigned = ({ fields = NO_FIELDS, body }: RemotingCommand): boolean => hasValidSignature({ fields, body }, credentials.secretKey)

  it.each<SerializeType>(['ROCKETMQ', 'JSON'])('signs every request, hot ones and one-way ones too, in %s', async (serializeType) => {
    const { client, clock, received } = await start({ credentials, serializeType })
    await client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(3))
    await client.invoke(ADDRESS, RequestCode.SEND_MESSAGE_V2, { ...sendHeader, properties: 'KEYS\u0001客户 🍣\u0002' }, Buffer.from('正文'))
    await client.invoke(ADDRESS, RequestCode.PULL_MESSAGE, { ...pullHeader, subscription: '*', commitOffset: Number.MAX_SAFE_INTEGER })
    await client.invokeOneway(ADDRESS, RequestCode.UPDATE_CONSUMER_OFFSET, { consumerGroup: 'g', topic: 't', queueId: 0, commitOffset: 7 })
    await clock.settle()
    expect(received.map((command) => [command.code, command.serializeType, isSigned(command)])).toEqual(
      [30, 310, 11, 15].map((code) => [code, serializeType, true])
    )
    expect(received.map(({ fields }) => [fields?.get('AccessKey'), fields?.get('SecurityToken')])).toEqual(
      received.map(() => ['rocketmq-ts', 'token'])
    )
  })

  it('never sends its secret', async () => {
    const { client, network, received } = await start({ credentials })
    await client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(3))
    expect(JSON.stringify(received.map(({ fields }) => [...(fields ?? [])]))).not.toContain('12345678')
    expect(network.links()).toHaveLength(1)
  })

  it('writes a request with an empty value as JSON, because Java reads none in a binary header', async () => {
    const { client, received } = await start({ credentials })
    await client.invoke(ADDRESS, RequestCode.SEND_MESSAGE_V2, { ...sendHeader, properties: '' }, Buffer.from('x'))
    await client.invoke(ADDRESS, RequestCode.SEND_MESSAGE_V2, { ...sendHeader, properties: 'a\u0001b\u0002' }, Buffer.from('x'))
    expect(received.map((command) => [command.serializeType, isSigned(command)])).toEqual([
      ['JSON', true],
      ['ROCKETMQ', true]
    ])
  })

  it('fails a request whose header cannot be written, as without', async () => {
    const { client } = await start({ credentials })
    const header = { topic: 'orders' } as ReturnType<typeof offsetHeader>
    await expect(client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, header)).rejects.toMatchObject({ name: 'HeaderFieldError' })
  })
})

describe('a remoting client without credentials', () => {
  it('signs nothing', async () => {
    const { client, server, clock } = makePair()
    let fields: ReadonlyMap<string, string> | undefined
    server.register(RequestCode.GET_MAX_OFFSET, (request) => {
      fields = request.command.fields
      return answerOffset(request)
    })
    await server.listen()
    await client.invoke(ADDRESS, RequestCode.GET_MAX_OFFSET, offsetHeader(3))
    expect([...(fields?.keys() ?? [])]).toEqual(['topic', 'queueId'])
    const closing = Promise.all([client.close(), server.close()])
    await clock.advance(1000)
    await closing
  })
})
