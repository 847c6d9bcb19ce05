import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type CreateTopicRequestHeader, RequestCode, ResponseCode, SystemTopic } from '@rocketmq-ts/remoting/wire'
import { TopicError } from '../src/index'
import { groupSettings, TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
})
afterEach(() => test.close())

function create(topic: string, more: Partial<CreateTopicRequestHeader> = {}): Promise<{ code: number; remark: string | undefined }> {
  return test.client.invoke(RequestCode.UPDATE_AND_CREATE_TOPIC, {
    topic,
    defaultTopic: 'TBW102',
    readQueueNums: 4,
    writeQueueNums: 4,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    ...more
  })
}

const settings = async (topic: string) => (await test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, {})).body.topicConfigTable.get(topic)

describe('UPDATE_AND_CREATE_TOPIC', () => {
  it('creates a topic with the settings asked for', async () => {
    expect((await create('orders', { readQueueNums: 6, writeQueueNums: 3, perm: 4, order: true })).code).toBe(ResponseCode.SUCCESS)
    expect(await settings('orders')).toMatchObject({
      readQueueNums: 6,
      writeQueueNums: 3,
      perm: 4,
      order: true,
      topicFilterType: 'SINGLE_TAG'
    })
  })

  it('changes a topic that exists, and gives it a new version only when something changed', async () => {
    const version = async (): Promise<number> => (await test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, {})).body.dataVersion.counter
    await create('orders')
    const before = await version()
    await create('orders')
    expect(await version()).toBe(before)
    await create('orders', { writeQueueNums: 8 })
    expect(await version()).toBe(before + 1)
    expect(await settings('orders')).toMatchObject({ readQueueNums: 4, writeQueueNums: 8 })
  })

  it('takes attributes, and changes them', async () => {
    expect((await create('orders', { attributes: '+message.type=FIFO' })).code).toBe(ResponseCode.SUCCESS)
    expect((await settings('orders'))?.attributes).toEqual(new Map([['message.type', 'FIFO']]))
    await create('orders', { attributes: '-message.type' })
    expect((await settings('orders'))?.attributes).toEqual(new Map())
  })

  it.each([
    ['an illegal name', 'a/b', {}, /not allowed/],
    ['a name that is too long', 't'.repeat(128), {}, /128 characters/],
    ['no queues', 'orders', { readQueueNums: 0 }, /1 to 1024 queues, not 0/],
    ['a negative number of queues', 'orders', { writeQueueNums: -4 }, /not -4/],
    ['an absurd number of queues', 'orders', { writeQueueNums: 2 ** 31 - 1 }, /1 to 1024 queues/],
    ['an impossible permission', 'orders', { perm: 99 }, /99 is no permission/],
    ['an unknown filter type', 'orders', { topicFilterType: 'ANY_TAG' }, /ANY_TAG is no filter type/],
    ['an unknown attribute', 'orders', { attributes: '+colour=red' }, /unsupported key: colour/],
    ['a value that cannot be honoured', 'orders', { attributes: '+cleanup.policy=COMPACTION' }, /cleanup\.policy takes DELETE/],
    ['the same attribute twice', 'orders', { attributes: '+message.type=FIFO,+message.type=NORMAL' }, /key duplication/],
    ['an attribute without a sign', 'orders', { attributes: 'message.type=FIFO' }, /unsupported key|format is wrong/],
    ['the removal of an attribute that is not there', 'orders', { attributes: '-message.type' }, /nonexistent key/],
    ['the topic of the cluster', 'DefaultCluster', {}, /conflict with system topic/],
    ['the topic of the broker', 'broker-a', {}, /conflict with system topic/]
  ])('refuses %s', async (_what, topic, more, remark) => {
    const answer = await create(topic, more)
    expect(answer.code).toBe(ResponseCode.INVALID_PARAMETER)
    expect(answer.remark).toMatch(remark)
    expect(await settings('orders')).toBeUndefined()
  })

  it.each([...Object.values(SystemTopic), 'rmq_sys_anything'])('refuses the system topic %s', async (topic) => {
    expect((await create(topic)).code).toBe(ResponseCode.INVALID_PARAMETER)
  })

  it('refuses more topics than the broker takes', async () => {
    const small = await TestBroker.start({ limits: { maxTopics: 12 } })
    await small.broker.createTopic('last')
    await expect(small.broker.createTopic('one-too-many')).rejects.toThrow(TopicError)
    await small.broker.createTopic('last', { queues: 2 })
    await small.close()
  })
})

describe('DELETE_TOPIC_IN_BROKER', () => {
  const remove = (topic: string): Promise<{ code: number }> => test.client.invoke(RequestCode.DELETE_TOPIC_IN_BROKER, { topic })

  it('deletes the topic with its messages and offsets', async () => {
    await create('orders')
    await test.client.send('orders', 'x')
    await test.client.heartbeat('billing')
    const QUEUE = { consumerGroup: 'billing', topic: 'orders', queueId: 0 }
    await test.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { ...QUEUE, commitOffset: 1 })
    expect((await remove('orders')).code).toBe(ResponseCode.SUCCESS)
    expect(test.broker.topics).not.toContain('orders')
    expect((await test.client.pull('orders')).code).toBe(ResponseCode.TOPIC_NOT_EXIST)
    await create('orders')
    expect(await test.client.read('orders')).toEqual([])
    expect((await test.client.invoke(RequestCode.QUERY_CONSUMER_OFFSET, QUEUE)).code).toBe(ResponseCode.QUERY_NOT_FOUND)
    await test.client.send('orders', 'again')
    expect(await test.client.read('orders')).toHaveLength(1)
  })

  it('is fine for a topic that is not there', async () => {
    expect((await remove('nowhere')).code).toBe(ResponseCode.SUCCESS)
  })

  it.each(['', ' ', SystemTopic.SCHEDULE, 'TBW102', 'broker-a'])('refuses %j', async (topic) => {
    expect((await remove(topic)).code).toBe(ResponseCode.INVALID_PARAMETER)
  })

  it('ends pulls that wait for the topic', async () => {
    await create('orders')
    const held = test.client.pull('orders', { sysFlag: 6, suspendTimeoutMillis: 15_000 })
    await test.clock.settle()
    await test.newClient().invoke(RequestCode.DELETE_TOPIC_IN_BROKER, { topic: 'orders' })
    await test.clock.advance(20_000)
    expect((await held).code).toBe(ResponseCode.TOPIC_NOT_EXIST)
  })
})

describe('GET_ALL_TOPIC_CONFIG', () => {
  it('answers every topic to who asks for no page', async () => {
    await create('orders')
    const answer = await test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, {})
    expect(answer.header.totalTopicNum).toBe(test.broker.topics.length)
    expect([...answer.body.topicConfigTable.keys()].sort()).toEqual([...test.broker.topics].sort())
    expect(answer.body.topicConfigTable.get('TBW102')).toMatchObject({ perm: 7, writeQueueNums: 8 })
  })

  it('answers page by page, and from the start when the topics changed meanwhile', async () => {
    const page = (topicSeq: number, dataVersion?: string) =>
      test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, { topicSeq, maxTopicNum: 5, dataVersion })
    const first = await page(0)
    const { timestamp, counter } = first.body.dataVersion
    const version = `{"counter":${counter},"stateVersion":0,"timestamp":${timestamp}}`
    const second = await page(5, version)
    const names = [...first.body.topicConfigTable.keys(), ...second.body.topicConfigTable.keys()]
    expect(names).toEqual([...test.broker.topics].sort().slice(0, 10))
    await create('orders')
    expect([...(await page(5, version)).body.topicConfigTable.keys()]).toEqual([...(await page(0)).body.topicConfigTable.keys()])
  })

  it.each([{ topicSeq: -5 }, { topicSeq: 2 ** 31 - 1 }, { maxTopicNum: -1 }, { topicSeq: 0, maxTopicNum: 2 ** 31 - 1 }])(
    'answers something for the page %j',
    async (header) => {
      expect((await test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, header)).code).toBe(ResponseCode.SUCCESS)
    }
  )
})

describe('GET_ALL_SUBSCRIPTIONGROUP_CONFIG', () => {
  it('answers the settings of every group to who asks for no page', async () => {
    await test.client.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings('billing', { retryMaxTimes: 7 }))
    const { header, body } = await test.client.invoke(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, {})
    expect(body.subscriptionGroupTable.get('billing')).toMatchObject({ groupName: 'billing', retryMaxTimes: 7 })
    expect(body.subscriptionGroupTable.has('TOOLS_CONSUMER')).toBe(true)
    expect(header.totalGroupNum).toBe(body.subscriptionGroupTable.size)
  })

  it('answers page by page', async () => {
    const page = async (groupSeq: number, dataVersion?: string) =>
      (await test.client.invoke(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, { groupSeq, maxGroupNum: 3, dataVersion })).body
    const { dataVersion, subscriptionGroupTable } = await page(0)
    const version = JSON.stringify({ counter: dataVersion?.counter, stateVersion: 0, timestamp: dataVersion?.timestamp })
    const names = [...subscriptionGroupTable.keys(), ...(await page(3, version)).subscriptionGroupTable.keys()]
    const all = (await test.client.invoke(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, {})).body.subscriptionGroupTable
    expect(names).toEqual([...all.keys()].sort().slice(0, 6))
  })
})

describe('UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', () => {
  const createGroup = (name: string, more = {}): Promise<{ code: number; remark: string | undefined }> =>
    test.client.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings(name, more))

  it('creates a group and changes it', async () => {
    await test.broker.createTopic('orders')
    expect((await createGroup('billing', { consumeEnable: false })).code).toBe(ResponseCode.SUCCESS)
    expect((await test.client.pull('orders')).code).toBe(ResponseCode.NO_PERMISSION)
    await createGroup('billing')
    expect((await test.client.pull('orders')).code).toBe(ResponseCode.PULL_NOT_FOUND)
  })

  it.each([
    ['an illegal name', 'a b', {}],
    ['a name that is too long', 'g'.repeat(121), {}],
    ['a negative number of retry queues', 'billing', { retryQueueNums: -1 }],
    ['an absurd number of retry queues', 'billing', { retryQueueNums: 2 ** 31 - 1 }],
    ['endless settings', 'billing', { subscriptionDataSet: [{ topic: 't'.repeat(20_000) }] }],
    ['attributes', 'billing', { attributes: new Map([['+lite.sub.model', 'Shared']]) }]
  ])('refuses %s', async (_what, name, more) => {
    expect((await createGroup(name, more)).code).toBe(ResponseCode.INVALID_PARAMETER)
  })

  it('refuses more groups than the broker takes', async () => {
    const small = await TestBroker.start({ limits: { maxGroups: 9 } })
    const create9 = (name: string): Promise<{ code: number }> =>
      small.client.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings(name))
    expect([(await create9('one')).code, (await create9('two')).code, (await create9('one')).code]).toEqual([
      0,
      ResponseCode.SYSTEM_ERROR,
      0
    ])
    await small.broker.createTopic('orders')
    expect((await small.client.pull('orders', { consumerGroup: 'three' })).code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST)
    await small.close()
  })
})
