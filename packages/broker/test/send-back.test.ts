import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { RemotingResponse } from '@rocketmq-ts/remoting'
import { type ConsumerSendMsgBackRequestHeader, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { groupSettings, TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 1 })
  await test.client.send('orders', 'x', { UNIQ_KEY: 'K1', TAGS: 'created', KEYS: 'o-1' }, { flag: 7 })
})
afterEach(() => test.close())

type Answer = RemotingResponse<typeof RequestCode.CONSUMER_SEND_MSG_BACK>

function sendBack(header: Partial<ConsumerSendMsgBackRequestHeader> = {}): Promise<Answer> {
  return test.client.invoke(RequestCode.CONSUMER_SEND_MSG_BACK, {
    offset: 0,
    group: 'billing',
    delayLevel: 1,
    maxReconsumeTimes: 16,
    ...header
  })
}

/** Gives the newest message of the retry topic back. */
async function sendRetryBack(header: Partial<ConsumerSendMsgBackRequestHeader> = {}): Promise<Answer> {
  const records = await test.client.read('%RETRY%billing')
  return sendBack({ offset: records[records.length - 1]?.physicalOffset ?? -1, ...header })
}

const retries = async (): Promise<number> => (await test.client.read('%RETRY%billing')).length
const deadLetters = async (): Promise<number> => (await test.client.read('%DLQ%billing')).length

describe('CONSUMER_SEND_MSG_BACK', () => {
  it('brings the message to the retry topic of the group after the delay of the level', async () => {
    expect((await sendBack({ delayLevel: 2 })).code).toBe(ResponseCode.SUCCESS)
    await test.clock.advance(4999)
    expect(await retries()).toBe(0)
    await test.clock.advance(1)
    const [record] = await test.client.read('%RETRY%billing')
    expect(record).toMatchObject({ topic: '%RETRY%billing', reconsumeTimes: 1, flag: 7, bornTimestamp: 1_700_000_000_000 })
    expect(record?.body.toString()).toBe('x')
  })

  it('carries what an official broker puts into the properties', async () => {
    const [original] = await test.client.read('orders')
    await sendBack({ delayLevel: 1 })
    await test.clock.advance(1000)
    const [record] = await test.client.read('%RETRY%billing')
    expect(Object.fromEntries(record?.properties ?? [])).toEqual({
      UNIQ_KEY: 'K1',
      TAGS: 'created',
      KEYS: 'o-1',
      MSG_REGION: 'DefaultRegion',
      TRACE_ON: 'true',
      CLUSTER: 'DefaultCluster',
      RETRY_TOPIC: 'orders',
      ORIGIN_MESSAGE_ID: original?.offsetMessageId,
      WAIT: 'false',
      DELAY: '1',
      REAL_TOPIC: '%RETRY%billing',
      REAL_QID: '0'
    })
  })

  it('keeps the original topic and id through further attempts, and counts them', async () => {
    const [original] = await test.client.read('orders')
    await sendBack()
    await test.clock.advance(1000)
    await sendRetryBack()
    await test.clock.advance(1000)
    const record = (await test.client.read('%RETRY%billing'))[1]
    expect(record?.reconsumeTimes).toBe(2)
    expect(record?.properties.get('RETRY_TOPIC')).toBe('orders')
    expect(record?.properties.get('ORIGIN_MESSAGE_ID')).toBe(original?.offsetMessageId)
  })

  it('waits for level 3 + attempts when the consumer leaves it to the broker', async () => {
    await sendBack({ delayLevel: 0 })
    await test.clock.advance(10_000)
    expect(await retries()).toBe(1)
    await sendRetryBack({ delayLevel: 0 })
    await test.clock.advance(29_999)
    expect(await retries()).toBe(1)
    await test.clock.advance(1)
    expect(await retries()).toBe(2)
  })

  it('goes through all 16 retries and then to the dead letter topic', async () => {
    await sendBack({ delayLevel: 0 })
    for (let attempt = 1; attempt <= 16; attempt++) {
      await test.clock.advance(2 * 3_600_000)
      expect(await retries()).toBe(attempt)
      expect((await sendRetryBack({ delayLevel: 0 })).code).toBe(ResponseCode.SUCCESS)
    }
    await test.clock.advance(2 * 3_600_000)
    expect(await retries()).toBe(16)
    const [dead, ...more] = await test.client.read('%DLQ%billing')
    expect(more).toEqual([])
    expect(dead).toMatchObject({ topic: '%DLQ%billing', reconsumeTimes: 17 })
    expect(dead?.properties.get('RETRY_TOPIC')).toBe('orders')
    expect(dead?.properties.get('DELAY')).toBe('0')
  })

  it.each([-1, -(2 ** 31)])('goes to the dead letter topic at once with delay level %d', async (delayLevel) => {
    await sendBack({ delayLevel })
    expect([await retries(), await deadLetters()]).toEqual([0, 1])
  })

  it('goes to the dead letter topic after as many attempts as the consumer says', async () => {
    await sendBack({ maxReconsumeTimes: 1 })
    await test.clock.advance(1000)
    expect([await retries(), await deadLetters()]).toEqual([1, 0])
    await sendRetryBack({ maxReconsumeTimes: 1 })
    await test.clock.advance(1000)
    expect([await retries(), await deadLetters()]).toEqual([1, 1])
  })

  it('goes to the dead letter topic after as many attempts as the group allows, when the consumer does not say', async () => {
    await test.client.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings('billing', { retryMaxTimes: 0 }))
    await sendBack({ maxReconsumeTimes: undefined })
    expect(await deadLetters()).toBe(1)
  })

  it('drops messages of a group without retry queues, as upstream', async () => {
    await test.client.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings('billing', { retryQueueNums: 0 }))
    expect((await sendBack()).code).toBe(ResponseCode.SUCCESS)
    await test.clock.advance(1000)
    expect([await retries(), await deadLetters()]).toEqual([0, 0])
  })

  it('answers only when the copy is committed', async () => {
    const steps: string[] = []
    const commit = test.store.commit.bind(test.store)
    test.store.commit = () => {
      steps.push('commit')
      commit()
    }
    await sendBack().then(() => steps.push('answer'))
    expect(steps).toEqual(['commit', 'answer'])
  })

  it.each([
    ['an offset where nothing is', { offset: 123_456 }, ResponseCode.SYSTEM_ERROR, /look message by offset failed, 123456/],
    ['an offset inside a record', { offset: 1 }, ResponseCode.SYSTEM_ERROR, /look message by offset failed/],
    ['an illegal group', { group: 'a/b' }, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, /subscription group not exist/]
  ])('refuses %s', async (_what, header, code, remark) => {
    const answer = await sendBack(header)
    expect(answer.code).toBe(code)
    expect(answer.remark).toMatch(remark)
  })
})

describe('a message that a consumer sends to its retry topic itself', () => {
  const RETRY = { topic: '%RETRY%billing', maxReconsumeTimes: 2 }

  it('is delayed and delivered there', async () => {
    const answer = await test.client.send('%RETRY%billing', 'x', { DELAY: '1', RETRY_TOPIC: 'orders' }, { ...RETRY, reconsumeTimes: 1 })
    expect(answer.code).toBe(ResponseCode.SUCCESS)
    await test.clock.advance(1000)
    const [record] = await test.client.read('%RETRY%billing')
    expect(record).toMatchObject({ reconsumeTimes: 1 })
  })

  it('goes to the dead letter topic at once when it has been tried too often', async () => {
    await test.client.send('%RETRY%billing', 'x', { DELAY: '5', RETRY_TOPIC: 'orders' }, { ...RETRY, reconsumeTimes: 3 })
    const [dead] = await test.client.read('%DLQ%billing')
    expect(dead?.properties.get('DELAY')).toBe('-1')
    expect(dead?.reconsumeTimes).toBe(3)
  })

  it('goes to the dead letter topic at once while its group holds locks, since it would come out of order', async () => {
    const queue = { topic: 'orders', brokerName: 'broker-a', queueId: 0 }
    await test.client.invoke(RequestCode.LOCK_BATCH_MQ, {}, { consumerGroup: 'billing', clientId: 'c', mqSet: [queue] })
    await test.client.send('%RETRY%billing', 'x', { DELAY: '1' }, { ...RETRY, reconsumeTimes: 1 })
    expect(await deadLetters()).toBe(1)
  })

  it('is refused for a group that cannot be', async () => {
    const answer = await test.client.send(`%RETRY%${'g'.repeat(121)}`, 'x')
    expect(answer.code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST)
  })
})
