import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { encodeBatch, PullSysFlag, parseOffsetMessageId, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { type CommitStatus, StoreError, type StoreErrorCode } from '@rocketmq-ts/store'
import { DocumentName } from '../src/index'
import { groupSettings, inOneLine, sendHeader, TestBroker } from './support/cluster'
import { LateStore } from './support/late-store'

let store: LateStore
let test: TestBroker
let errors: string[]

beforeEach(async () => {
  errors = []
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: (message: string) => void errors.push(message) }
  test = await TestBroker.start({ logger }, (under) => {
    store = new LateStore(under)
    return store
  })
  await test.broker.createTopic('orders', { queues: 2 })
  await test.clock.settle()
})
afterEach(async () => {
  await test.close()
  expect(test.clock.pendingTimers).toEqual([])
})

const POLL = { sysFlag: PullSysFlag.SUBSCRIPTION | PullSysFlag.SUSPEND }
const QUEUE = { topic: 'orders', queueId: 0 }

describe('a pull that reads the disk', () => {
  it('is answered with what arrives in the meantime, and not held until the next look', async () => {
    const answers = store.holdAnswers()
    const pull = test.client.pull('orders', POLL)
    await test.clock.settle()
    await test.client.send('orders', 'a')
    answers()
    expect((await pull).code).toBe(ResponseCode.SUCCESS)
  })

  it('is held when nothing arrives, and answered when something does', async () => {
    const pull = test.client.pull('orders', POLL)
    await test.clock.settle()
    expect(test.broker.stats.heldPulls).toBe(1)
    await test.client.send('orders', 'a')
    expect((await pull).code).toBe(ResponseCode.SUCCESS)
  })

  it('commits when it comes, so that no later commit is undone', async () => {
    for (const body of ['a', 'b', 'c']) await test.client.send('orders', body)
    const answers = store.holdAnswers()
    const pull = test.client.pull('orders', { sysFlag: PullSysFlag.SUBSCRIPTION | PullSysFlag.COMMIT_OFFSET, commitOffset: 1 })
    await test.clock.settle()
    await test.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { ...QUEUE, consumerGroup: 'billing', commitOffset: 3 })
    answers()
    await pull
    expect(test.broker.contents.offsets).toEqual([{ ...QUEUE, group: 'billing', offset: 3 }])
  })

  it('that fails is answered with SYSTEM_ERROR, at once or when it wakes', async () => {
    const held = test.client.pull('orders', POLL)
    await test.clock.settle()
    store.readError = new Error('the disk is gone')
    await test.client.send('orders', 'a')
    for (const answer of [await held, await test.client.pull('orders')]) {
      expect([answer.code, answer.remark]).toEqual([ResponseCode.SYSTEM_ERROR, expect.stringContaining('the disk is gone')])
    }
  })

  it('gets less with many others at a time, never less than official brokers give, and all again when they are done', async () => {
    const answers = store.holdAnswers()
    store.maxBytes.length = 0
    const pulls = Array.from({ length: 1100 }, () => test.client.pull('orders'))
    await test.clock.settle()
    expect([0, 63, 127, 1023, 1099].map((at) => (store.maxBytes[at] ?? 0) / 1024)).toEqual([1024, 1024, 512, 64, 64])
    answers()
    await Promise.all(pulls)
    await test.client.pull('orders')
    expect(store.maxBytes.at(-1)).toBe(1024 * 1024)
  })

  it('does not keep a broker from closing, and nothing goes wrong when it comes back', async () => {
    const answers = store.holdAnswers()
    const pull = test.client.pull('orders', POLL).catch((error: { code: string }) => error)
    await test.clock.settle()
    await Promise.all([test.broker.close(), test.clock.advance(5000)])
    answers()
    expect(await pull).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(errors).toEqual([])
  })

  it('answers questions of every other kind too', async () => {
    const { header } = await test.client.send('orders', 'a', { KEYS: 'k' })
    await test.client.heartbeat('billing')
    const offset = parseOffsetMessageId(header.msgId).physicalOffset
    const { invoke } = test.client
    const time = await invoke.call(test.client, RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, { ...QUEUE, timestamp: 0 })
    const earliest = await invoke.call(test.client, RequestCode.GET_EARLIEST_MSG_STORETIME, QUEUE)
    const key = { topic: 'orders', key: 'k', maxNum: 1, beginTimestamp: 0, endTimestamp: Number.MAX_SAFE_INTEGER }
    const found = await invoke.call(test.client, RequestCode.QUERY_MESSAGE, key)
    const viewed = await invoke.call(test.client, RequestCode.VIEW_MESSAGE_BY_ID, { offset })
    const back = await invoke.call(test.client, RequestCode.CONSUMER_SEND_MSG_BACK, { group: 'billing', offset, delayLevel: 0 })
    expect([time, earliest, found, viewed, back].map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
  })
})

describe('a commit that ends otherwise', () => {
  it.each<[CommitStatus, number]>([
    ['FLUSH_DISK_TIMEOUT', ResponseCode.FLUSH_DISK_TIMEOUT],
    ['FLUSH_SLAVE_TIMEOUT', ResponseCode.FLUSH_SLAVE_TIMEOUT],
    ['SLAVE_NOT_AVAILABLE', ResponseCode.SLAVE_NOT_AVAILABLE],
    ['FAILED', ResponseCode.SYSTEM_ERROR]
  ])('with %s is answered with %d to a send, and with SYSTEM_ERROR to what is given back', async (status, code) => {
    const { header } = await test.client.send('orders', 'a')
    await test.client.heartbeat('billing')
    store.commitStatus = status
    expect((await test.client.send('orders', 'b')).code).toBe(code)
    const { physicalOffset: offset } = parseOffsetMessageId(header.msgId)
    const back = await test.client.invoke(RequestCode.CONSUMER_SEND_MSG_BACK, { group: 'billing', offset, delayLevel: 0 })
    expect([back.code, back.remark]).toEqual([
      ResponseCode.SYSTEM_ERROR,
      expect.stringMatching(status === 'FAILED' ? 'could not commit' : status)
    ])
  })

  it('without success delivers a delayed message again, since nobody knows whether it is there', async () => {
    await test.client.send('orders', 'a', { DELAY: '1' })
    store.commitStatus = 'FAILED'
    await test.clock.advance(1000)
    store.commitStatus = 'COMMITTED'
    expect(test.broker.contents.delayOffsets).toEqual(new Map())
    await test.clock.advance(10_000)
    expect(test.broker.contents.delayOffsets).toEqual(new Map([[1, 1]]))
    expect(test.store.maxOffset('orders', 0)).toBe(2)
  })
})

describe('a store that takes nothing more', () => {
  it.each<[StoreErrorCode, number]>([
    ['STORE_NOT_WRITABLE', ResponseCode.SERVICE_NOT_AVAILABLE],
    ['STORE_FAILED', ResponseCode.SERVICE_NOT_AVAILABLE],
    ['STORE_CLOSED', ResponseCode.SERVICE_NOT_AVAILABLE],
    ['MESSAGE_TOO_LARGE', ResponseCode.MESSAGE_ILLEGAL],
    ['TOPIC_NAME_ILLEGAL', ResponseCode.MESSAGE_ILLEGAL]
  ])('because of %s is told to senders as %d', async (reason, code) => {
    const { header } = await test.client.send('orders', 'a')
    await test.client.heartbeat('billing')
    store.appendError = new StoreError(reason, 'no more')
    const { physicalOffset: offset } = parseOffsetMessageId(header.msgId)
    const batch = encodeBatch([{ flag: 0, body: Buffer.from('b'), properties: Buffer.alloc(0) }])
    const answers = [
      await test.client.send('orders', 'b'),
      await test.client.send('orders', 'b', { DELAY: '1' }),
      await test.client.invoke(RequestCode.SEND_BATCH_MESSAGE, { ...sendHeader('orders'), batch: true }, batch),
      await test.client.invoke(RequestCode.CONSUMER_SEND_MSG_BACK, { group: 'billing', offset, delayLevel: 0 })
    ]
    for (const answer of answers) expect([answer.code, answer.remark]).toEqual([code, expect.stringContaining('no more')])
    expect(await test.client.read('orders')).toHaveLength(1)
  })
})

describe('closing a broker', () => {
  it('while delayed messages are read delivers none of them: the next broker does, once', async () => {
    await test.client.send('orders', 'a', { DELAY: '1' })
    await test.clock.advance(999)
    const answers = store.holdAnswers()
    await test.clock.advance(1)
    const closed = test.broker.close()
    await test.clock.settle()
    answers()
    await closed
    await test.restart()
    expect(test.store.maxOffset('orders', 0)).toBe(0)
    await test.clock.advance(1000)
    expect(test.store.maxOffset('orders', 0)).toBe(1)
    expect(errors).toEqual([])
  })

  it('while delayed messages are committed notes that they were delivered', async () => {
    await test.client.send('orders', 'a', { DELAY: '1' })
    const held = store.holdCommits()
    await test.clock.advance(1000)
    const closed = test.broker.close()
    await test.clock.settle()
    held()
    await closed
    expect(inOneLine(test.store.documents.read(DocumentName.DELAY_OFFSETS))).toContain('"offsetTable":{1:1}')
  })
})

describe('what a broker promises besides messages', () => {
  const topics = (): string => test.store.documents.read(DocumentName.TOPICS) ?? ''
  const { UPDATE_AND_CREATE_TOPIC, DELETE_TOPIC_IN_BROKER, UPDATE_AND_CREATE_SUBSCRIPTIONGROUP } = RequestCode
  const admin = {
    createTopic: () =>
      test.client.invoke(UPDATE_AND_CREATE_TOPIC, {
        ...{ topic: 'fresh', defaultTopic: 'TBW102', readQueueNums: 1, writeQueueNums: 1 },
        ...{ perm: 6, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false }
      }),
    deleteTopic: () => test.client.invoke(DELETE_TOPIC_IN_BROKER, { topic: 'orders' }),
    createGroup: () => test.client.invoke(UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings('billing', { retryMaxTimes: 3 }))
  }

  it('is stored before the first message of a new topic is acknowledged: nobody would find it without its topic', async () => {
    const written = store.holdWrites()
    let code: number | undefined
    const sent = test.client.send('fresh', 'a').then((answer) => {
      code = answer.code
    })
    await test.clock.settle()
    expect([code, test.store.maxOffset('fresh', 0)]).toEqual([undefined, 1])
    // Others do not wait for it.
    expect((await test.client.send('orders', 'a')).code).toBe(ResponseCode.SUCCESS)
    written()
    await sent
    expect([code, topics()]).toEqual([ResponseCode.SUCCESS, expect.stringContaining('"fresh"')])
  })

  it('is tried again when it cannot be stored, and senders hear that their message is less durable than it could be', async () => {
    store.writeError = new Error('the disk is full')
    expect((await test.client.send('fresh', 'a')).code).toBe(ResponseCode.FLUSH_DISK_TIMEOUT)
    expect(errors).toEqual([expect.stringContaining('topics.json could not be stored')])
    store.writeError = undefined
    expect(topics()).not.toContain('"fresh"')
    await test.clock.advance(5000)
    expect(topics()).toContain('"fresh"')
    expect((await test.client.send('fresh', 'a')).code).toBe(ResponseCode.SUCCESS)
  })

  it('is tried every five seconds for as long as the disk refuses', async () => {
    store.writeError = new Error('the disk is full')
    await test.client.send('fresh', 'a')
    await test.clock.advance(20_000)
    store.writeError = undefined
    await test.clock.advance(5000)
    expect(topics()).toContain('"fresh"')
  })

  it.each(['createTopic', 'deleteTopic', 'createGroup'] as const)('is stored when an administrator has the answer: %s', async (request) => {
    const written = store.holdWrites()
    let code: number | undefined
    const done = admin[request]().then((answer) => {
      code = answer.code
    })
    await test.clock.settle()
    expect(code).toBeUndefined()
    written()
    await done
    expect(code).toBe(ResponseCode.SUCCESS)
  })
})
