import type { CloseReport, PushConsumerOptions, SubscriptionOptions } from '@rocketmq-ts/client'
import { functionOr, refuseUnknown, wholeNumber } from './options'

/** Settings of a stream of deliveries: those of a push consumer, with the demand of the stream in place of those of its handlers. */
export interface DeliveriesOptions<Subscriptions extends readonly SubscriptionOptions[] = readonly SubscriptionOptions[]>
  extends Pick<
    PushConsumerOptions<Subscriptions>,
    'group' | 'subscriptions' | 'from' | 'pullBatch' | 'maxUnsettledSpan' | 'maxAttempts' | 'handlerTimeoutMs'
  > {
  /** All queues together: at most so many deliveries are handed out and not settled. The next comes when one is settled. Default 256. */
  readonly maxUnsettled?: number
  /**
   * All queues together: at most so many bytes of bodies, decompressed, are handed out and not settled; a message larger than that
   * is handed out alone. Default 64 MiB.
   *
   * As many messages and bytes again may be pulled and wait to be handed out, and one pull per queue besides.
   */
  readonly maxUnsettledBytes?: number
  /** How long a closing stream waits for its deliveries to be settled, milliseconds. Default 10,000. */
  readonly closeTimeoutMs?: number
  /**
   * Told once when the stream has closed, however it ended, and what was left. When it throws, or rejects, the client's logger gets the
   * error and nothing else happens.
   */
  readonly onClosed?: (report: CloseReport) => void
}

/** The same as the parts of the stream take it. */
export interface ResolvedDeliveriesOptions {
  readonly group: string
  readonly consumer: PushConsumerOptions
  readonly closeTimeoutMs: number
  readonly onClosed: (report: CloseReport) => void
}

const KNOWN: ReadonlyArray<keyof DeliveriesOptions> = [
  'group',
  'subscriptions',
  'from',
  'pullBatch',
  'maxUnsettledSpan',
  'maxAttempts',
  'handlerTimeoutMs',
  'maxUnsettled',
  'maxUnsettledBytes',
  'closeTimeoutMs',
  'onClosed'
]

/** What a push consumer takes at most per queue. */
const MOST_PER_QUEUE = 65_535
const MOST_BYTES_PER_QUEUE = 2 ** 30
const LEAST_SPAN = 2000

/** @throws OptionsError */
export function resolveDeliveriesOptions(options: DeliveriesOptions): ResolvedDeliveriesOptions {
  refuseUnknown('deliveries', options, KNOWN)
  const { maxUnsettled, maxUnsettledBytes, closeTimeoutMs, onClosed, ...rest } = options
  const count = wholeNumber('deliveries: maxUnsettled', maxUnsettled, 256, { min: 1, max: 32_767 })
  const bytes = wholeNumber('deliveries: maxUnsettledBytes', maxUnsettledBytes, 64 * 1024 * 1024, { min: 1, max: 2 ** 40 })
  return {
    group: options.group,
    consumer: { maxUnsettledSpan: Math.min(MOST_PER_QUEUE, Math.max(LEAST_SPAN, 2 * count)), ...rest, ...demand(count, bytes) },
    closeTimeoutMs: wholeNumber('deliveries: closeTimeoutMs', closeTimeoutMs, 10_000, { min: 0, max: 2 ** 31 - 1 }),
    onClosed: functionOr('deliveries: onClosed', onClosed, () => undefined)
  }
}

/** The bounds are those over all queues; a single queue may use them up. */
function demand(count: number, bytes: number): Partial<PushConsumerOptions> {
  return {
    concurrency: count,
    maxConcurrentBytes: bytes,
    maxWaiting: count,
    maxWaitingBytes: bytes,
    maxUnsettled: Math.min(MOST_PER_QUEUE, 2 * count),
    maxUnsettledBytes: Math.min(MOST_BYTES_PER_QUEUE, 2 * bytes)
  }
}
