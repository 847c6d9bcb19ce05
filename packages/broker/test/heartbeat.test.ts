import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { groupSettings, subscription, TestBroker, type TestClient } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 4 })
})
afterEach(() => test.close())

async function members(group = 'billing', client = test.client): Promise<readonly string[]> {
  const answer = await client.invoke(RequestCode.GET_CONSUMER_LIST_BY_GROUP, { consumerGroup: group })
  return answer.code === ResponseCode.SUCCESS ? answer.body.consumerIdList : []
}

/** A client that notes for which groups it was told of changes. */
function listening(): { client: TestClient; told: string[] } {
  const client = test.newClient()
  const told: string[] = []
  client.remoting.handle(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, ({ header }) => void told.push(header.consumerGroup))
  return { client, told }
}

describe('HEART_BEAT', () => {
  it('makes the client a member of its groups, and knows V2', async () => {
    const answer = await test.client.heartbeat('billing', [subscription('orders')])
    expect(answer).toMatchObject({ code: ResponseCode.SUCCESS, header: { isSupportHeartBeatV2: true, isSubChange: true } })
    expect(await members()).toEqual(['client-1'])
  })

  it('creates the retry topic of the group, ordered when it reads an ordered topic', async () => {
    await test.client.heartbeat('billing', [subscription('orders')])
    expect(test.broker.topics).toContain('%RETRY%billing')
    await test.broker.createTopic('sequence', { order: true })
    await test.client.heartbeat('strict', [subscription('sequence')])
    const topics = await test.client.invoke(RequestCode.GET_ALL_TOPIC_CONFIG, {})
    expect(topics.body.topicConfigTable.get('%RETRY%billing')).toMatchObject({ readQueueNums: 1, writeQueueNums: 1, perm: 6, order: false })
    expect(topics.body.topicConfigTable.get('%RETRY%strict')).toMatchObject({ order: true })
  })

  it('passes over a group whose name is illegal, and takes the others', async () => {
    await test.client.heartbeat('../x', [subscription('orders')])
    expect(await members('../x')).toEqual([])
    expect(test.broker.topics).not.toContain('%RETRY%../x')
  })

  it('is refused when it subscribes to names that nothing can have', async () => {
    const long = 'x'.repeat(513)
    for (const one of [subscription(long), { ...subscription('orders'), expressionType: long }]) {
      expect(await test.client.heartbeat('billing', [one])).toMatchObject({ code: ResponseCode.INVALID_PARAMETER })
    }
    expect(await members()).toEqual([])
  })

  it('is enough every 120 s: a client that is silent longer is dropped, and its connection closed', async () => {
    await test.client.heartbeat('billing')
    const other = test.newClient()
    await other.heartbeat('other', [], { clientID: 'client-2' })
    for (let i = 0; i < 4; i++) {
      await test.clock.advance(30_000)
      await other.heartbeat('other', [], { clientID: 'client-2' })
    }
    expect(await members('billing', other)).toEqual(['client-1'])
    await test.clock.advance(20_000)
    expect(await members('billing', other)).toEqual([])
    expect(await members('other', other)).toEqual(['client-2'])
    expect(test.client.remoting.connections().map((connection) => connection.state)).toEqual(['closed'])
  })

  it('drops a member from the one group that it no longer speaks of, and leaves it its connection', async () => {
    await test.client.heartbeat('billing')
    for (let i = 0; i < 5; i++) {
      await test.clock.advance(30_000)
      await test.client.heartbeat('audit')
    }
    expect(await members('billing')).toEqual([])
    expect(await members('audit')).toEqual(['client-1'])
  })

  it('counts a client with two connections once', async () => {
    await test.client.heartbeat('billing')
    await test.newClient().heartbeat('billing')
    expect(await members()).toEqual(['client-1'])
  })

  it('ends with the connection', async () => {
    const other = test.newClient()
    await other.heartbeat('billing', [], { clientID: 'client-2' })
    await other.close()
    await test.clock.settle()
    expect(await members()).toEqual([])
  })

  it.each([
    ['no client id', { clientID: '' }, /client id/],
    ['an endless client id', { clientID: 'c'.repeat(256) }, /256 characters/],
    ['an illegal producer group', { producerDataSet: [{ groupName: 'a b' }] }, /group name/],
    ['more groups than allowed', { producerDataSet: Array.from({ length: 2048 }, (_, i) => ({ groupName: `g${i}` })) }, /1024 groups/]
  ])('is refused with %s', async (_what, more, remark) => {
    const answer = await test.client.heartbeat('billing', [], more)
    expect(answer.code).toBe(ResponseCode.INVALID_PARAMETER)
    expect(answer.remark).toMatch(remark)
    expect(await members()).toEqual([])
  })

  it('is refused with more subscriptions or tags than allowed, or more bytes', async () => {
    const many = Array.from({ length: 1025 }, (_, i) => i)
    const topics = await test.client.heartbeat(
      'billing',
      many.map((i) => subscription(`t${i}`))
    )
    expect([topics.code, topics.remark]).toEqual([ResponseCode.INVALID_PARAMETER, expect.stringContaining('1024 subscriptions')])
    const tags = await test.client.heartbeat('billing', [subscription('orders', ['a'], many)])
    expect([tags.code, tags.remark]).toEqual([ResponseCode.INVALID_PARAMETER, expect.stringContaining('1024 tags')])
    const long = await test.client.heartbeat('billing', [subscription('orders', ['a'.repeat(1024 * 1024)])])
    expect([long.code, long.remark]).toEqual([ResponseCode.INVALID_PARAMETER, expect.stringContaining('1048576 bytes')])
    expect(await members()).toEqual([])
  })

  it('is refused when the subscriptions of all groups together are too many, and heard again when there is room', async () => {
    const small = await TestBroker.start({ limits: { maxTagsInTotal: 10 } })
    const tags = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)
    const other = small.newClient()
    expect((await small.client.heartbeat('billing', [subscription('orders', ['a'], tags(8))])).code).toBe(ResponseCode.SUCCESS)
    expect((await small.client.heartbeat('billing', [subscription('orders', ['a'], tags(8), 2)])).code).toBe(ResponseCode.SUCCESS)
    expect((await other.heartbeat('audit', [subscription('a'), subscription('b'), subscription('c')])).code).toBe(ResponseCode.SYSTEM_BUSY)
    expect((await other.heartbeat('audit', [subscription('a'), subscription('b')])).code).toBe(ResponseCode.SUCCESS)
    await small.client.invoke(RequestCode.UNREGISTER_CLIENT, { clientID: 'client-1', consumerGroup: 'billing' })
    expect((await other.heartbeat('audit', [subscription('orders', ['a'], tags(10))])).code).toBe(ResponseCode.SUCCESS)
    await small.close()
  })

  it('does not add up to endless groups over many heartbeats', async () => {
    const heartbeat = (round: number): Promise<{ code: number }> =>
      test.client.heartbeat('billing', [], { producerDataSet: Array.from({ length: 1000 }, (_, i) => ({ groupName: `g-${round}-${i}` })) })
    const codes = []
    for (let round = 0; round < 4; round++) codes.push((await heartbeat(round)).code)
    expect(codes).toEqual([0, ResponseCode.INVALID_PARAMETER, ResponseCode.INVALID_PARAMETER, ResponseCode.INVALID_PARAMETER])
    expect((await heartbeat(0)).code).toBe(ResponseCode.SUCCESS)
  })
})

describe('a heartbeat V2', () => {
  const v2 = { heartbeatFingerprint: 77, withoutSub: false }

  it('may leave its subscriptions out while the broker knows them', async () => {
    expect((await test.client.heartbeat('billing', [subscription('orders')], v2)).header.isSubChange).toBe(false)
    const short = await test.client.heartbeat('billing', [], { ...v2, withoutSub: true })
    expect(short.header.isSubChange).toBe(false)
    expect((await test.client.pull('orders', { sysFlag: 0 })).code).toBe(ResponseCode.PULL_NOT_FOUND)
  })

  it('is asked for its subscriptions when another member has others', async () => {
    await test.client.heartbeat('billing', [subscription('orders')], v2)
    await test.newClient().heartbeat('billing', [subscription('payments')], { ...v2, heartbeatFingerprint: 78, clientID: 'client-2' })
    expect((await test.client.heartbeat('billing', [], { ...v2, withoutSub: true })).header.isSubChange).toBe(true)
  })

  it('is asked for its subscriptions by a broker that was restarted', async () => {
    await test.client.heartbeat('billing', [subscription('orders')], v2)
    await test.restart()
    expect((await test.client.heartbeat('billing', [], { ...v2, withoutSub: true })).header.isSubChange).toBe(true)
  })
})

describe('NOTIFY_CONSUMER_IDS_CHANGED', () => {
  it('goes to all members when one comes and when one goes', async () => {
    const first = listening()
    const second = listening()
    await first.client.heartbeat('billing', [subscription('orders')])
    await test.clock.advance(200)
    expect(first.told).toEqual(['billing'])
    await second.client.heartbeat('billing', [subscription('orders')], { clientID: 'client-2' })
    await test.clock.advance(200)
    expect([first.told.length, second.told.length]).toEqual([2, 1])
    await second.client.close()
    await test.clock.advance(200)
    expect(first.told).toHaveLength(3)
  })

  it('is not sent for heartbeats that change nothing', async () => {
    const { client, told } = listening()
    for (let i = 0; i < 5; i++) {
      await client.heartbeat('billing', [subscription('orders')])
      await test.clock.advance(30_000)
    }
    expect(told).toHaveLength(1)
  })

  it('is sent when the group reads another topic', async () => {
    const { client, told } = listening()
    await client.heartbeat('billing', [subscription('orders')])
    await test.clock.advance(200)
    await client.heartbeat('billing', [subscription('orders'), subscription('payments')])
    await test.clock.advance(200)
    await client.heartbeat('billing', [subscription('payments')])
    await test.clock.advance(200)
    expect(told).toHaveLength(3)
  })

  it('tells of many changes at once', async () => {
    const { client, told } = listening()
    await client.heartbeat('billing', [subscription('orders')])
    await test.clock.advance(200)
    told.length = 0
    for (let i = 0; i < 50; i++) await test.newClient().heartbeat('billing', [subscription('orders')], { clientID: `client-${i}` })
    await test.clock.advance(200)
    expect(told.length).toBeGreaterThanOrEqual(1)
    expect(told.length).toBeLessThanOrEqual(2)
  })

  it('is sent when a silent member is dropped', async () => {
    const { client, told } = listening()
    await test.client.heartbeat('billing', [subscription('orders')])
    await client.heartbeat('billing', [subscription('orders')], { clientID: 'client-2' })
    await test.clock.advance(200)
    told.length = 0
    for (let i = 0; i < 5; i++) {
      await test.clock.advance(30_000)
      await client.heartbeat('billing', [subscription('orders')], { clientID: 'client-2' })
    }
    expect(told).toEqual(['billing'])
  })

  it('is not sent to broadcasting groups, nor to groups that are set up not to be told', async () => {
    const { client, told } = listening()
    await client.heartbeat('billing', [subscription('orders')], { messageModel: 'BROADCASTING' })
    await client.invoke(
      RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
      {},
      groupSettings('quiet', { notifyConsumerIdsChangedEnable: false })
    )
    await client.heartbeat('quiet', [subscription('orders')])
    await test.clock.advance(1000)
    expect(told).toEqual([])
  })
})

describe('UNREGISTER_CLIENT', () => {
  it('takes the client out of the group it names, and tells the others', async () => {
    const { client, told } = listening()
    await client.heartbeat('billing', [subscription('orders')], { clientID: 'client-2' })
    await test.client.heartbeat('billing', [subscription('orders')])
    await test.client.heartbeat('audit', [subscription('orders')])
    await test.clock.advance(200)
    told.length = 0
    const answer = await test.client.invoke(RequestCode.UNREGISTER_CLIENT, { clientID: 'client-1', consumerGroup: 'billing' })
    await test.clock.advance(200)
    expect(answer.code).toBe(ResponseCode.SUCCESS)
    expect(await members('billing')).toEqual(['client-2'])
    expect(await members('audit')).toEqual(['client-1'])
    expect(told).toEqual(['billing'])
  })

  it('is fine for groups that the client is not in', async () => {
    const answer = await test.client.invoke(RequestCode.UNREGISTER_CLIENT, {
      clientID: 'x',
      producerGroup: 'nobody',
      consumerGroup: 'nobody'
    })
    expect(answer.code).toBe(ResponseCode.SUCCESS)
  })
})

describe('GET_CONSUMER_LIST_BY_GROUP', () => {
  it('names every member', async () => {
    await test.client.heartbeat('billing')
    await test.newClient().heartbeat('billing', [], { clientID: 'client-2' })
    expect(await members()).toEqual(['client-1', 'client-2'])
  })

  it('answers SYSTEM_ERROR for a group without members', async () => {
    const answer = await test.client.invoke(RequestCode.GET_CONSUMER_LIST_BY_GROUP, { consumerGroup: 'nobody' })
    expect([answer.code, answer.remark]).toEqual([ResponseCode.SYSTEM_ERROR, 'no consumer for this group, nobody'])
  })
})

describe('CHECK_CLIENT_CONFIG', () => {
  const check = (expressionType: string): Promise<{ code: number; remark: string | undefined }> =>
    test.client.invoke(
      RequestCode.CHECK_CLIENT_CONFIG,
      {},
      { clientId: 'client-1', group: 'billing', subscriptionData: { ...subscription('orders'), expressionType } }
    )

  it('takes expressions of tags, and no others', async () => {
    expect((await check('TAG')).code).toBe(ResponseCode.SUCCESS)
    const answer = await check('SQL92')
    expect([answer.code, answer.remark]).toEqual([
      ResponseCode.SYSTEM_ERROR,
      'The broker does not support consumer to filter message by SQL92'
    ])
  })
})
