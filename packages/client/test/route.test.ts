import { describe, expect, it } from '@jest/globals'
import type { TopicRouteData } from '@rocketmq-ts/remoting/wire'
import { isRouteChanged, routeDiff } from '../src/route/route-diff'
import { autoCreateRoute, topicRoute } from '../src/route/topic-route'

const data = (more: Partial<TopicRouteData> = {}): TopicRouteData => ({
  queueDatas: [
    { brokerName: 'b', readQueueNums: 2, writeQueueNums: 1, perm: 6, topicSysFlag: 0 },
    { brokerName: 'a', readQueueNums: 1, writeQueueNums: 2, perm: 6, topicSysFlag: 0 }
  ],
  brokerDatas: [
    { brokerName: 'b', brokerAddrs: new Map([[0, 'b:1']]) },
    {
      brokerName: 'a',
      brokerAddrs: new Map([
        [0, 'a:1'],
        [1, 'a:2']
      ])
    }
  ],
  filterServerTable: new Map(),
  ...more
})

const names = (queues: ReadonlyArray<{ brokerName: string; queueId: number }>): string[] =>
  queues.map((queue) => `${queue.brokerName}${queue.queueId}`)

describe('a topic route', () => {
  it('lists the queues to send to and to read, in the order all clients agree on', () => {
    const route = topicRoute('t', data())
    expect(names(route.publishQueues)).toEqual(['a0', 'a1', 'b0'])
    expect(names(route.subscribeQueues)).toEqual(['a0', 'b0', 'b1'])
    expect(route.brokers.get('a')?.get(1)).toBe('a:2')
  })

  it('sends to no broker without a master, but reads from its slave', () => {
    const route = topicRoute('t', data({ brokerDatas: [{ brokerName: 'a', brokerAddrs: new Map([[1, 'a:2']]) }] }))
    expect(names(route.publishQueues)).toEqual([])
    expect(names(route.subscribeQueues)).toEqual(['a0'])
  })

  it('respects permissions to read and to write', () => {
    const perm = (bits: number): TopicRouteData => data({ queueDatas: data().queueDatas.map((queues) => ({ ...queues, perm: bits })) })
    expect(names(topicRoute('t', perm(2)).subscribeQueues)).toEqual([])
    expect(names(topicRoute('t', perm(2)).publishQueues)).toEqual(['a0', 'a1', 'b0'])
    expect(names(topicRoute('t', perm(4)).publishQueues)).toEqual([])
  })

  it('takes the queues to send to from an order configuration, leaving out what is none', () => {
    expect(names(topicRoute('t', data({ orderTopicConf: 'a:2;b:1;c;d:x;' })).publishQueues)).toEqual(['a0', 'a1', 'b0'])
  })

  it('gives a topic that does not exist yet the queues it will be created with', () => {
    const pattern = data({ queueDatas: [{ brokerName: 'a', readQueueNums: 8, writeQueueNums: 8, perm: 7, topicSysFlag: 0 }] })
    expect(names(autoCreateRoute('t', pattern, 3).publishQueues)).toEqual(['a0', 'a1', 'a2'])
    expect(names(autoCreateRoute('t', pattern, 30).publishQueues)).toHaveLength(8)
  })

  it('does not follow an absurd number of queues', () => {
    const absurd = data({ queueDatas: [{ brokerName: 'a', readQueueNums: 2 ** 31 - 1, writeQueueNums: -5, perm: 6, topicSysFlag: 0 }] })
    expect(topicRoute('t', absurd).subscribeQueues).toHaveLength(16_384)
    expect(topicRoute('t', absurd).publishQueues).toHaveLength(0)
  })
})

describe('the difference of two routes', () => {
  const before = topicRoute('t', data())

  it('is nothing when only the order of the answer changed', () => {
    const reversed = data({ queueDatas: [...data().queueDatas].reverse(), brokerDatas: [...data().brokerDatas].reverse() })
    expect(isRouteChanged(routeDiff(before, topicRoute('t', reversed)))).toBe(false)
  })

  it('tells queues from addresses', () => {
    const moved = data({ brokerDatas: [{ brokerName: 'b', brokerAddrs: new Map([[0, 'b:9']]) }, ...data().brokerDatas.slice(1)] })
    expect(routeDiff(before, topicRoute('t', moved))).toEqual({
      publishQueuesChanged: false,
      subscribeQueuesChanged: false,
      addressesChanged: true
    })
    const grown = data({ queueDatas: data().queueDatas.map((queues) => ({ ...queues, writeQueueNums: 4 })) })
    expect(routeDiff(before, topicRoute('t', grown))).toEqual({
      publishQueuesChanged: true,
      subscribeQueuesChanged: false,
      addressesChanged: false
    })
  })

  it('is everything when there was no route', () => {
    expect(isRouteChanged(routeDiff(undefined, topicRoute('t', data())))).toBe(true)
  })
})
