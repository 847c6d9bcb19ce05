import { ClusterOptionsError } from '../cluster-error'
import { refuseUnknown } from '../cluster-options'
import { readWithin, type WaitOptions } from '../wait-options'

/** How many messages are expected, and how long they may take. */
export interface ExpectOptions extends WaitOptions {
  /**
   * Exactly so many; more are a failure. 0: none in the whole time of `withinMs`.
   * Default: all that match, and at least one.
   */
  readonly count?: number
  /**
   * How long it may take, milliseconds of the cluster's clock: a hand-driven clock is moved as far as it takes.
   * Default: 4000 on the real clock; on the hand-driven one 60,000, and 6 hours for dead letters.
   */
  readonly withinMs?: number
}

/** The same, complete. */
export interface ResolvedExpectOptions {
  /** `undefined`: all that match, and at least one. */
  readonly count: number | undefined
  readonly withinMs: number
}

/** Shorter than the time a test framework gives a test: the failure that says why comes first. */
const REAL_WITHIN_MS = 4000

/** @throws ClusterOptionsError */
export function resolveExpectOptions(call: string, options: ExpectOptions, drivenMs: number, isDriven: boolean): ResolvedExpectOptions {
  refuseUnknown(call, options, { count: true, withinMs: true })
  const { count } = options
  const withinMs = readWithin(call, options.withinMs, isDriven ? drivenMs : REAL_WITHIN_MS)
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
    throw new ClusterOptionsError(`${call}.count`, 'must be a whole number')
  }
  return { count, withinMs }
}
