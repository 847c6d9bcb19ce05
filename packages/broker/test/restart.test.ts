import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { MemoryMessageStore } from '@rocketmq-ts/store'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { Broker, BrokerOptionsError, DocumentError, DocumentName } from '../src/index'
import { groupSettings, inOneLine, TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 3, attributes: { 'message.type': 'FIFO' } })
})
afterEach(() => test.close())

const QUEUE = { consumerGroup: 'billing', topic: 'orders', queueId: 0 }

describe('a broker over the store of another', () => {
  it('has its messages, at the same places', async () => {
    const sent = await test.client.send('orders', 'x')
    await test.restart()
    const [record] = await test.client.read('orders')
    expect(record?.offsetMessageId).toBe(sent.header.msgId)
    expect((await test.client.send('orders', 'y')).header.queueOffset).toBe(1)
  })

  it('has its topics, groups and offsets', async () => {
    for (let i = 0; i < 3; i++) await test.client.send('orders', 'x')
    await test.client.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings('billing', { consumeEnable: false }))
    await test.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { ...QUEUE, commitOffset: 2 })
    const before = await test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, {})
    await test.restart()
    const after = await test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, {})
    expect(after.body.topicConfigTable).toEqual(before.body.topicConfigTable)
    expect(after.body.dataVersion).toEqual(before.body.dataVersion)
    expect((await test.client.pull('orders')).code).toBe(ResponseCode.NO_PERMISSION)
    const committed = await test.client.invoke(RequestCode.QUERY_CONSUMER_OFFSET, QUEUE)
    expect(committed.header.offset).toBe(2)
  })

  it('has what was committed up to 5 s before, also when the other was never closed', async () => {
    for (let i = 0; i < 3; i++) await test.client.send('orders', 'x')
    await test.client.heartbeat('billing')
    await test.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { ...QUEUE, commitOffset: 2 })
    await test.clock.advance(5000)
    expect(inOneLine(test.store.documents.read(DocumentName.CONSUMER_OFFSETS))).toContain('"orders@billing":{0:2}')
    expect(test.store.documents.read(DocumentName.TOPICS)).toContain('"orders"')
    expect(test.store.documents.read(DocumentName.GROUPS)).toContain('"billing"')
  })

  it('follows its own options for topics that first sends create', async () => {
    await test.restart({ autoCreateTopics: false })
    expect((await test.client.send('fresh', 'x')).code).toBe(ResponseCode.TOPIC_NOT_EXIST)
    await test.restart({ autoCreateTopics: true })
    expect((await test.client.send('fresh', 'x')).code).toBe(ResponseCode.SUCCESS)
  })

  it('does not start over a document that cannot be read, and says which', async () => {
    await test.broker.close()
    await test.store.documents.write(DocumentName.CONSUMER_OFFSETS, '{"offsetTable":{"orders@bil')
    const broker = new Broker({ store: test.store, nameservers: [], clock: test.clock, network: test.network })
    const failure = await broker.start().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DocumentError)
    expect(failure).toMatchObject({ code: 'DOCUMENT_BROKEN', message: expect.stringContaining('consumerOffset.json') })
    await test.store.documents.write(DocumentName.CONSUMER_OFFSETS, '')
    await test.restart()
    expect((await test.client.send('orders', 'x')).code).toBe(ResponseCode.SUCCESS)
  })

  it('writes back what it has no use for in the documents of an official broker', async () => {
    await test.broker.close()
    const { documents } = test.store
    const version = '"dataVersion":{"counter":3,"stateVersion":0,"timestamp":1700000000000}'
    await documents.write(
      DocumentName.CONSUMER_OFFSETS,
      `{${version},"offsetTable":{"orders@billing":{0:0},"a@b@c":{0:7}},"pullOffsetTable":{}}`
    )
    await documents.write(DocumentName.GROUPS, `{${version},"forbiddenTable":{"billing":{"orders":1}},"subscriptionGroupTable":{}}`)
    await documents.write(DocumentName.TOPICS, `{${version},"topicConfigTable":{"orders":{"lanes":3,"topicName":"orders"}},"zones":1}`)
    await documents.write(DocumentName.DELAY_OFFSETS, `{${version},"offsetTable":{},"zones":2}`)
    await test.restart()
    await test.client.heartbeat('audit')
    await test.broker.createTopic('orders', { queues: 5 })
    await test.client.send('orders', 'x', { DELAY: '1' })
    await test.client.send('orders', 'x')
    await test.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { ...QUEUE, consumerGroup: 'audit', commitOffset: 1 })
    await test.clock.advance(10_000)
    expect(inOneLine(documents.read(DocumentName.CONSUMER_OFFSETS))).toContain(
      '"offsetTable":{"orders@billing":{0:0},"orders@audit":{0:1},"a@b@c":{0:7}},"pullOffsetTable":{}}'
    )
    expect(inOneLine(documents.read(DocumentName.GROUPS))).toContain('"forbiddenTable":{"billing":{"orders":1}}')
    expect(inOneLine(documents.read(DocumentName.TOPICS))).toMatch(/"lanes":3,"order":false,"perm":6,"readQueueNums":5,.*"zones":1}$/)
    expect(inOneLine(documents.read(DocumentName.DELAY_OFFSETS))).toMatch(/"offsetTable":\{1:1},"zones":2}$/)
  })

  it('leaves a document alone that it has nothing to change in', async () => {
    await test.broker.close()
    const text = '{"offsetTable":{"orders@billing":{0:0}}}'
    await test.store.documents.write(DocumentName.CONSUMER_OFFSETS, text)
    await test.restart()
    await test.clock.advance(10_000)
    expect(test.store.documents.read(DocumentName.CONSUMER_OFFSETS)).toBe(text)
  })

  it('keeps stored offsets that are more than it may take', async () => {
    await test.broker.close()
    await test.store.documents.write(DocumentName.CONSUMER_OFFSETS, '{"offsetTable":{"orders@billing":{0:0,1:0,2:0}}}')
    await test.restart({ limits: { maxOffsets: 1 } })
    expect(test.broker.contents.offsets).toHaveLength(3)
    expect(test.broker.stats.offsets).toBe(3)
  })

  it('reads the documents of an official broker', async () => {
    await test.broker.close()
    await test.store.documents.write(DocumentName.CONSUMER_OFFSETS, '{\n\t"offsetTable":{\n\t\t"orders@billing":{0:1,2:0\n\t\t}\n\t}\n}')
    await test.restart()
    expect((await test.client.invoke(RequestCode.QUERY_CONSUMER_OFFSET, QUEUE)).header.offset).toBe(1)
  })
})

describe('a broker', () => {
  it('is closed as often as one likes, in any state, and leaves no timer behind', async () => {
    const clock = new ManualClock()
    const network = new MemoryNetwork({ clock })
    const store = new MemoryMessageStore({ now: () => clock.now(), defer: (callback) => clock.defer(callback) })
    const never = new Broker({ store, nameservers: [], clock, network })
    await never.close()
    await expect(never.start()).rejects.toMatchObject({ code: 'BROKER_CLOSED' })
    const broker = new Broker({ store, nameservers: [], clock, network })
    const starting = broker.start()
    await Promise.all([broker.close(), broker.close(), starting])
    expect(clock.pendingTimers).toEqual([])
    expect(() => broker.address).toThrow(/not running/)
  })

  it('says that its port is taken, and lets the store go', async () => {
    const store = new MemoryMessageStore({ now: () => 0, defer: (callback) => test.clock.defer(callback) })
    const second = new Broker({ store, nameservers: [], clock: test.clock, network: test.network })
    await expect(second.start()).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    expect(() => store.maxOffset('orders', 0)).toThrow(/closed/)
    await second.close()
  })

  it.each([
    [{ prot: 10911 }, /prot: there is no such option/],
    [{ port: 70_000 }, /port: must be a whole number/],
    [{ name: 'a b' }, /name: it has a character/],
    [{ clusterName: '' }, /clusterName: it is blank/],
    [{ nameservers: ['localhost'] }, /"localhost" is not host:port/],
    [{ advertisedAddress: 'a:b:c' }, /advertisedAddress/],
    [{ defaultTopicQueues: 0 }, /defaultTopicQueues/],
    [{ limits: { maxTopic: 1 } }, /limits\.maxTopic: there is no such limit/],
    [{ limits: { maxTopics: -1 } }, /limits\.maxTopics: must be/]
  ])('refuses the options %j', (options, message) => {
    const make = (): Broker => new Broker({ nameservers: [], store: test.store, ...options } as never)
    expect(make).toThrow(BrokerOptionsError)
    expect(make).toThrow(message)
  })

  it('refuses a table of delay levels that it cannot read', () => {
    expect(() => new Broker({ nameservers: [], store: test.store, delayLevels: '1s soon' })).toThrow(/soon/)
  })
})
