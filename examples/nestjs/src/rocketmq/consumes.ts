import { DiscoveryService } from '@nestjs/core'
import type { HandlerContext, MessageOf, Outcome, PushConsumerOptions, SubscriptionOptions } from '@rocketmq-ts/client'

/**
 * Makes a provider the handler of a consumer group:
 *
 *     @Injectable()
 *     @Consumes({ group: 'billing', subscriptions: [{ topic: Orders }] })
 *     export class BillingHandler implements MessageHandler<typeof Orders> { … }
 */
export const Consumes = DiscoveryService.createDecorator<PushConsumerOptions>()

/** What such a provider has to be. Returning means consumed, throwing means again; or return `retry()` or `deadLetter()`. */
export interface MessageHandler<Topic extends SubscriptionOptions['topic']> {
  handle(message: MessageOf<readonly [{ readonly topic: Topic }]>, context: HandlerContext): Promise<Outcome> | Outcome
}
