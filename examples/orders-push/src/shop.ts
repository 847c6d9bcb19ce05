import { randomUUID } from 'node:crypto'
import type { Client } from '@rocketmq-ts/client'
import { type Order, Orders } from './orders.js'

/** Places so many orders of five customers and resolves with them when the broker has them all. */
export async function placeOrders(mq: Client, count: number): Promise<readonly Order[]> {
  const producer = mq.producer({ group: 'shop' })
  const orders = Array.from({ length: count }, (_, at) => newOrder(at))
  await Promise.all(
    // The key finds the message later; the sharding key puts the orders of one customer into one queue.
    orders.map((order) => producer.send(Orders, order, { tag: 'placed', keys: [order.id], shardingKey: order.customer }))
  )
  await producer.close()
  console.log(`placed ${orders.length} orders`)
  return orders
}

function newOrder(at: number): Order {
  const card = at % 6 === 4 ? 'busy' : at % 6 === 5 ? 'stolen' : 'good'
  return { id: `order-${randomUUID()}`, customer: `customer-${at % 5}`, card, totalCents: 1000 + 250 * at }
}
