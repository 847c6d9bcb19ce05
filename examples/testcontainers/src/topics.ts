import { defineTopic, json } from '@rocketmq-ts/client'

export interface Order {
  readonly id: string
  readonly article: string
  readonly count: number
}

/** What customers want. */
export const Orders = defineTopic('orders', json<Order>())

/** What has been packed. */
export const Parcels = defineTopic('parcels', json<{ readonly orderId: string }>())
