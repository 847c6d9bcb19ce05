import type { Client, Message, MessageOf, SubscriptionOptions } from '@rocketmq-ts/client'
import { Observable } from 'rxjs'
import type { Delivery } from './delivery'
import { type ReplayOptions, resolveReplayOptions } from './replay-options'
import { ReplayStream } from './replay-stream'

/**
 * Stored messages once more, from … to: the order of each queue is kept, nothing is committed, no group is joined and nobody
 * loses a queue. Cold and finite: where each queue ends is fixed on subscription, and the stream completes when everything before
 * that was handed out and acked.
 *
 * **Demand** is that of `deliveries()`: `maxUnsettled` and `maxUnsettledBytes`. Acking makes room for the next message and does
 * nothing else, so `settle` works unchanged. The reader is a few batches ahead at most.
 *
 * **Failures.** A replay has no retry or dead letter topic: a delivery that fails, or asks for either, ends the stream with a
 * `ReplayFailedError`, whose `positions` are where another replay can go on. The stream also fails with `NoRouteError` (unknown
 * topic), `OffsetOutOfRangeError` (a listed position that does not exist, or messages removed while it reads), `ClosedError` (the
 * client was closed before the end), `RequestRefusedError`, or what kept it from asking where the queues begin and end. A broker
 * that goes away later is waited for.
 *
 *     replay(mq, { subscriptions: [{ topic: Orders, tags: ['paid'] }], from: { timestampMs } })
 *       .pipe(settle((message) => rebuild(message.value), { concurrency: 8 }))
 */
export function replay<const Subscriptions extends readonly SubscriptionOptions[]>(
  client: Client,
  options: ReplayOptions<Subscriptions>
): Observable<Delivery<MessageOf<Subscriptions>>>
export function replay(client: Client, options: ReplayOptions): Observable<Delivery<Message>> {
  return new Observable((subscriber) => new ReplayStream(client, resolveReplayOptions(options), subscriber).close)
}
