import type { Client, Message, MessageOf, SubscriptionOptions } from '@rocketmq-ts/client'
import { Observable } from 'rxjs'
import { type DeliveriesOptions, resolveDeliveriesOptions } from './deliveries-options'
import type { Delivery } from './delivery'
import { DeliveryStream } from './delivery-stream'

/**
 * The group's messages as a stream with back-pressure by unsettled deliveries. Cold: each subscription is a member of the group
 * of its own, and a client carries one per group at a time. A subscription made while the last one is still closing (`repeat`,
 * `retry`, `share`, `concat`) begins when that has left the group.
 *
 * **Demand** is `maxUnsettled` and `maxUnsettledBytes`: a delivery counts until it is settled. One that nobody settles (dropped by
 * a `filter`, say) is sent back after `handlerTimeoutMs`, which counts from the moment it is handed out.
 *
 * **Unsubscribing** is a graceful close: nothing more is handed out, what is handed out may still be settled until the deadline,
 * offsets are committed and the group is left. What was not settled comes again to the queues' next owners, uncounted.
 *
 * **The end.** It completes when the client has closed. It fails with `OptionsError` (options that cannot work), `GroupInUseError`
 * (another consumer of this client is in the group), `ClosedError` (subscribed at a client that is closed) or `RequestRefusedError`
 * (a broker refuses the group or its subscription before anything could be read). Everything else is recovered from.
 *
 *     deliveries(mq, { group: 'audit', subscriptions: [{ topic: Orders }], maxUnsettled: 256 })
 *       .pipe(settle((message) => store(message.value), { concurrency: 8 }))
 */
export function deliveries<const Subscriptions extends readonly SubscriptionOptions[]>(
  client: Client,
  options: DeliveriesOptions<Subscriptions>
): Observable<Delivery<MessageOf<Subscriptions>>>
export function deliveries(client: Client, options: DeliveriesOptions): Observable<Delivery<Message>> {
  return new Observable((subscriber) => new DeliveryStream(client, resolveDeliveriesOptions(options), subscriber).close)
}
