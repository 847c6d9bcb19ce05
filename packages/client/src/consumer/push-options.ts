import { groupNameProblem } from '@rocketmq-ts/remoting/wire'
import { milliseconds, readOptions, requiredText, wholeNumber } from '../options'
import { readSubscriptions, type SubscriptionOptions, type TopicSubscription } from '../subscription'
import { readStartFrom, type StartFrom } from './start-from'

/** Settings of a push consumer. */
export interface PushConsumerOptions<Subscriptions extends readonly SubscriptionOptions[] = readonly SubscriptionOptions[]> {
  /** Consumer group: each message goes to one member of it. All members must subscribe to the same. */
  readonly group: string
  /** What it wants, each topic once. */
  readonly subscriptions: Subscriptions
  /** Where the group begins in queues it has no offset for. Default `'last'`. */
  readonly from?: StartFrom
  /** How many handlers run at a time. Default 20. */
  readonly concurrency?: number
  /** Bytes of bodies that running handlers hold in all; a larger message is handled alone. Default: no limit. */
  readonly maxConcurrentBytes?: number
  /** Messages per pull; brokers give at most 32 by default. Default 32. */
  readonly pullBatch?: number
  /** So many messages of one queue may be pulled and not settled before pulling waits. Default 1000. */
  readonly maxUnsettled?: number
  /** The same in bytes of bodies. Default 100 MiB. */
  readonly maxUnsettledBytes?: number
  /** The same as distance from the lowest to the highest offset: how far one stuck message lets others run ahead. Default 2000. */
  readonly maxUnsettledSpan?: number
  /**
   * All queues together: when so many messages wait for a handler, pulling waits; pulls under way then still bring theirs.
   * Default: no limit but those of each queue.
   */
  readonly maxWaiting?: number
  /** The same in bytes of bodies. Default: no limit but those of each queue. */
  readonly maxWaitingBytes?: number
  /** How many times a message is handled in all before it goes to the dead letter topic. Default 17: 16 retries. */
  readonly maxAttempts?: number
  /** A handler that takes longer is given up: its message is sent back. Milliseconds. Default 15 minutes. */
  readonly handlerTimeoutMs?: number
}

/** The same, complete. */
export interface ResolvedPushOptions extends Required<Omit<PushConsumerOptions, 'subscriptions'>> {
  readonly subscriptions: readonly TopicSubscription[]
}

const UNLIMITED = Number.MAX_SAFE_INTEGER

/**
 * @param subVersion of the subscriptions: must not go backwards for a group.
 * @throws OptionsError
 */
export function resolvePushOptions(options: PushConsumerOptions, subVersion: number): ResolvedPushOptions {
  return readOptions<ResolvedPushOptions>('pushConsumer', options, {
    group: requiredText((text) => groupNameProblem(text)),
    subscriptions: (value, name) => readSubscriptions(value, name, subVersion),
    from: readStartFrom,
    concurrency: wholeNumber(20, { min: 1, max: 100_000 }),
    maxConcurrentBytes: wholeNumber(UNLIMITED, { min: 1 }),
    pullBatch: wholeNumber(32, { min: 1, max: 1024 }),
    maxUnsettled: wholeNumber(1000, { min: 1, max: 65_535 }),
    maxUnsettledBytes: wholeNumber(100 * 1024 * 1024, { min: 1, max: 2 ** 30 }),
    maxUnsettledSpan: wholeNumber(2000, { min: 1, max: 65_535 }),
    maxWaiting: wholeNumber(UNLIMITED, { min: 1 }),
    maxWaitingBytes: wholeNumber(UNLIMITED, { min: 1 }),
    maxAttempts: wholeNumber(17, { min: 1, max: 10_000 }),
    handlerTimeoutMs: milliseconds(15 * 60_000)
  })
}
