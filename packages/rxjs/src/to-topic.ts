import {
  type AnyTopic,
  OptionsError,
  type Producer,
  type SendError,
  type SendOptions,
  type SendReceipt,
  type ValueSentTo
} from '@rocketmq-ts/client'
import { Observable, type OperatorFunction } from 'rxjs'
import { functionOr, refuseUnknown, wholeNumber } from './options'
import { TopicSends } from './topic-sends'

/** A value that was sent, with what the broker says of it. */
export interface SentValue<V> {
  readonly value: V
  readonly receipt: SendReceipt
}

/** What is sent for a value: the topic's value with its tag, keys, sharding key, delay level and the like. */
export interface TopicEntry<Value> extends SendOptions {
  readonly value: Value
}

/** What becomes of a value that could not be sent: the stream fails with the error, or goes on without it. */
export type SendFailurePolicy = 'fail' | 'skip'

export interface ToTopicOptions<V> {
  /** Most sends under way at a time. Default 64. */
  readonly concurrency?: number
  /** Whether values come out in the order of the source, not in that of the brokers' answers. Default `false`. */
  readonly ordered?: boolean
  /**
   * Most values that wait for their turn: what a source that cannot be slowed down (an array, a timer, a socket) may be ahead.
   * One more, and the stream fails with a `BufferFullError`. `Infinity` for no limit. Default 100,000.
   */
  readonly maxBuffered?: number
  /** What a failed send does. `error.sent` says whether the message may be stored all the same. Default `'fail'`. */
  readonly onError?: SendFailurePolicy | ((error: SendError, value: V) => SendFailurePolicy)
}

/** The same for streams whose values are not those of the topic. */
export interface ToTopicEntryOptions<V, Value> extends ToTopicOptions<V> {
  /** What to send for a value. What it throws fails the stream. */
  readonly entry: (value: V, index: number) => TopicEntry<Value>
}

/** The same, complete. */
export interface ResolvedToTopicOptions<V> extends Required<Omit<ToTopicOptions<V>, 'onError'>> {
  readonly onError: (error: SendError, value: V) => SendFailurePolicy
  readonly entry: ((value: V, index: number) => TopicEntry<never>) | undefined
}

const DEFAULT_CONCURRENCY = 64
const DEFAULT_MAX_BUFFERED = 100_000
const MOST = 2 ** 31 - 1

/**
 * Sends every value to a topic and emits it with its receipt once a broker has it. Completes when the source has and every send
 * has been answered. A failed send fails the stream with its `SendError` unless `onError` says otherwise; the producer has
 * tried again by then, as often as its `retries` say.
 *
 * Unsubscribing sends nothing more; what is under way ends by itself, unseen.
 *
 *     orders$.pipe(toTopic(producer, Orders, { entry: (order) => ({ value: order, tag: 'created', keys: [order.id] }) }))
 *
 * @throws OptionsError
 */
export function toTopic<T extends AnyTopic | string, V>(
  producer: Producer,
  topic: T,
  options: ToTopicEntryOptions<V, ValueSentTo<T>>
): OperatorFunction<V, SentValue<V>>
export function toTopic<T extends AnyTopic | string, V extends ValueSentTo<T> = ValueSentTo<T>>(
  producer: Producer,
  topic: T,
  options?: ToTopicOptions<V>
): OperatorFunction<V, SentValue<V>>
export function toTopic<V>(
  producer: Producer,
  topic: AnyTopic | string,
  options: ToTopicOptions<V> = {}
): OperatorFunction<V, SentValue<V>> {
  const settings = resolveToTopicOptions(options)
  return (source) => new Observable((subscriber) => new TopicSends(producer, topic, settings, subscriber).follow(source))
}

const KNOWN: ReadonlyArray<keyof ToTopicEntryOptions<never, never>> = ['concurrency', 'ordered', 'maxBuffered', 'onError', 'entry']

function resolveToTopicOptions<V>(options: Partial<ToTopicEntryOptions<V, never>>): ResolvedToTopicOptions<V> {
  refuseUnknown('toTopic', options, KNOWN)
  const { concurrency, ordered = false, maxBuffered, onError, entry } = options
  if (typeof ordered !== 'boolean') throw invalid('ordered', 'true or false', ordered)
  return {
    concurrency: wholeNumber('toTopic: concurrency', concurrency, DEFAULT_CONCURRENCY, { min: 1, max: MOST }),
    ordered,
    maxBuffered:
      maxBuffered === Number.POSITIVE_INFINITY
        ? maxBuffered
        : wholeNumber('toTopic: maxBuffered', maxBuffered, DEFAULT_MAX_BUFFERED, { min: 0, max: MOST }),
    onError: readPolicy(onError),
    entry: functionOr('toTopic: entry', entry, undefined)
  }
}

function readPolicy<V>(value: ToTopicOptions<V>['onError']): (error: SendError, value: V) => SendFailurePolicy {
  if (typeof value === 'function') return value
  if (value === undefined || value === 'fail' || value === 'skip') return () => value ?? 'fail'
  throw invalid('onError', "'fail', 'skip' or a function", value)
}

function invalid(option: string, rule: string, value: unknown): OptionsError {
  return new OptionsError(`toTopic: ${option} must be ${rule}, not ${String(value)}`, { option })
}
