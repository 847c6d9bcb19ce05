import {
  type Client,
  type CloseReport,
  type Message,
  type MessageOf,
  type Outcome,
  type PushConsumer,
  type PushConsumerOptions,
  type SubscriptionOptions,
  type Unsettled,
  unsettled
} from '@rocketmq-ts/client'
import { Observable, type Subscriber } from 'rxjs'
import { Delivery } from './delivery'

/** Settings of a stream of deliveries: those of a push consumer, with the demand in place of its concurrency. */
export interface DeliveriesOptions<Subscriptions extends readonly SubscriptionOptions[] = readonly SubscriptionOptions[]>
  extends Omit<PushConsumerOptions<Subscriptions>, 'concurrency' | 'maxUnsettled'> {
  /** At most so many deliveries are handed out and not settled: the next comes when one is settled. Default 256. */
  readonly maxUnsettled?: number
  /** How long an unsubscribed stream waits for its deliveries to be settled, milliseconds. Default 10,000. */
  readonly closeTimeoutMs?: number
  /** Told when an unsubscribed stream has closed, and what was left. */
  readonly onClosed?: (report: CloseReport) => void
}

const DEFAULT_MAX_UNSETTLED = 256

/**
 * The group's messages as a stream with back-pressure by unsettled deliveries. Cold: each subscription is a member of the group
 * of its own, so a client can carry one per group.
 *
 * Unsubscribing is a graceful close: nothing more is handed out, what is handed out may still be settled until the deadline,
 * offsets are committed and the group is left. The stream completes when the consumer or its client is closed, and fails with
 * what a push consumer's `done` rejects with, or with an `OptionsError`.
 *
 *     deliveries(mq, { group: 'audit', subscriptions: [{ topic: Orders }], maxUnsettled: 256 })
 *       .pipe(settle((message) => store(message.value), { concurrency: 8 }))
 */
export function deliveries<const Subscriptions extends readonly SubscriptionOptions[]>(
  client: Client,
  options: DeliveriesOptions<Subscriptions>
): Observable<Delivery<MessageOf<Subscriptions>>> {
  return new Observable((subscriber) => new DeliveryStream<MessageOf<Subscriptions>>(client, options, subscriber).close)
}

/** One subscription: a push consumer whose handler waits for the settlement of what it handed out. */
class DeliveryStream<M extends Message> {
  readonly #subscriber: Subscriber<Delivery<M>>
  readonly #consumer: PushConsumer
  readonly #closeOptions: { readonly timeoutMs?: number }
  readonly #onClosed: ((report: CloseReport) => void) | undefined
  #isClosed = false

  constructor(client: Client, options: DeliveriesOptions, subscriber: Subscriber<Delivery<M>>) {
    const { maxUnsettled = DEFAULT_MAX_UNSETTLED, closeTimeoutMs, onClosed, ...rest } = options
    this.#subscriber = subscriber
    this.#closeOptions = closeTimeoutMs === undefined ? {} : { timeoutMs: closeTimeoutMs }
    this.#onClosed = onClosed
    this.#consumer = client.pushConsumer({ ...rest, concurrency: maxUnsettled }, (message, context) => this.#handOut(message as M, context))
    this.#consumer.done.then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error)
    )
  }

  readonly close = (): void => {
    if (this.#isClosed) return
    this.#isClosed = true
    void this.#consumer.close(this.#closeOptions).then(this.#onClosed)
  }

  #handOut(message: M, context: { readonly signal: AbortSignal }): Unsettled | Promise<Outcome> {
    if (this.#isClosed) return unsettled()
    return new Promise<unknown>((resolve, reject) => {
      this.#subscriber.next(new Delivery(message, context, { resolve, reject }))
    }) as Promise<Outcome>
  }
}
