import { groupNameProblem } from '@rocketmq-ts/remoting/wire'
import { invalid, type OptionReader, readOptions, requiredText, wholeNumber } from '../options'
import { readSubscriptions, type SubscriptionOptions, type TopicSubscription } from '../subscription'
import type { FixedQueues, QueueRange } from './assigned-queues'
import { readStartFrom, type StartFrom } from './start-from'

/** Settings of a pull consumer. */
export interface PullConsumerOptions<Subscriptions extends readonly SubscriptionOptions[] = readonly SubscriptionOptions[]> {
  /** Consumer group: whose offsets are committed, and among whose members the queues are shared. */
  readonly group: string
  /** What it wants, each topic once. */
  readonly subscriptions: Subscriptions
  /** Where the group begins in queues it has no offset for. Default `'last'`. */
  readonly from?: StartFrom
  /**
   * Which queues it reads. Left out: its share as a member of the group. `'all'` queues of its topics, or a list of them:
   * then it is no member, nobody gets fewer because of it, and nobody keeps two readers from the same queue. Those of a list
   * may have a `startOffset` and an `endOffset`; loops end when every queue has been handed out up to its end.
   */
  readonly queues?: FixedQueues
  /** Messages per batch at most; brokers give at most 32 by default. Default 32. */
  readonly maxBatch?: number
  /** Batches of one queue that are fetched ahead of the loop. Default 2. */
  readonly prefetch?: number
  /** Bytes of bodies that are fetched ahead, all queues together. Default 64 MiB. */
  readonly maxPrefetchedBytes?: number
}

/** The same, complete. `queues` is `undefined` for a member of the group. */
export interface ResolvedPullOptions extends Required<Omit<PullConsumerOptions, 'subscriptions' | 'queues'>> {
  readonly subscriptions: readonly TopicSubscription[]
  readonly queues: FixedQueues | undefined
}

/**
 * @param subVersion of the subscriptions: must not go backwards for a group.
 * @throws OptionsError
 */
export function resolvePullOptions(options: PullConsumerOptions, subVersion: number): ResolvedPullOptions {
  const resolved = readOptions<ResolvedPullOptions>('pullConsumer', options, {
    group: requiredText((text) => groupNameProblem(text)),
    subscriptions: (value, name) => readSubscriptions(value, name, subVersion),
    from: readStartFrom,
    queues: readQueues,
    maxBatch: wholeNumber(32, { min: 1, max: 1024 }),
    prefetch: wholeNumber(2, { min: 1, max: 1024 }),
    maxPrefetchedBytes: wholeNumber(64 * 1024 * 1024, { min: 1, max: 2 ** 31 })
  })
  checkTopics(resolved)
  return resolved
}

const readQueues: OptionReader<FixedQueues | undefined> = (value, name) => {
  if (value === undefined || value === 'all') return value
  if (Array.isArray(value) && value.length > 0 && value.every(isQueue)) return value.map((queue) => Object.freeze({ ...queue }))
  throw invalid(name, "must be 'all' or a list of { topic, brokerName, queueId, startOffset?, endOffset? }", value)
}

function checkTopics({ queues, subscriptions }: ResolvedPullOptions): void {
  if (queues === undefined || queues === 'all') return
  const stranger = queues.find((queue) => !subscriptions.some(({ topic }) => topic.name === queue.topic))
  if (stranger !== undefined) throw invalid('pullConsumer: queues', 'must be of subscribed topics', stranger.topic)
}

function isQueue(value: unknown): value is QueueRange {
  if (typeof value !== 'object' || value === null) return false
  const { topic, brokerName, queueId, startOffset = 0, endOffset = 0 } = value as Partial<QueueRange>
  return typeof topic === 'string' && typeof brokerName === 'string' && [queueId, startOffset, endOffset].every(isPlace)
}

function isPlace(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
