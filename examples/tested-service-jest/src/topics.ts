import { defineTopic, json } from '@rocketmq-ts/client'

export interface Payment {
  readonly orderId: string
  readonly card: string
}

/** A card to charge for an order. */
export const Payments = defineTopic('payments', json<Payment>())

/** An order whose reservation ends: sent when it begins, with a delay. */
export const Reservations = defineTopic('reservations', json<{ readonly orderId: string }>())
