/** What the types of a row promise, held by the compiler: nothing here runs. */
import { type Answer, type Held, held, type Processor, type RemotingClient, type RemotingServer } from '../src/index'
import { RequestCode } from '../src/wire/index'
import { ADDRESS } from './remoting-pair'
import { offsetHeader, sendHeader } from './requests'

const { GET_CONSUMER_LIST_BY_GROUP, GET_MAX_OFFSET, SEND_MESSAGE_V2 } = RequestCode

export const asking = async (client: RemotingClient): Promise<void> => {
  const response = await client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0))
  const offset: number = response.header.offset
  // @ts-expect-error The answer has no such field.
  response.header.msgId
  const group = await client.invoke(ADDRESS, GET_CONSUMER_LIST_BY_GROUP, { consumerGroup: 'g' })
  const ids: readonly string[] = group.body.consumerIdList
  // @ts-expect-error A required field is missing.
  client.invoke(ADDRESS, GET_MAX_OFFSET, { topic: 'orders' })
  // @ts-expect-error A queue id is a number.
  client.invoke(ADDRESS, GET_MAX_OFFSET, { topic: 'orders', queueId: '0' })
  // @ts-expect-error This request has no body.
  client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(0), Buffer.alloc(0))
  // @ts-expect-error A body is bytes.
  client.invokeOneway(ADDRESS, SEND_MESSAGE_V2, sendHeader, 'text')
  return void [offset, ids]
}

export const serving = (server: RemotingServer): void => {
  server.register(GET_MAX_OFFSET, ({ header }) => ({ code: 0, header: { offset: header.queueId } }))
  server.register(GET_MAX_OFFSET, async (): Promise<Held> => held)
  // @ts-expect-error The answer's header is another one.
  server.register(GET_MAX_OFFSET, () => ({ code: 0, header: { msgId: 'x' } }))
  // @ts-expect-error A processor answers or holds.
  server.register(GET_MAX_OFFSET, () => {})
  const processor: Processor<typeof SEND_MESSAGE_V2> = (request) => {
    const body: Buffer = request.body
    const answer: Answer<typeof SEND_MESSAGE_V2> = { code: 0, header: { msgId: String(body.length), queueId: 0, queueOffset: 0 } }
    return answer
  }
  server.register(SEND_MESSAGE_V2, processor)
  // @ts-expect-error It is the processor of another row.
  server.register(GET_MAX_OFFSET, processor)
}
