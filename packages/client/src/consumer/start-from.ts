import { isRetryTopic } from '@rocketmq-ts/remoting/wire'
import { invalid } from '../options'

/**
 * Where a group begins in a queue that it has never committed an offset for. `'last'`: at the end, only what comes from now
 * on (a queue younger than the group's interest is read from its start all the same: the broker answers 0 for it);
 * `'first'`: at the oldest message there is; or at a time, milliseconds since the epoch.
 */
export type StartFrom = 'last' | 'first' | { readonly timestampMs: number }

/** How the first offset of a queue without a committed one is found. */
export type StartRule =
  | { readonly kind: 'OFFSET'; readonly offset: number }
  | { readonly kind: 'END' }
  | { readonly kind: 'TIME'; readonly timestampMs: number }

/**
 * The rule for one queue. Retry topics are read from their start by a group that begins at the end, or retries made before
 * the group first pulled would be lost (read in client/…/consumer/RebalancePushImpl.java).
 */
export function startRule(from: StartFrom, topic: string): StartRule {
  // Below the oldest message the broker says where it is.
  if (from === 'first') return { kind: 'OFFSET', offset: 0 }
  if (from === 'last') return isRetryTopic(topic) ? { kind: 'OFFSET', offset: 0 } : { kind: 'END' }
  return isRetryTopic(topic) ? { kind: 'END' } : { kind: 'TIME', timestampMs: from.timestampMs }
}

/** Reads the option `from`. */
export function readStartFrom(value: unknown, name: string): StartFrom {
  if (value === undefined || value === 'last') return 'last'
  if (value === 'first') return value
  const time = typeof value === 'object' && value !== null ? Reflect.get(value, 'timestampMs') : undefined
  if (typeof time === 'number' && Number.isSafeInteger(time) && time >= 0) return { timestampMs: time }
  throw invalid(name, "must be 'last', 'first' or { timestampMs }", value)
}

/** The same as heartbeats say it. */
export function consumeFromWhere(from: StartFrom): 'CONSUME_FROM_LAST_OFFSET' | 'CONSUME_FROM_FIRST_OFFSET' | 'CONSUME_FROM_TIMESTAMP' {
  if (from === 'last') return 'CONSUME_FROM_LAST_OFFSET'
  return from === 'first' ? 'CONSUME_FROM_FIRST_OFFSET' : 'CONSUME_FROM_TIMESTAMP'
}
