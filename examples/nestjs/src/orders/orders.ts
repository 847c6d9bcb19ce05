import { defineTopic, json } from '@rocketmq-ts/client'
import { z } from 'zod'

export const Order = z.object({ id: z.string().min(1), totalCents: z.number().int().positive() })
export type Order = z.infer<typeof Order>

export const Orders = defineTopic('nest-orders', json(Order))
