import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 2 })
})
afterEach(() => test.close())

const QUEUE = { topic: 'orders', queueId: 0 }

async function sendMany(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await test.client.send('orders', String(i))
}

async function commit(commitOffset: number, more = {}): Promise<number> {
  const header = { consumerGroup: 'billing', ...QUEUE, commitOffset, ...more }
  return (await test.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, header)).code
}

async function query(more = {}): Promise<number | undefined> {
  const answer = await test.client.invoke(RequestCode.QUERY_CONSUMER_OFFSET, { consumerGroup: 'billing', ...QUEUE, ...more })
  return answer.code === ResponseCode.SUCCESS ? answer.header.offset : undefined
}

describe('UPDATE_CONSUMER_OFFSET', () => {
  beforeEach(async () => {
    await sendMany(5)
    await test.client.heartbeat('billing')
  })

  it('commits for one group and one queue', async () => {
    expect(await commit(3)).toBe(ResponseCode.SUCCESS)
    expect(await query()).toBe(3)
    await test.client.heartbeat('audit')
    expect(await query({ consumerGroup: 'audit', setZeroIfNotFound: false })).toBeUndefined()
    expect(await query({ queueId: 1, setZeroIfNotFound: false })).toBeUndefined()
  })

  it('takes an offset back when told to', async () => {
    await commit(5)
    await commit(2)
    expect(await query()).toBe(2)
  })

  it.each([
    [6, 5],
    [Number.MAX_SAFE_INTEGER, 5],
    [0, 0]
  ])('keeps %d inside what the queue has', async (offset, kept) => {
    await commit(offset)
    expect(await query()).toBe(kept)
  })

  it.each([
    ['an unknown group', { consumerGroup: 'nobody' }, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST],
    ['an unknown topic', { topic: 'nowhere' }, ResponseCode.TOPIC_NOT_EXIST],
    ['a negative queue', { queueId: -1 }, ResponseCode.INVALID_PARAMETER],
    ['a queue beyond the last', { queueId: 2 }, ResponseCode.INVALID_PARAMETER],
    ['a negative offset', { commitOffset: -2 }, ResponseCode.INVALID_PARAMETER]
  ])('refuses %s', async (_what, more, code) => {
    expect(await commit(1, more).catch((error: { code: string }) => error.code)).toBe(code)
  })

  it('refuses more offsets than it may hold', async () => {
    const small = await TestBroker.start({ limits: { maxOffsets: 1 } })
    await small.broker.createTopic('orders', { queues: 2 })
    await small.client.heartbeat('billing')
    const commitAt = async (queueId: number): Promise<number> =>
      (
        await small.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, {
          consumerGroup: 'billing',
          topic: 'orders',
          queueId,
          commitOffset: 0
        })
      ).code
    expect([await commitAt(0), await commitAt(1), await commitAt(0)]).toEqual([0, ResponseCode.SYSTEM_BUSY, 0])
    await small.close()
  })
})

describe('QUERY_CONSUMER_OFFSET', () => {
  it('begins a new group at 0 while the queue has its first message', async () => {
    await sendMany(3)
    expect(await query()).toBe(0)
    expect(await query({ setZeroIfNotFound: true })).toBe(0)
  })

  it('says so when nothing was committed and the client wants to know', async () => {
    await sendMany(3)
    const answer = await test.client.invoke(RequestCode.QUERY_CONSUMER_OFFSET, {
      consumerGroup: 'billing',
      ...QUEUE,
      setZeroIfNotFound: false
    })
    expect([answer.code, answer.remark]).toEqual([ResponseCode.QUERY_NOT_FOUND, expect.stringContaining('Not found')])
  })

  it.each([{}, { topic: 'nowhere' }, { queueId: -1 }])('answers QUERY_NOT_FOUND for a queue without messages: %j', async (more) => {
    expect(await query(more)).toBeUndefined()
  })
})

describe('the range of a queue', () => {
  const max = async (more = {}): Promise<number> =>
    (await test.client.invoke(RequestCode.GET_MAX_OFFSET, { ...QUEUE, ...more })).header.offset
  const min = async (more = {}): Promise<number> =>
    (await test.client.invoke(RequestCode.GET_MIN_OFFSET, { ...QUEUE, ...more })).header.offset
  const earliest = async (more = {}): Promise<number> =>
    (await test.client.invoke(RequestCode.GET_EARLIEST_MSG_STORETIME, { ...QUEUE, ...more })).header.timestamp

  it('GET_MAX_OFFSET answers the next offset to be written', async () => {
    expect(await max()).toBe(0)
    await sendMany(3)
    expect(await max()).toBe(3)
    expect(await max({ queueId: 1 })).toBe(0)
    expect(await max({ topic: 'nowhere', queueId: -5 })).toBe(0)
  })

  it('GET_MIN_OFFSET answers the first offset that can be read', async () => {
    await sendMany(3)
    expect(await min()).toBe(0)
    expect(await min({ topic: 'nowhere' })).toBe(0)
  })

  it('GET_EARLIEST_MSG_STORETIME answers when the first message was stored, −1 without one', async () => {
    expect(await earliest()).toBe(-1)
    const storedAt = test.clock.now()
    await sendMany(1)
    await test.clock.advance(5000)
    await sendMany(1)
    expect(await earliest()).toBe(storedAt)
  })
})

describe('SEARCH_OFFSET_BY_TIMESTAMP', () => {
  const search = async (timestamp: number, boundaryType?: string): Promise<number> =>
    (await test.client.invoke(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, { ...QUEUE, timestamp, boundaryType })).header.offset

  it('finds the message stored at a time or later, or with UPPER at that time or earlier', async () => {
    const start = test.clock.now()
    for (let i = 0; i < 5; i++) {
      await sendMany(1)
      await test.clock.advance(1000)
    }
    expect(await search(start + 2000)).toBe(2)
    expect(await search(start + 1500)).toBe(2)
    expect(await search(start + 1500, 'UPPER')).toBe(1)
    expect(await search(start + 2000, 'upper')).toBe(2)
    expect(await search(0)).toBe(0)
    expect(await search(Number.MAX_SAFE_INTEGER)).toBe(5)
    expect(await search(start + 1500, 'SIDEWAYS')).toBe(2)
  })
})
