import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { decodeRecords, javaStringHashCode, PullSysFlag, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { HELD_VIEW_BYTES } from '@rocketmq-ts/store'
import Long from 'long'
import { BY_REFERENCE_BYTES } from 'net-ts-protocol-kit'
import { groupSettings, pullHeader, subscription, TestBroker } from './support/cluster'

const WAIT = PullSysFlag.SUBSCRIPTION | PullSysFlag.SUSPEND

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 4 })
})
afterEach(() => test.close())

/** Notes when a promise has settled, without waiting for it. */
function watched<Value>(promise: Promise<Value>): { value: Value | undefined; isOver: boolean } {
  const state: { value: Value | undefined; isOver: boolean } = { value: undefined, isOver: false }
  promise.then((value) => Object.assign(state, { value, isOver: true })).catch(() => Object.assign(state, { isOver: true }))
  return state
}

describe('PULL_MESSAGE', () => {
  it('answers with the records from the offset on, and where to go on', async () => {
    for (const body of ['a', 'b', 'c']) await test.client.send('orders', body)
    const answer = await test.client.pull('orders', { queueOffset: 1 })
    expect(answer).toMatchObject({ code: ResponseCode.SUCCESS, remark: 'FOUND' })
    expect(answer.header).toMatchObject({
      nextBeginOffset: 3,
      minOffset: 0,
      maxOffset: 3,
      suggestWhichBrokerId: 0,
      topicSysFlag: 0,
      groupSysFlag: 0
    })
    expect(decodeRecords(answer.body).records.map((record) => record.body.toString())).toEqual(['b', 'c'])
  })

  it('sends by reference only what the store never writes over', () => {
    expect(BY_REFERENCE_BYTES).toBeGreaterThanOrEqual(HELD_VIEW_BYTES)
  })

  it('answers with as many records as asked for', async () => {
    for (let i = 0; i < 5; i++) await test.client.send('orders', 'x')
    const answer = await test.client.pull('orders', { maxMsgNums: 2 })
    expect(answer.header.nextBeginOffset).toBe(2)
    expect(decodeRecords(answer.body).records).toHaveLength(2)
  })

  it('answers with no more bytes than allowed, but always with one record', async () => {
    const body = Buffer.alloc(600 * 1024)
    for (let i = 0; i < 3; i++) await test.client.send('orders', body)
    const answer = await test.client.pull('orders', { maxMsgNums: 2 ** 31 - 1 })
    expect(decodeRecords(answer.body).records).toHaveLength(1)
    expect(answer.header.nextBeginOffset).toBe(1)
  })

  it.each([
    [0, ResponseCode.PULL_NOT_FOUND, 'NO_MESSAGE_IN_QUEUE', 0],
    [5, ResponseCode.PULL_OFFSET_MOVED, 'NO_MESSAGE_IN_QUEUE', 0]
  ])('answers a pull at %d of an empty queue', async (queueOffset, code, remark, nextBeginOffset) => {
    const answer = await test.client.pull('orders', { queueOffset })
    expect(answer).toMatchObject({ code, remark, header: { nextBeginOffset, minOffset: 0, maxOffset: 0 } })
  })

  it.each([
    [1, ResponseCode.PULL_NOT_FOUND, 'OFFSET_OVERFLOW_ONE', 1],
    [2, ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_OVERFLOW_BADLY', 1],
    [Number.MAX_SAFE_INTEGER, ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_OVERFLOW_BADLY', 1],
    [-1, ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_TOO_SMALL', 0]
  ])('answers a pull at %d of a queue with one message', async (queueOffset, code, remark, nextBeginOffset) => {
    await test.client.send('orders', 'x')
    const answer = await test.client.pull('orders', { queueOffset })
    expect(answer).toMatchObject({ code, remark, header: { nextBeginOffset, minOffset: 0, maxOffset: 1 } })
  })

  it.each([
    ['a negative queue', { queueId: -1 }, ResponseCode.INVALID_PARAMETER, /queueId\[-1\]/],
    ['a queue beyond the last', { queueId: 4 }, ResponseCode.INVALID_PARAMETER, /queueId\[4\]/],
    ['an unknown topic', { topic: 'nowhere' }, ResponseCode.TOPIC_NOT_EXIST, /topic\[nowhere\]/],
    ['an illegal group', { consumerGroup: '../x' }, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, /subscription group/],
    ['no messages at all', { maxMsgNums: 0 }, ResponseCode.INVALID_PARAMETER, /maxMsgNums\[0\]/],
    ['less than none', { maxMsgNums: -1 }, ResponseCode.INVALID_PARAMETER, /maxMsgNums\[-1\]/],
    ['a negative suspend time', { suspendTimeoutMillis: -1, sysFlag: WAIT }, ResponseCode.INVALID_PARAMETER, /suspendTimeoutMillis/],
    ['an absurd suspend time', { suspendTimeoutMillis: Number.MAX_SAFE_INTEGER, sysFlag: WAIT }, ResponseCode.INVALID_PARAMETER, /600000/],
    ['a lite topic', { liteTopic: 'lite' }, ResponseCode.INVALID_PARAMETER, /lite topics/],
    ['an expression without a tag', { subscription: '||' }, ResponseCode.SUBSCRIPTION_PARSE_FAILED, /names no tag/],
    ['an SQL expression', { subscription: 'a > 1', expressionType: 'SQL92' }, ResponseCode.SYSTEM_ERROR, /filter message by SQL92/]
  ])('refuses %s', async (_what, header, code, remark) => {
    const answer = await test.client.pull('orders', header)
    expect(answer.code).toBe(code)
    expect(answer.remark).toMatch(remark)
  })

  it('refuses a group that may not consume, and a topic that may not be read', async () => {
    await test.broker.createTopic('locked', { perm: 2 })
    expect((await test.client.pull('locked')).code).toBe(ResponseCode.NO_PERMISSION)
    await test.client.invoke(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, {}, groupSettings('stopped', { consumeEnable: false }))
    expect((await test.client.pull('orders', { consumerGroup: 'stopped' })).code).toBe(ResponseCode.NO_PERMISSION)
  })
})

describe('LITE_PULL_MESSAGE', () => {
  it('reads and waits as PULL_MESSAGE does', async () => {
    const pull = (queueOffset: number) =>
      test.client.invoke(RequestCode.LITE_PULL_MESSAGE, {
        ...pullHeader('orders'),
        queueOffset,
        sysFlag: WAIT | PullSysFlag.LITE_PULL_MESSAGE
      })
    await test.client.send('orders', 'a')
    const answer = await pull(0)
    expect(decodeRecords(answer.body).records.map((record) => record.body.toString())).toEqual(['a'])
    const held = watched(pull(1))
    await test.newClient().send('orders', 'b')
    await test.clock.settle()
    expect(held.value?.code).toBe(ResponseCode.SUCCESS)
  })
})

describe('the tag filter of a pull', () => {
  beforeEach(async () => {
    for (const tag of ['created', 'Aa', 'paid', 'BB']) await test.client.send('orders', tag, { TAGS: tag })
    await test.client.send('orders', 'none')
  })

  it('is the expression in the header when the flag says so', async () => {
    const answer = await test.client.pull('orders', { subscription: 'created || paid' })
    expect(decodeRecords(answer.body).records.map((record) => record.body.toString())).toEqual(['created', 'paid'])
    expect(answer.header.nextBeginOffset).toBe(5)
  })

  it('works by hash: tags that collide pass together', async () => {
    expect(javaStringHashCode('Aa')).toBe(javaStringHashCode('BB'))
    const answer = await test.client.pull('orders', { subscription: 'Aa' })
    expect(decodeRecords(answer.body).records.map((record) => record.body.toString())).toEqual(['Aa', 'BB'])
  })

  it('answers PULL_RETRY_IMMEDIATELY behind the messages that nobody wants', async () => {
    const answer = await test.client.pull('orders', { subscription: 'cancelled', sysFlag: WAIT })
    expect(answer).toMatchObject({
      code: ResponseCode.PULL_RETRY_IMMEDIATELY,
      remark: 'NO_MATCHED_MESSAGE',
      header: { nextBeginOffset: 5 }
    })
  })

  it("is the subscription of the group's heartbeats without the flag", async () => {
    await test.client.heartbeat('billing', [subscription('orders', ['paid'], [javaStringHashCode('paid')], 7)])
    const answer = await test.client.pull('orders', { sysFlag: 0, subscription: undefined, subVersion: Long.fromNumber(7) })
    expect(decodeRecords(answer.body).records.map((record) => record.body.toString())).toEqual(['paid'])
  })

  it('wants a group with members, a subscription, and not an older one', async () => {
    const pull = (subVersion: number): Promise<{ code: number }> =>
      test.client.pull('orders', { sysFlag: 0, subscription: undefined, subVersion: Long.fromNumber(subVersion) })
    expect((await pull(1)).code).toBe(ResponseCode.SUBSCRIPTION_NOT_EXIST)
    await test.client.heartbeat('billing', [subscription('other')])
    expect((await pull(1)).code).toBe(ResponseCode.SUBSCRIPTION_NOT_EXIST)
    await test.client.heartbeat('billing', [subscription('orders', [], [], 5)])
    expect((await pull(5)).code).toBe(ResponseCode.SUCCESS)
    expect((await pull(6)).code).toBe(ResponseCode.SUBSCRIPTION_NOT_LATEST)
  })

  it('takes no older subscription in place of a newer one', async () => {
    await test.client.heartbeat('billing', [subscription('orders', ['paid'], [javaStringHashCode('paid')], 9)])
    await test.client.heartbeat('billing', [subscription('orders', ['created'], [javaStringHashCode('created')], 8)])
    const answer = await test.client.pull('orders', { sysFlag: 0, subVersion: Long.fromNumber(9) })
    expect(decodeRecords(answer.body).records.map((record) => record.body.toString())).toEqual(['paid'])
  })
})

describe('a pull that may wait', () => {
  it('is answered when a message arrives', async () => {
    const held = watched(test.client.pull('orders', { sysFlag: WAIT }))
    await test.clock.advance(3000)
    expect(held.isOver).toBe(false)
    await test.newClient().send('orders', 'arrived')
    await test.clock.settle()
    expect(held.value?.code).toBe(ResponseCode.SUCCESS)
    expect(decodeRecords(held.value?.body ?? Buffer.alloc(0)).records.map((record) => record.body.toString())).toEqual(['arrived'])
  })

  it('is not woken by another queue, another topic, or a tag that it does not want', async () => {
    const held = watched(test.client.pull('orders', { sysFlag: WAIT, subscription: 'paid' }))
    const other = test.newClient()
    await other.send('orders', 'x', { TAGS: 'paid' }, { queueId: 1 })
    await other.send('payments', 'x', { TAGS: 'paid' })
    await other.send('orders', 'x', { TAGS: 'created' })
    await test.clock.settle()
    expect(held.isOver).toBe(false)
    await other.send('orders', 'x', { TAGS: 'paid' })
    await test.clock.settle()
    expect(held.value?.header.nextBeginOffset).toBe(2)
  })

  it('is looked at every 5 s: it goes on behind messages that it does not want', async () => {
    const held = watched(test.client.pull('orders', { sysFlag: WAIT, subscription: 'paid' }))
    await test.newClient().send('orders', 'x', { TAGS: 'created' })
    await test.clock.advance(5000)
    expect(held.value).toMatchObject({ code: ResponseCode.PULL_RETRY_IMMEDIATELY })
    expect(held.value?.header.nextBeginOffset).toBe(1)
  })

  it('is answered with PULL_NOT_FOUND when its time is up, and not before', async () => {
    const held = watched(test.client.pull('orders', { sysFlag: WAIT, suspendTimeoutMillis: 15_000 }))
    await test.clock.advance(14_999)
    expect(held.isOver).toBe(false)
    await test.clock.advance(5001)
    expect(held.value).toMatchObject({ code: ResponseCode.PULL_NOT_FOUND })
    expect(held.value?.header).toMatchObject({ nextBeginOffset: 0, maxOffset: 0 })
  })

  it('is one for each queue, group and client: a new one ends the old one', async () => {
    const first = watched(test.client.pull('orders', { sysFlag: WAIT }))
    await test.clock.settle()
    const second = watched(test.client.pull('orders', { sysFlag: WAIT }))
    const otherGroup = watched(test.client.pull('orders', { sysFlag: WAIT, consumerGroup: 'audit' }))
    const otherQueue = watched(test.client.pull('orders', { sysFlag: WAIT, queueId: 1 }))
    const otherClient = watched(test.newClient().pull('orders', { sysFlag: WAIT }))
    await test.clock.settle()
    expect(first.value?.code).toBe(ResponseCode.PULL_NOT_FOUND)
    expect([second, otherGroup, otherQueue, otherClient].map((pull) => pull.isOver)).toEqual([false, false, false, false])
    await test.newClient().send('orders', 'x')
    await test.clock.settle()
    expect([second, otherGroup, otherQueue, otherClient].map((pull) => pull.isOver)).toEqual([true, true, false, true])
  })

  it('is refused with SYSTEM_BUSY when too many wait', async () => {
    const small = await TestBroker.start({ limits: { maxHeldPulls: 2 } })
    await small.broker.createTopic('orders', { queues: 4 })
    const pulls = [0, 1, 2].map((queueId) => watched(small.client.pull('orders', { sysFlag: WAIT, queueId })))
    await small.clock.settle()
    expect(pulls.map((pull) => pull.value?.code)).toEqual([undefined, undefined, ResponseCode.SYSTEM_BUSY])
    await small.close()
  })

  it('makes room when its client goes away', async () => {
    const small = await TestBroker.start({ limits: { maxHeldPulls: 1 } })
    await small.broker.createTopic('orders', { queues: 4 })
    const gone = small.newClient()
    watched(gone.pull('orders', { sysFlag: WAIT }))
    await small.clock.settle()
    await gone.close()
    await small.clock.advance(5000)
    const next = watched(small.client.pull('orders', { sysFlag: WAIT }))
    await small.clock.settle()
    expect(next.isOver).toBe(false)
    await small.close()
  })

  it('wakes up to all that was committed together', async () => {
    const held = watched(test.client.pull('orders', { sysFlag: WAIT }))
    await test.clock.settle()
    const other = test.newClient()
    await other.send('orders', 'connected', {}, { queueId: 1 })
    await Promise.all(Array.from({ length: 10 }, () => other.send('orders', 'x')))
    await test.clock.settle()
    expect(decodeRecords(held.value?.body ?? Buffer.alloc(0)).records.length).toBeGreaterThan(1)
  })
})

describe('an offset that comes with a pull', () => {
  const committed = async (): Promise<number | undefined> => {
    const answer = await test.client.invoke(RequestCode.QUERY_CONSUMER_OFFSET, {
      consumerGroup: 'billing',
      topic: 'orders',
      queueId: 0,
      setZeroIfNotFound: false
    })
    return answer.code === ResponseCode.SUCCESS ? answer.header.offset : undefined
  }

  it('is committed when the flag says so', async () => {
    for (let i = 0; i < 3; i++) await test.client.send('orders', 'x')
    await test.client.pull('orders', { commitOffset: 2 })
    expect(await committed()).toBeUndefined()
    await test.client.pull('orders', { commitOffset: 2, sysFlag: PullSysFlag.SUBSCRIPTION | PullSysFlag.COMMIT_OFFSET })
    expect(await committed()).toBe(2)
  })

  it('is committed once: waking up does not take it back', async () => {
    await test.client.send('orders', 'x')
    const held = watched(test.client.pull('orders', { queueOffset: 1, commitOffset: 0, sysFlag: WAIT | PullSysFlag.COMMIT_OFFSET }))
    await test.clock.settle()
    const other = test.newClient()
    await other.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { consumerGroup: 'billing', topic: 'orders', queueId: 0, commitOffset: 1 })
    await other.send('orders', 'y')
    await test.clock.settle()
    expect(held.isOver).toBe(true)
    expect(await committed()).toBe(1)
  })
})
