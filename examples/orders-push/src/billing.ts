import { type Client, deadLetter, type MessageOfTopic, type PushConsumer, retry } from '@rocketmq-ts/client'
import type { Bank } from './bank.js'
import { Orders } from './orders.js'

/** What becomes of an order. */
export type Fate = 'billed' | 'dead letter'

/** Bills every order that is placed, sixteen at a time; `settled` hears of each order that is done with. */
export function startBilling(
  mq: Client,
  bank: Bank,
  settled: (orderId: string, fate: Fate) => void
): PushConsumer<MessageOfTopic<typeof Orders>> {
  const billing = mq.pushConsumer(
    { group: 'shop-billing', subscriptions: [{ topic: Orders, tags: ['placed'] }], from: 'first', concurrency: 16, maxAttempts: 5 },
    async (message, { signal }) => {
      const order = message.value
      const answer = await bank.charge(order, signal)
      if (answer === 'refused') return deadLetter() // to %DLQ%shop-billing, at once
      if (answer === 'busy') return retry({ delayLevel: 1 }) // again after a second
      console.log(`billed ${order.id} ${order.customer} ${order.totalCents} attempt ${message.attempt}`)
      settled(order.id, 'billed') // returning means consumed, throwing means again
    }
  )
  billing.events.on('sentBack', ({ message, isDeadLetter }) => {
    const [orderId = '?'] = message.keys
    console.log(isDeadLetter ? `dead letter ${orderId}` : `again later ${orderId}`)
    if (isDeadLetter) settled(orderId, 'dead letter')
  })
  // A bug of ours, a bank out of reach, or a message that is no order. It comes again, and is a dead letter after five attempts.
  billing.events.on('handlerFailed', ({ message, error }) => console.error(`failed ${message.messageId}`, error))
  return billing
}
