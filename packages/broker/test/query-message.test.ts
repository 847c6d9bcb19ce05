import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { RemotingResponse } from '@rocketmq-ts/remoting'
import {
  decodeRecords,
  type HeaderField,
  type MessageRecord,
  parseOffsetMessageId,
  type QueryMessageRequestHeader,
  RequestCode,
  ResponseCode
} from '@rocketmq-ts/remoting/wire'
import type { MessageStore } from '@rocketmq-ts/store'
import { queryMessage, viewMessage } from '../src/processor/query-message'
import { TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 2 })
})
afterEach(() => test.close())

type QueryRow = typeof RequestCode.QUERY_MESSAGE

const queryHeader = (key: string, more: Partial<QueryMessageRequestHeader> = {}): QueryMessageRequestHeader => ({
  topic: 'orders',
  key,
  maxNum: 32,
  beginTimestamp: 0,
  endTimestamp: Number.MAX_SAFE_INTEGER,
  ...more
})

const query = (key: string, more: Partial<QueryMessageRequestHeader> = {}): Promise<RemotingResponse<QueryRow>> =>
  test.client.invoke(RequestCode.QUERY_MESSAGE, queryHeader(key, more))

const view = (offset: number): Promise<RemotingResponse<typeof RequestCode.VIEW_MESSAGE_BY_ID>> =>
  test.client.invoke(RequestCode.VIEW_MESSAGE_BY_ID, { offset })

/** Clients of every release ask by unique key with a field beside the header. */
async function queryUnique(key: string, says: string, more: Partial<QueryMessageRequestHeader> = {}): Promise<RemotingResponse<QueryRow>> {
  const { header, body } = RequestCode.QUERY_MESSAGE.request
  const flag: HeaderField = {
    ...(header.fields.find(({ name }) => name === 'indexType') as HeaderField),
    name: 'flag',
    wire: '_UNIQUE_KEY_QUERY'
  }
  const row = { ...RequestCode.QUERY_MESSAGE, request: { header: { ...header, fields: [...header.fields, flag] }, body } }
  return test.client.invoke(row, { ...queryHeader(key, more), flag: says } as QueryMessageRequestHeader)
}

const found = (answer: RemotingResponse<QueryRow>): readonly MessageRecord[] => {
  expect(answer.code).toBe(ResponseCode.SUCCESS)
  return decodeRecords(answer.body).records
}
const bodies = (answer: RemotingResponse<QueryRow>): readonly string[] => found(answer).map(({ body }) => body.toString())

describe('QUERY_MESSAGE', () => {
  it('finds messages by each of their keys, in the order of the log, as they are stored', async () => {
    await test.client.send('orders', 'a', { KEYS: 'o-1 o-2', TAGS: 'created' })
    await test.client.send('orders', 'b', { KEYS: 'o-3' })
    await test.client.send('orders', 'c', { KEYS: 'o-2' }, { queueId: 1 })
    expect(bodies(await query('o-1'))).toEqual(['a'])
    const answer = await query('o-2')
    expect(bodies(answer)).toEqual(['a', 'c'])
    const [first] = await test.client.read('orders')
    expect(found(answer)[0]).toEqual(first)
  })

  it('says how far the index is', async () => {
    await test.client.send('orders', 'a', { KEYS: 'o-1' })
    const last = await test.client.send('orders', 'b', { KEYS: 'o-1' })
    const { header } = await query('o-1')
    expect(header).toEqual({
      indexLastUpdateTimestamp: test.clock.now(),
      indexLastUpdatePhyoffset: parseOffsetMessageId(last.header.msgId).physicalOffset
    })
  })

  it('finds a message by its unique key, given by the client or by the broker', async () => {
    await test.client.send('orders', 'a', { UNIQ_KEY: 'u-1' })
    const { header } = await test.client.send('orders', 'b')
    expect(bodies(await query('u-1', { indexType: 'U' }))).toEqual(['a'])
    expect(bodies(await queryUnique(header.transactionId ?? '', 'true'))).toEqual(['b'])
  })

  it('finds messages by tag when it is told that it is one', async () => {
    await test.client.send('orders', 'a', { TAGS: 'created' })
    expect(bodies(await query('created', { indexType: 'T' }))).toEqual(['a'])
    expect((await query('created')).code).toBe(ResponseCode.QUERY_NOT_FOUND)
  })

  it.each([
    ['K', 5, 5],
    ['', 5, 5],
    ['no such type', 5, 5],
    ['K', 1000, 64]
  ])('of type %j for %d messages is answered with the newest %d', async (indexType, maxNum, count) => {
    for (let i = 0; i < 70; i++) await test.client.send('orders', String(i), { KEYS: 'k' })
    const newest = Array.from({ length: count }, (_, at) => String(70 - count + at))
    expect(bodies(await query('k', { indexType, maxNum }))).toEqual(newest)
  })

  it.each([
    ['true', 32],
    ['TRUE', 32],
    ['false', 2]
  ])('with %s beside its header is for %d messages', async (says, count) => {
    for (let i = 0; i < 40; i++) await test.client.send('orders', String(i), { KEYS: 'k' })
    expect(found(await queryUnique('k', says, { maxNum: 2 }))).toHaveLength(count)
  })

  it('keeps to the time range, both ends included', async () => {
    const start = test.clock.now()
    for (const body of ['a', 'b', 'c', 'd']) {
      await test.client.send('orders', body, { KEYS: 'k' })
      await test.clock.advance(5000)
    }
    expect(bodies(await query('k', { beginTimestamp: start + 5000, endTimestamp: start + 10_000 }))).toEqual(['b', 'c'])
  })

  it.each<[string, string, Partial<QueryMessageRequestHeader>]>([
    ['a key that no message has', 'other', {}],
    ['another topic', 'k', { topic: 'payments' }],
    ['a time without messages', 'k', { endTimestamp: 1 }],
    ['no messages at all', 'k', { maxNum: 0 }],
    ['fewer than no messages', 'k', { maxNum: -1 }]
  ])('for %s is answered with QUERY_NOT_FOUND', async (_what, key, more) => {
    await test.client.send('orders', 'a', { KEYS: 'k' })
    const answer = await query(key, more)
    expect([answer.code, answer.remark]).toEqual([ResponseCode.QUERY_NOT_FOUND, 'can not find message, maybe time range not correct'])
    expect(answer.header).toEqual({ indexLastUpdateTimestamp: 0, indexLastUpdatePhyoffset: 0 })
  })

  it('leaves out the oldest of more than a frame can hold', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024)
    for (let i = 0; i < 5; i++) {
      body[0] = i
      await test.client.send('orders', body, { KEYS: 'k' })
    }
    expect(found(await query('k')).map((record) => record.body[0])).toEqual([2, 3, 4])
  })
})

describe('VIEW_MESSAGE_BY_ID', () => {
  it('brings the message that an offset message id names', async () => {
    await test.client.send('orders', 'a')
    const { header } = await test.client.send('orders', 'b', { KEYS: 'k' })
    const answer = await view(parseOffsetMessageId(header.msgId).physicalOffset)
    expect(answer.code).toBe(ResponseCode.SUCCESS)
    const [record, ...more] = decodeRecords(answer.body).records
    expect([record?.body.toString(), record?.offsetMessageId, more]).toEqual(['b', header.msgId, []])
  })

  it.each([1, 100_000, Number.MAX_SAFE_INTEGER])('finds nothing at %d', async (offset) => {
    await test.client.send('orders', 'a')
    const answer = await view(offset)
    expect([answer.code, answer.remark]).toEqual([ResponseCode.SYSTEM_ERROR, `can not find message by the offset, ${offset}`])
  })
})

describe('a store that answers later', () => {
  const late = async <Value>(value: Value): Promise<Value> => value
  const request = (header: object): never => ({ header, command: { fields: undefined } }) as never

  it('is waited for', async () => {
    const records = [Buffer.from('r')]
    const store = {
      query: () => late({ records, lastUpdateTimestamp: 5, lastUpdatePhysicalOffset: 6 }),
      recordBytesAt: (offset: number) => late(offset === 7 ? records[0] : undefined)
    } as unknown as MessageStore
    expect(await queryMessage(store)(request(queryHeader('k')))).toMatchObject({ code: ResponseCode.SUCCESS, body: records })
    expect(await viewMessage(store)(request({ offset: 7 }))).toEqual({ code: ResponseCode.SUCCESS, body: records[0] })
    expect(await viewMessage(store)(request({ offset: 8 }))).toMatchObject({ code: ResponseCode.SYSTEM_ERROR })
  })
})
