import { defineTopic, json } from '@rocketmq-ts/client'
import { z } from 'zod'

/** An order as the shop places it. Any Standard Schema will do (zod, valibot, arktype…). */
export const Order = z.object({
  id: z.string().min(1),
  customer: z.string().min(1),
  card: z.enum(['good', 'busy', 'stolen']),
  totalCents: z.number().int().positive()
})

export type Order = z.infer<typeof Order>

/** Checked on both sides: only an order can be sent, and only an order reaches a handler. */
export const Orders = defineTopic('shop-orders', json(Order))
