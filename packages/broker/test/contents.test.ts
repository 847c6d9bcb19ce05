import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { GroupError, type Pulled } from '../src/index'
import { pullHeader, subscription, TestBroker } from './support/cluster'

let test: TestBroker
let pulled: Array<Omit<Pulled, 'records'> & { readonly records: number }>

beforeEach(async () => {
  pulled = []
  test = await TestBroker.start({ onPulled: ({ records, ...rest }) => void pulled.push({ ...rest, records: records.length }) })
})
afterEach(() => test.close())

describe('what a broker knows', () => {
  it('is its topics, groups and offsets', async () => {
    await test.broker.createTopic('orders', { queues: 3 })
    test.broker.createGroup('billing')
    await test.client.send('orders', 'x')
    await test.client.invoke(RequestCode.UPDATE_CONSUMER_OFFSET, { consumerGroup: 'billing', topic: 'orders', queueId: 0, commitOffset: 1 })
    const { topics, groups, offsets } = test.broker.contents
    expect(topics.get('orders')).toMatchObject({ readQueueNums: 3, writeQueueNums: 3 })
    expect(groups).toContain('billing')
    expect(offsets).toEqual([{ group: 'billing', topic: 'orders', queueId: 0, offset: 1 }])
  })

  it('is how far each delay level is', async () => {
    await test.client.send('orders', 'x', { DELAY: '2' })
    expect(test.broker.contents.delayOffsets).toEqual(new Map())
    await test.clock.advance(5000)
    expect(test.broker.contents.delayOffsets).toEqual(new Map([[2, 1]]))
  })

  it('is who is connected, in which groups, and what they subscribe to', async () => {
    await test.client.heartbeat('billing', [subscription('orders', ['a', 'b'], [97, 98])], {
      clientID: 'c-1',
      producerDataSet: [{ groupName: 'shop' }]
    })
    expect(test.broker.contents.clients).toEqual([
      {
        clientId: 'c-1',
        language: 'OTHER',
        version: 513,
        address: { host: '127.0.0.1', port: expect.any(Number) },
        producerGroups: ['shop'],
        consumerGroups: [{ group: 'billing', messageModel: 'CLUSTERING', subscriptions: [{ topic: 'orders', expression: 'a || b' }] }]
      }
    ])
    await test.client.close()
    await test.clock.settle()
    expect(test.broker.contents.clients).toEqual([])
  })

  it('leaves out the rest of a subscription that is very long', async () => {
    const tags = Array.from({ length: 100 }, (_, n) => `tag-${n}`)
    await test.client.heartbeat('billing', [subscription('orders', tags, [1])])
    const [client] = test.broker.contents.clients
    const expression = client?.consumerGroups[0]?.subscriptions[0]?.expression ?? ''
    expect(expression).toHaveLength(257)
    expect(expression).toMatch(/^tag-0 \|\| tag-1 .*…$/)
  })

  it('can be asked for after it was closed', async () => {
    await test.broker.createTopic('orders', { queues: 3 })
    await test.broker.close()
    expect(test.broker.contents.topics.has('orders')).toBe(true)
  })

  it('is a copy', async () => {
    const { topics } = test.broker.contents
    await test.broker.createTopic('orders')
    expect(topics.has('orders')).toBe(false)
  })
})

describe('who was handed what', () => {
  it('is told for every answer with messages', async () => {
    await test.client.send('orders', 'x')
    await test.client.send('orders', 'y')
    await test.client.pull('orders')
    await test.client.pull('orders', { queueOffset: 2 })
    expect(pulled).toEqual([{ group: 'billing', topic: 'orders', queueId: 0, records: 2 }])
  })

  it('leaves out what the group does not want', async () => {
    await test.client.send('orders', 'x', { TAGS: 'a' })
    await test.client.send('orders', 'y', { TAGS: 'b' })
    await test.client.pull('orders', { subscription: 'b' })
    expect(pulled.map(({ records }) => records)).toEqual([1])
  })
})

describe('createGroup', () => {
  it('makes a group with friendly settings, or changes them', async () => {
    await test.client.send('orders', 'x')
    test.broker.createGroup('billing', { mayConsume: false })
    expect((await test.client.invoke(RequestCode.PULL_MESSAGE, pullHeader('orders'))).code).toBe(ResponseCode.NO_PERMISSION)
    test.broker.createGroup('billing')
    expect((await test.client.invoke(RequestCode.PULL_MESSAGE, pullHeader('orders'))).code).toBe(ResponseCode.SUCCESS)
  })

  it('decides how often clients that do not say so retry', async () => {
    test.broker.createGroup('billing', { maxRetries: 0 })
    await test.client.send('orders', 'x')
    await test.client.invoke(RequestCode.CONSUMER_SEND_MSG_BACK, { offset: 0, group: 'billing', delayLevel: 1 })
    expect(test.broker.topics).toContain('%DLQ%billing')
  })

  it('refuses names and settings that cannot be', () => {
    const refusal = (name: string, options: object): unknown => {
      try {
        return test.broker.createGroup(name, options)
      } catch (error) {
        return error
      }
    }
    for (const error of [refusal('no such name!', {}), refusal('billing', { maxRetries: -1 }), refusal('billing', { retryQueues: 1e9 })]) {
      expect(error).toBeInstanceOf(GroupError)
      expect(error).toMatchObject({ code: 'GROUP_REFUSED', facts: { responseCode: ResponseCode.INVALID_PARAMETER } })
    }
    expect(test.broker.contents.groups).not.toContain('billing')
  })
})
