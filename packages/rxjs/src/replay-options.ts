import { type MessageQueue, OptionsError, type PullConsumerOptions, type SubscriptionOptions } from '@rocketmq-ts/client'
import { refuseUnknown, wholeNumber } from './options'

/** A place in a queue. */
export interface QueuePosition extends MessageQueue {
  readonly offset: number
}

/**
 * Where a replay begins or ends: at the oldest message there is, at the end of each queue as it is on subscription, at a time
 * (milliseconds since the epoch, by the broker's clock), or at a place in each queue. Queues that a list leaves out are not read.
 */
export type ReplayPoint = 'first' | 'last' | { readonly timestampMs: number } | readonly QueuePosition[]

/** Settings of a replay. */
export interface ReplayOptions<Subscriptions extends readonly SubscriptionOptions[] = readonly SubscriptionOptions[]>
  extends Pick<PullConsumerOptions<Subscriptions>, 'subscriptions' | 'maxBatch' | 'prefetch' | 'maxPrefetchedBytes'> {
  /** The first message. Default `'first'`. */
  readonly from?: ReplayPoint
  /**
   * The first message that is no longer wanted. Default `'last'`: where each queue ends when the replay is subscribed to. Official brokers
   * acknowledge a message a moment before its queue has it: one sent just before may be left out.
   */
  readonly to?: ReplayPoint
  /**
   * The consumer group in whose name it reads; nothing is committed for it, and its members lose no queue. Default
   * `TOOLS_CONSUMER`, which every broker has.
   */
  readonly group?: string
  /** At most so many deliveries are handed out and not settled. The next comes when one is settled. Default 256. */
  readonly maxUnsettled?: number
  /** At most so many bytes of bodies likewise; a message larger than that is handed out alone. Default 64 MiB. */
  readonly maxUnsettledBytes?: number
}

/** The same as the parts of the replay take it. */
export interface ResolvedReplayOptions {
  readonly from: ReplayPoint
  readonly to: ReplayPoint
  readonly maxUnsettled: number
  readonly maxUnsettledBytes: number
  readonly consumer: PullConsumerOptions
}

const KNOWN: ReadonlyArray<keyof ReplayOptions> = [
  'subscriptions',
  'from',
  'to',
  'group',
  'maxUnsettled',
  'maxUnsettledBytes',
  'maxBatch',
  'prefetch',
  'maxPrefetchedBytes'
]

/** Made by every broker for its own tools (read in broker/…/subscription/SubscriptionGroupManager.java). */
const TOOLS_GROUP = 'TOOLS_CONSUMER'

/** @throws OptionsError */
export function resolveReplayOptions(options: ReplayOptions): ResolvedReplayOptions {
  refuseUnknown('replay', options, KNOWN)
  const { from = 'first', to = 'last', group = TOOLS_GROUP, maxUnsettled, maxUnsettledBytes, ...rest } = options
  checkPoint('from', from)
  checkPoint('to', to)
  return {
    from,
    to,
    maxUnsettled: wholeNumber('replay: maxUnsettled', maxUnsettled, 256, { min: 1, max: 2 ** 31 - 1 }),
    maxUnsettledBytes: wholeNumber('replay: maxUnsettledBytes', maxUnsettledBytes, 64 * 1024 * 1024, { min: 1, max: 2 ** 40 }),
    consumer: { ...rest, group }
  }
}

function checkPoint(option: 'from' | 'to', point: unknown): void {
  if (point === 'first' || point === 'last') return
  if (Array.isArray(point) ? point.every(isPosition) : isOffset(Reflect.get(Object(point), 'timestampMs'))) return
  const rule = "must be 'first', 'last', { timestampMs } or a list of { topic, brokerName, queueId, offset }"
  throw new OptionsError(`replay: ${option} ${rule}`, { option })
}

function isPosition(value: unknown): boolean {
  const { topic, brokerName, queueId, offset } = Object(value) as Partial<QueuePosition>
  return typeof topic === 'string' && typeof brokerName === 'string' && isOffset(queueId) && isOffset(offset)
}

function isOffset(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
