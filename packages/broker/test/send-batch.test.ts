import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { RemotingResponse } from '@rocketmq-ts/remoting'
import {
  encodeBatch,
  encodeProperties,
  javaStringHashCode,
  MessageSysFlag,
  parseOffsetMessageId,
  RequestCode,
  ResponseCode,
  type SendMessageRequestHeaderV2
} from '@rocketmq-ts/remoting/wire'
import { DiskMessageStore, MemoryMessageStore, type MessageStore, SimulatedStoreFiles } from '@rocketmq-ts/store'
import { ManualClock } from 'net-ts-protocol-kit'
import { sendHeader, TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start({ limits: { maxBatchMessages: 100 } })
  await test.broker.createTopic('orders', { queues: 2 })
})
afterEach(() => test.close())

function batch(count: number, properties: Readonly<Record<string, string>> = {}): Buffer {
  return encodeBatch(
    Array.from({ length: count }, (_, i) => ({
      flag: i,
      body: Buffer.from(`m-${i}`),
      properties: encodeProperties(Object.entries({ UNIQ_KEY: `K${i}`, TAGS: i % 2 === 0 ? 'even' : 'odd', ...properties }))
    }))
  )
}

function sendBatch(
  body: Buffer,
  header: Partial<SendMessageRequestHeaderV2> = {}
): Promise<RemotingResponse<typeof RequestCode.SEND_BATCH_MESSAGE>> {
  return test.client.invoke(
    RequestCode.SEND_BATCH_MESSAGE,
    { ...sendHeader('orders', { UNIQ_KEY: 'batch' }), batch: true, ...header },
    body
  )
}

describe('SEND_BATCH_MESSAGE', () => {
  it('stores every message with its own flag and exactly its own properties', async () => {
    const answer = await sendBatch(batch(3), { queueId: 1 })
    expect(answer).toMatchObject({ code: ResponseCode.SUCCESS, header: { queueId: 1, queueOffset: 0, transactionId: 'batch' } })
    const records = await test.client.read('orders', 1)
    expect(records.map((record) => [record.body.toString(), record.flag, record.queueOffset])).toEqual([
      ['m-0', 0, 0],
      ['m-1', 1, 1],
      ['m-2', 2, 2]
    ])
    expect(Object.fromEntries(records[1]?.properties ?? [])).toEqual({ UNIQ_KEY: 'K1', TAGS: 'odd' })
  })

  it('answers the offset id of every message, in order', async () => {
    const { header } = await sendBatch(batch(3))
    const records = await test.client.read('orders')
    expect(header.msgId.split(',')).toEqual(records.map((record) => record.offsetMessageId))
    expect(parseOffsetMessageId(header.msgId.split(',')[2] ?? '').physicalOffset).toBe(records[2]?.physicalOffset)
  })

  it('lets consumers filter its messages by their own tags', async () => {
    await sendBatch(batch(4))
    const answer = await test.client.pull('orders', { subscription: 'odd' })
    expect(answer.header.nextBeginOffset).toBe(4)
    const codes: number[] = []
    test.store.read({ topic: 'orders', queueId: 0, queueOffset: 0, maxCount: 4, maxBytes: 1e6, matches: (code) => codes.push(code) > 0 })
    expect(codes).toEqual(['even', 'odd', 'even', 'odd'].map(javaStringHashCode))
  })

  it('is stored by SEND_MESSAGE_V2 with the batch flag as well', async () => {
    const header = { ...sendHeader('orders'), batch: true }
    expect((await test.client.invoke(RequestCode.SEND_MESSAGE_V2, header, batch(2))).code).toBe(ResponseCode.SUCCESS)
    expect(await test.client.read('orders')).toHaveLength(2)
  })

  it('does not delay its messages, as upstream', async () => {
    await sendBatch(batch(1, { DELAY: '3' }))
    expect(await test.client.read('orders')).toHaveLength(1)
  })

  const cut = batch(3).subarray(0, batch(3).length - 1)
  const wrongSize = batch(2)
  wrongSize.writeInt32BE(2 ** 31 - 1, 0)
  const wrongBodyLength = batch(2)
  wrongBodyLength.writeInt32BE(-1, 16)

  it.each([
    ['a message that is cut short', cut, {}, /cut short|impossible/],
    ['an impossible size', wrongSize, {}, /size is impossible/],
    ['a negative body length', wrongBodyLength, {}, /body does not fit/],
    ['too many messages', batch(101), {}, /too many messages/],
    ['no body at all', Buffer.alloc(0), {}, /no body/],
    ['a retry topic', batch(1), { topic: '%RETRY%billing' }, /retry topics/],
    ['a delay of the whole', batch(1), { properties: 'DELAY\u00013\u0002' }, /delayed/],
    ['half messages', batch(2), { sysFlag: MessageSysFlag.TRANSACTION_PREPARED }, /transaction/],
    ['messages of a transaction that is committed', batch(2), { sysFlag: MessageSysFlag.TRANSACTION_COMMIT }, /transaction/]
  ])('refuses %s and stores none of it', async (_what, body, header, remark) => {
    const answer = await sendBatch(body, header)
    expect(answer.code).toBe(ResponseCode.MESSAGE_ILLEGAL)
    expect(answer.remark).toMatch(remark)
    expect(test.store.maxOffset('orders', 0)).toBe(0)
  })

  it('refuses a half message', async () => {
    expect((await sendBatch(batch(1), { properties: 'TRAN_MSG\u0001true\u0002' })).code).toBe(ResponseCode.NO_PERMISSION)
  })
})

/** A broker over a store of its own. */
async function brokerOver(store: MessageStore): Promise<void> {
  await test.close()
  test = await TestBroker.start({}, () => store)
  await test.broker.createTopic('orders', { queues: 2 })
}

function parts(...bodies: readonly Buffer[]): Buffer {
  return encodeBatch(bodies.map((body, i) => ({ flag: i, body, properties: encodeProperties([['KEYS', `k-${i}`]]) })))
}

const defer = (callback: () => void): void => process.nextTick(callback)

describe('a batch of which the store refuses a message', () => {
  it('too large for it is illegal, and none of it is stored, wherever that message stands', async () => {
    const store = new MemoryMessageStore({ now: () => 1, defer, maxMessageBytes: 100, chunkBytes: 1024, maxBytes: 1024 ** 2 })
    await brokerOver(store)
    const good = [Buffer.from('a'), Buffer.from('b')]
    for (const at of [0, 1, 2]) {
      const bodies = [...good.slice(0, at), Buffer.alloc(101, 'x'), ...good.slice(at)]
      const answer = await sendBatch(parts(...bodies))
      expect([answer.code, answer.remark]).toEqual([ResponseCode.MESSAGE_ILLEGAL, expect.stringContaining('at most 100')])
    }
    expect((await sendBatch(parts(...good))).header.queueOffset).toBe(0)
    expect((await test.client.read('orders')).map(({ body }) => body.toString())).toEqual(['a', 'b'])
  })

  it('because its disk is full is told to come again, and stored once when it does', async () => {
    const files = new SimulatedStoreFiles({ totalBytes: 1024 ** 3 })
    const clock = new ManualClock()
    const noRetention = { deleteAboveDiskUse: 1, forceDeleteAboveDiskUse: 1, refuseAboveDiskUse: 1 }
    const small = { commitLogFileBytes: 64 * 1024, zeroAheadBytes: 8 * 1024, maxMessageBytes: 16 * 1024 }
    const store = new DiskMessageStore({ directory: '/store', files, clock, ...small, ...noRetention })
    await brokerOver(store)
    files.freeBytes = 0
    const part = Buffer.alloc(4000, 'x')
    const sent = parts(part, part, part, part)
    expect((await sendBatch(sent)).code).toBe(ResponseCode.SERVICE_NOT_AVAILABLE)
    expect((await test.client.send('orders', part)).header.queueOffset).toBe(0)
    expect(await test.client.read('orders')).toHaveLength(1)
    files.freeBytes = 1024 ** 3
    expect((await sendBatch(sent)).header.queueOffset).toBe(1)
    expect((await test.client.read('orders')).map(({ flag, queueOffset }) => [flag, queueOffset])).toEqual([
      ...[
        [0, 0],
        [0, 1],
        [1, 2]
      ],
      ...[
        [2, 3],
        [3, 4]
      ]
    ])
    const { records } = await store.query({ topic: 'orders', key: 'k-0', maxCount: 9, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER })
    expect(records).toHaveLength(1)
  })
})
