import { expect, test } from '@jest/globals'
import { defineTopic, json } from '@rocketmq-ts/client'
import { RequestCode, ResponseCode, startCluster } from '@rocketmq-ts/testing'

const Orders = defineTopic('orders', json<{ id: string }>())

test('an order is sent again when the broker is busy, and billed although an answer got lost', async () => {
  const cluster = await startCluster({ topics: { orders: { queues: 4 } } })
  const mq = await cluster.connect()
  const billing = mq.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' }, () => undefined)
  await billing.ready

  const busy = cluster.faults.answerWith(RequestCode.SEND_MESSAGE_V2, { responseCode: ResponseCode.SYSTEM_BUSY, server: 'broker-a' })
  const lost = cluster.faults.dropAnswer(RequestCode.PULL_MESSAGE, { client: mq, times: 4 })
  await cluster.drive(mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1' }))
  await cluster.expectDelivered('billing', { topic: Orders }, { count: 1 })

  expect([busy.hits, lost.hits > 0]).toEqual([1, true])
  expect(cluster.faults.unused).toEqual([])
  await cluster.close()
})
