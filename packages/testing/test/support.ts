import { defineTopic, json, type PushConsumerOptions } from '@rocketmq-ts/client'

export interface Order {
  readonly id: string
  readonly total: number
}

export const Orders = defineTopic('orders', json<Order>())

/** A push consumer of orders that begins at the first one. */
export const billing = {
  group: 'billing',
  subscriptions: [{ topic: Orders }],
  from: 'first'
} as const satisfies PushConsumerOptions<readonly [{ readonly topic: typeof Orders }]>
