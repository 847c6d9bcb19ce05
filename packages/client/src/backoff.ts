/** Growing pauses between attempts at the same thing. */
export interface BackoffPolicy {
  /** Pause before the second attempt, milliseconds. */
  readonly firstMs: number
  /** No pause is longer. */
  readonly capMs: number
}

/**
 * Pause after `failures` failures in a row (1 = after the first): doubles up to the cap, jittered over its upper half so
 * that clients which lost the same broker do not return in step.
 *
 * @param random a number in [0, 1).
 */
export function backoffMs(failures: number, policy: BackoffPolicy, random: number): number {
  const doublings = Math.min(Math.max(failures, 1) - 1, 30)
  const ceiling = Math.min(policy.capMs, policy.firstMs * 2 ** doublings)
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}
