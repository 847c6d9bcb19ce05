import { describe, expect, it } from '@jest/globals'
import { MAX_QUEUES, topicRoute } from '../src/route/topic-route'

const INT_MAX = 2 ** 31 - 1

function absurdRoute(brokers: number): Parameters<typeof topicRoute>[1] {
  const names = Array.from({ length: brokers }, (_, index) => `broker-${index}`)
  return {
    queueDatas: names.map((brokerName) => ({ brokerName, readQueueNums: INT_MAX, writeQueueNums: INT_MAX, perm: 6, topicSysFlag: 0 })),
    brokerDatas: names.map((brokerName) => ({ cluster: 'c', brokerName, brokerAddrs: new Map([[0, '10.0.0.1:10911']]) })),
    filterServerTable: new Map()
  }
}

describe('a route that claims absurdly many queues', () => {
  it('is followed to a bounded number, however many brokers share them', () => {
    const { publishQueues, subscribeQueues } = topicRoute('orders', absurdRoute(10_000))
    expect(publishQueues).toHaveLength(MAX_QUEUES)
    expect(subscribeQueues).toHaveLength(MAX_QUEUES)
  })

  it('by its order configuration is followed to the same number', () => {
    const orderTopicConf = Array.from({ length: 10_000 }, (_, index) => `broker-${index}:99999`).join(';')
    expect(topicRoute('orders', { ...absurdRoute(1), orderTopicConf }).publishQueues).toHaveLength(MAX_QUEUES)
  })
})
