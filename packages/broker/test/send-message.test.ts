import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  MAX_PROPERTIES_BYTES,
  MessageSysFlag,
  parseOffsetMessageId,
  parseUniqueKey,
  RequestCode,
  ResponseCode,
  SystemTopic
} from '@rocketmq-ts/remoting/wire'
import { sendHeader, TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start({ host: '127.0.0.1' })
  await test.broker.createTopic('orders', { queues: 4 })
})
afterEach(() => test.close())

describe('SEND_MESSAGE_V2', () => {
  it('stores the message and answers where it is', async () => {
    const first = await test.client.send('orders', 'one', { UNIQ_KEY: 'K1', KEYS: 'o-1' }, { queueId: 2, flag: 7 })
    const second = await test.client.send('orders', 'two', { UNIQ_KEY: 'K2' }, { queueId: 2 })
    expect([first.code, second.code]).toEqual([ResponseCode.SUCCESS, ResponseCode.SUCCESS])
    expect([first.header.queueOffset, second.header.queueOffset]).toEqual([0, 1])
    expect(first.header).toMatchObject({ queueId: 2, transactionId: 'K1', regionId: 'DefaultRegion', traceOn: true })
    expect(parseOffsetMessageId(first.header.msgId)).toEqual({ host: '127.0.0.1', port: 10911, physicalOffset: 0 })
    const [record] = await test.client.read('orders', 2)
    expect(record).toMatchObject({
      topic: 'orders',
      queueId: 2,
      queueOffset: 0,
      flag: 7,
      reconsumeTimes: 0,
      storeHost: '127.0.0.1',
      storePort: 10911
    })
    expect(record?.body.toString()).toBe('one')
    expect(record?.offsetMessageId).toBe(first.header.msgId)
  })

  it('keeps the sender properties and adds region, trace switch and cluster, as 5.5.0 does', async () => {
    await test.client.send('orders', 'x', { UNIQ_KEY: 'K1', WAIT: 'true', mine: '中文 😀' })
    const [record] = await test.client.read('orders')
    expect(Object.fromEntries(record?.properties ?? [])).toEqual({
      UNIQ_KEY: 'K1',
      WAIT: 'true',
      mine: '中文 😀',
      MSG_REGION: 'DefaultRegion',
      TRACE_ON: 'true',
      CLUSTER: 'DefaultCluster'
    })
  })

  it('records where the message was born', async () => {
    await test.client.send('orders', 'x')
    const [record] = await test.client.read('orders')
    expect(record).toMatchObject({ bornHost: '127.0.0.1', bornTimestamp: 1_700_000_000_000 })
    expect(record?.bornPort).toBeGreaterThan(0)
  })

  it('makes a unique key for a message that has none', async () => {
    const { header } = await test.client.send('orders', 'x')
    const [record] = await test.client.read('orders')
    expect(record?.properties.get('UNIQ_KEY')).toBe(header.transactionId)
    expect(parseUniqueKey(header.transactionId ?? '')).toMatchObject({ host: '127.0.0.1' })
  })

  it('drops what belongs to the broker from what a client sends', async () => {
    await test.client.send('orders', 'x', { POP_CK: 'forged', CLUSTER: 'forged', MSG_REGION: 'forged', TRACE_ON: 'false' })
    const [record] = await test.client.read('orders')
    expect(record?.properties.has('POP_CK')).toBe(false)
    expect(record?.properties.get('CLUSTER')).toBe('DefaultCluster')
    expect([...(record?.propertiesBuffer.toString().matchAll(/CLUSTER/g) ?? [])]).toHaveLength(1)
  })

  it('lets the broker choose the queue when the client names none', async () => {
    const queues = new Set<number>()
    for (let i = 0; i < 64; i++) queues.add((await test.client.send('orders', 'x', {}, { queueId: -1 })).header.queueId)
    expect([...queues].sort()).toEqual([0, 1, 2, 3])
  })

  it('answers nothing before the store has committed', async () => {
    const committed: string[] = []
    const commit = test.store.commit.bind(test.store)
    test.store.commit = () => {
      committed.push('commit')
      commit()
    }
    const answer = test.client.send('orders', 'x').then(() => committed.push('answer'))
    await answer
    expect(committed).toEqual(['commit', 'answer'])
  })

  it('commits once for all messages that arrive together', async () => {
    let commits = 0
    const commit = test.store.commit.bind(test.store)
    test.store.commit = () => {
      commits++
      commit()
    }
    await test.client.send('orders', 'connected')
    commits = 0
    await Promise.all(Array.from({ length: 256 }, () => test.client.send('orders', 'x')))
    expect(commits).toBeLessThan(16)
  })

  it('puts a message with a priority into the queue of its level, and forgets the priority of a delayed one', async () => {
    const high = await test.client.send('orders', 'x', { _SYS_MSG_PRIORITY_: '9' })
    expect(high.header.queueId).toBe(3)
    await test.client.send('orders', 'y', { _SYS_MSG_PRIORITY_: '9', __SHARDINGKEY: 'c' }, { queueId: 1 })
    const [record] = await test.client.read('orders', 1)
    expect(record?.properties.has('_SYS_MSG_PRIORITY_')).toBe(false)
  })

  it.each([1, 4 * 1024 * 1024])('takes a body of %d bytes', async (bytes) => {
    const body = Buffer.alloc(bytes, 7)
    expect((await test.client.send('orders', body)).code).toBe(ResponseCode.SUCCESS)
    const [record] = await test.client.read('orders')
    expect(record?.body.equals(body)).toBe(true)
  })

  it.each([
    ['an empty body', '', {}, {}, ResponseCode.MESSAGE_ILLEGAL, /no body/],
    ['a body over 4 MiB', Buffer.alloc(4 * 1024 * 1024 + 1), {}, {}, ResponseCode.MESSAGE_ILLEGAL, /4194304/],
    ['a queue beyond the last', 'x', {}, { queueId: 4 }, ResponseCode.INVALID_PARAMETER, /queueId\[4\] is illegal/],
    ['an absurd queue', 'x', {}, { queueId: 2 ** 31 - 1 }, ResponseCode.INVALID_PARAMETER, /is illegal/],
    ['properties that are too long', 'x', { p: 'p'.repeat(MAX_PROPERTIES_BYTES - 20) }, {}, ResponseCode.MESSAGE_ILLEGAL, /properties/],
    ['a half message', 'x', { TRAN_MSG: 'true' }, {}, ResponseCode.NO_PERMISSION, /transaction/],
    ['a prepared flag', 'x', {}, { sysFlag: MessageSysFlag.TRANSACTION_PREPARED }, ResponseCode.NO_PERMISSION, /transaction/],
    ['a rollback flag', 'x', {}, { sysFlag: MessageSysFlag.TRANSACTION_ROLLBACK }, ResponseCode.NO_PERMISSION, /transaction/],
    ['an inner batch flag', 'x', {}, { sysFlag: MessageSysFlag.INNER_BATCH }, ResponseCode.MESSAGE_ILLEGAL, /inner batches/],
    ['an inner batch count', 'x', { INNER_NUM: '3' }, {}, ResponseCode.MESSAGE_ILLEGAL, /INNER_NUM/],
    ['a lite topic', 'x', { __LITE_TOPIC: 'a$b' }, {}, ResponseCode.MESSAGE_ILLEGAL, /lite topics/],
    ['a timer', 'x', { TIMER_DELAY_MS: '5000' }, {}, ResponseCode.SYSTEM_ERROR, /timerWheelEnable is false/],
    ['a delay that is no number', 'x', { DELAY: 'soon' }, {}, ResponseCode.MESSAGE_ILLEGAL, /DELAY/]
  ])('refuses %s and stores nothing', async (_what, body, properties, header, code, remark) => {
    const answer = await test.client.send('orders', body, properties, header)
    expect(answer.code).toBe(code)
    expect(answer.remark).toMatch(remark)
    expect(answer.command.fields?.get('MSG_REGION')).toBe('DefaultRegion')
    expect([0, 1, 2, 3].map((queueId) => test.store.maxOffset('orders', queueId))).toEqual([0, 0, 0, 0])
  })

  it.each(['', ' ', '../../etc/passwd', 'a b', 'a\u0000', 'a\\b', 'CON:', 'Ä', 't'.repeat(128), '__proto__/x', '%RETRY%/'])(
    'refuses the topic name %j',
    async (topic) => {
      const answer = await test.client.send(topic, 'x')
      expect(answer.code).toBe(ResponseCode.INVALID_PARAMETER)
      expect(test.broker.topics).not.toContain(topic)
    }
  )

  it('takes __proto__ for the plain name that it is', async () => {
    expect((await test.client.send('__proto__', 'x')).code).toBe(ResponseCode.SUCCESS)
    expect(await test.client.read('__proto__')).toHaveLength(1)
  })

  it.each([
    SystemTopic.SCHEDULE,
    SystemTopic.TRANS_HALF,
    SystemTopic.TRANS_OP_HALF,
    SystemTopic.TRANS_CHECK_MAX_TIME,
    SystemTopic.SELF_TEST,
    SystemTopic.OFFSET_MOVED_EVENT,
    SystemTopic.ROCKSDB_TRANS_HALF
  ])('refuses the system topic %s', async (topic) => {
    const answer = await test.client.send(topic, 'x')
    expect(answer).toMatchObject({ code: ResponseCode.NO_PERMISSION, remark: `Sending message to topic[${topic}] is forbidden.` })
  })

  it('answers a one-way send with nothing, and stores it', async () => {
    await test.client.send('orders', 'connected')
    test.client.remoting.invokeOneway(test.broker.address, RequestCode.SEND_MESSAGE_V2, sendHeader('orders'), Buffer.from('one-way'))
    await test.clock.settle()
    expect((await test.client.read('orders')).map((record) => record.body.toString())).toEqual(['connected', 'one-way'])
  })

  it('refuses new messages after three turns of more than 200 ms in a row, and takes them again afterwards', async () => {
    await test.client.send('orders', 'connected')
    const monotonic = test.clock.monotonic.bind(test.clock)
    const append = test.store.append.bind(test.store)
    let late = 0
    test.clock.monotonic = () => monotonic() + late
    test.store.append = (request) => {
      late += 201
      return append(request)
    }
    const twoInOneTurn = async (): Promise<number[]> =>
      (await Promise.all([test.client.send('orders', 'x'), test.client.send('orders', 'y')])).map((answer) => answer.code)
    for (let turn = 0; turn < 3; turn++) expect(await twoInOneTurn()).toEqual([0, 0])
    const refused = await test.client.send('orders', 'x')
    expect([refused.code, refused.remark]).toEqual([ResponseCode.SYSTEM_BUSY, expect.stringContaining('[TIMEOUT_CLEAN_QUEUE]')])
    await test.clock.advance(200)
    expect((await test.client.send('orders', 'x')).code).toBe(ResponseCode.SUCCESS)
  })
})

describe('SEND_MESSAGE', () => {
  it('stores and refuses as SEND_MESSAGE_V2 does', async () => {
    const header = sendHeader('orders', { UNIQ_KEY: 'K1', TAGS: 'created' })
    const stored = await test.client.invoke(RequestCode.SEND_MESSAGE, { ...header, queueId: 3 }, Buffer.from('long names'))
    expect(stored).toMatchObject({ code: ResponseCode.SUCCESS, header: { queueId: 3, transactionId: 'K1' } })
    const [record] = await test.client.read('orders', 3)
    expect(record?.body.toString()).toBe('long names')
    const refused = await test.client.invoke(RequestCode.SEND_MESSAGE, { ...header, queueId: 4 }, Buffer.from('x'))
    expect(refused.code).toBe(ResponseCode.INVALID_PARAMETER)
  })
})

describe('a first send', () => {
  it('creates the topic from TBW102, with as many queues as the client asks for', async () => {
    const answer = await test.client.send('fresh', 'x', {}, { defaultTopicQueueNums: 4, queueId: 3 })
    expect(answer.code).toBe(ResponseCode.SUCCESS)
    const refused = await test.client.send('fresh', 'x', {}, { queueId: 4 })
    expect(refused.code).toBe(ResponseCode.INVALID_PARAMETER)
  })

  it('creates no more queues than TBW102 has', async () => {
    expect((await test.client.send('fresh', 'x', {}, { defaultTopicQueueNums: 100, queueId: 8 })).code).toBe(ResponseCode.INVALID_PARAMETER)
    expect((await test.client.send('fresh', 'x', {}, { queueId: 7 })).code).toBe(ResponseCode.SUCCESS)
  })

  it.each([0, -1, -(2 ** 31)])('creates no topic with %d queues', async (defaultTopicQueueNums) => {
    expect((await test.client.send('fresh', 'x', {}, { defaultTopicQueueNums })).code).toBe(ResponseCode.INVALID_PARAMETER)
    expect(test.broker.topics).not.toContain('fresh')
  })

  it.each(['orders', 'no-such-topic'])('creates nothing from %s, which is not to be inherited', async (defaultTopic) => {
    const answer = await test.client.send('fresh', 'x', {}, { defaultTopic })
    expect(answer).toMatchObject({ code: ResponseCode.TOPIC_NOT_EXIST, remark: expect.stringContaining('topic[fresh] not exist') })
  })

  it('creates nothing where that is switched off, also not from the topic of the cluster', async () => {
    const strict = await TestBroker.start({ autoCreateTopics: false })
    for (const defaultTopic of ['TBW102', 'DefaultCluster', 'broker-a']) {
      expect((await strict.client.send('fresh', 'x', {}, { defaultTopic })).code).toBe(ResponseCode.TOPIC_NOT_EXIST)
    }
    await strict.close()
  })

  it('stops creating topics in a flood, serves those that exist, and goes on at 10 a second', async () => {
    const flood = await Promise.all(Array.from({ length: 300 }, (_, i) => test.client.send(`flood-${i}`, 'x')))
    expect(flood.filter((answer) => answer.code === ResponseCode.SUCCESS)).toHaveLength(100)
    expect(flood.filter((answer) => answer.code === ResponseCode.SYSTEM_BUSY && /TOPIC_FLOOD/.test(answer.remark ?? ''))).toHaveLength(200)
    expect((await test.client.send('orders', 'x')).code).toBe(ResponseCode.SUCCESS)
    await test.clock.advance(1000)
    const later = await Promise.all(Array.from({ length: 20 }, (_, i) => test.client.send(`later-${i}`, 'x')))
    expect(later.filter((answer) => answer.code === ResponseCode.SUCCESS)).toHaveLength(10)
  })

  it('creates nothing when the broker has all the topics it may have', async () => {
    const small = await TestBroker.start({ limits: { maxTopics: 12 } })
    expect((await small.client.send('one-too-many', 'x')).code).toBe(ResponseCode.SUCCESS)
    const refused = await small.client.send('two-too-many', 'x')
    expect(refused).toMatchObject({ code: ResponseCode.TOPIC_NOT_EXIST, remark: expect.stringContaining('12 topics') })
    await small.close()
  })
})
