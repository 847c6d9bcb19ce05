import { OptionsError, type SendError, type SendOptions, type SendReceipt } from '@rocketmq-ts/client'
import { functionOr, refuseUnknown, wholeNumber } from './options'

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

/** Settings of `sendEach`. */
export interface SendEachOptions<V> {
  /** Most sends under way at a time. Default 64. */
  readonly concurrency?: number
  /** Whether values come out in the order of the source, not in that of the brokers' answers. Default `false`. */
  readonly ordered?: boolean
  /**
   * With `ordered`: so many sends, from the oldest one whose receipt has not been emitted, may be begun before the others wait for
   * it. Bounds the values that wait for their turn to come out. Default 1000.
   */
  readonly window?: number
  /** What a failed send does. `error.sent` says whether the message may be stored all the same. Default `'fail'`. */
  readonly onError?: SendFailurePolicy | ((error: SendError, value: V) => SendFailurePolicy)
}

/** Settings of `toTopic`. */
export interface ToTopicOptions<V> extends SendEachOptions<V> {
  /**
   * Most values that wait for their turn: what a source that cannot be slowed down (an array, a timer, a socket) may be ahead.
   * One more, and the stream fails with a `BufferFullError`. `Infinity` for no limit. Default 100,000.
   */
  readonly maxBuffered?: number
}

/** How a value that is not the topic's becomes one. */
export interface EntryOption<V, Value> {
  /** What to send for a value. What it throws fails the stream. */
  readonly entry: (value: V, index: number) => TopicEntry<Value>
}

/** The same for values that are not those of the topic. */
export interface SendEachEntryOptions<V, Value> extends SendEachOptions<V>, EntryOption<V, Value> {}

/** The same for values that are not those of the topic. */
export interface ToTopicEntryOptions<V, Value> extends ToTopicOptions<V>, EntryOption<V, Value> {}

/** The same, complete. */
export interface ResolvedToTopicOptions<V> extends Required<Omit<ToTopicOptions<V>, 'onError'>> {
  readonly onError: (error: SendError, value: V) => SendFailurePolicy
  readonly entry: ((value: V, index: number) => TopicEntry<never>) | undefined
}

const DEFAULT_CONCURRENCY = 64
const DEFAULT_WINDOW = 1000
const DEFAULT_MAX_BUFFERED = 100_000
const MOST = 2 ** 31 - 1

const SENDING: ReadonlyArray<keyof SendEachEntryOptions<never, never>> = ['concurrency', 'ordered', 'window', 'onError', 'entry']
const KNOWN = { toTopic: [...SENDING, 'maxBuffered'], sendEach: SENDING }

/**
 * @param what reads them, for error texts.
 * @throws OptionsError
 */
export function resolveToTopicOptions<V>(
  what: keyof typeof KNOWN,
  options: Partial<ToTopicEntryOptions<V, never>>
): ResolvedToTopicOptions<V> {
  refuseUnknown(what, options, KNOWN[what])
  const { concurrency, ordered = false, window, maxBuffered, onError, entry } = options
  if (typeof ordered !== 'boolean') throw invalid(`${what}: ordered`, 'true or false', ordered)
  if (window !== undefined && !ordered)
    throw new OptionsError(`${what}: window means something only with ordered: true`, { option: 'window' })
  return {
    concurrency: wholeNumber(`${what}: concurrency`, concurrency, DEFAULT_CONCURRENCY, { min: 1, max: MOST }),
    ordered,
    window: wholeNumber(`${what}: window`, window, DEFAULT_WINDOW, { min: 1, max: MOST }),
    maxBuffered:
      maxBuffered === Number.POSITIVE_INFINITY
        ? maxBuffered
        : wholeNumber(`${what}: maxBuffered`, maxBuffered, DEFAULT_MAX_BUFFERED, { min: 0, max: MOST }),
    onError: readPolicy(`${what}: onError`, onError),
    entry: functionOr(`${what}: entry`, entry, undefined)
  }
}

function readPolicy<V>(name: string, value: ToTopicOptions<V>['onError']): (error: SendError, value: V) => SendFailurePolicy {
  if (typeof value === 'function') return value
  if (value === undefined || value === 'fail' || value === 'skip') return () => value ?? 'fail'
  throw invalid(name, "'fail', 'skip' or a function", value)
}

function invalid(name: string, rule: string, value: unknown): OptionsError {
  return new OptionsError(`${name} must be ${rule}, not ${String(value)}`, { option: name })
}
