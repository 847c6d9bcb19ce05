import { Injectable } from '@nestjs/common'
import { deadLetter, type MessageOfTopic, type Outcome } from '@rocketmq-ts/client'
import { Consumes, type MessageHandler } from '../rocketmq/consumes.js'
import { Billing } from './billing.js'
import { Orders } from './orders.js'

const LIMIT_CENTS = 1_000_000

@Injectable()
@Consumes({ group: 'nest-billing', subscriptions: [{ topic: Orders }], from: 'first', concurrency: 16 })
export class BillingHandler implements MessageHandler<typeof Orders> {
  readonly #billing: Billing

  constructor(billing: Billing) {
    this.#billing = billing
  }

  handle({ value: order }: MessageOfTopic<typeof Orders>): Outcome {
    if (order.totalCents > LIMIT_CENTS) return deadLetter() // for a person to look at
    this.#billing.bill(order)
    return undefined
  }
}
