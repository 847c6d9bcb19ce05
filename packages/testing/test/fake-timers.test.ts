import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { startCluster } from '../src/index'
import { billing, Orders } from './support'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

it('a cluster does not mind a test that has put fake timers in place of the real ones', async () => {
  const cluster = await startCluster({ topics: { orders: { queues: 1 } } })
  const mq = await cluster.connect()
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void cluster.clock.setTimeout(resolve, ms))
  await mq.pushConsumer(billing, () => sleep(1000)).ready
  await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 1 })
  expect(await cluster.expectDelivered('billing', { topic: Orders })).toHaveLength(1)
  expect(cluster.clock.monotonic()).toBe(2000)
  await cluster.close()
})
