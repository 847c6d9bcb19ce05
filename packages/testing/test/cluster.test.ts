import { describe, expect, it } from '@jest/globals'
import { defineTopic, json } from '@rocketmq-ts/client'
import { startCluster } from '../src/index'

const Orders = defineTopic('orders', json<{ id: string; total: number }>())

describe('a cluster', () => {
  it('bills an order once, after a delay that passes at once', async () => {
    const cluster = await startCluster({ topics: { orders: { queues: 4 } } })
    const mq = await cluster.connect()
    const seen: string[] = []
    const worker = mq.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, (m) => void seen.push(m.value.id))
    await worker.ready
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 4 })
    await cluster.advance(29_999)
    expect(seen).toEqual([])
    await cluster.advance(1)
    expect(seen).toEqual(['o-1'])
    await cluster.close()
  })
})
