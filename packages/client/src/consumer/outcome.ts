import { OptionsError } from '../errors'

/** What a handler may return besides nothing. Made by `retry()`, `deadLetter()` and, by adapters, `unsettled()`. */
export type Outcome = Retry | DeadLetter | Unsettled | undefined

/** The message is to come again. Made by `retry()`. */
export interface Retry {
  readonly kind: 'RETRY'
  readonly delayLevel: number | undefined
}

/** The message is to go to the group's dead letter topic. Made by `deadLetter()`. */
export interface DeadLetter {
  readonly kind: 'DEAD_LETTER'
}

/** Nobody handled the message, and nobody will here. Made by `unsettled()`. */
export interface Unsettled {
  readonly kind: 'UNSETTLED'
}

export interface RetryOptions {
  /**
   * How long it waits, as a level of the broker's table: 1 is 1 s, 3 is 10 s, 18 is 2 h unless the broker has another
   * one. Default: 3 plus the attempts before, so each wait is longer than the last.
   */
  readonly delayLevel?: number
}

/** Marks what came from this module, also across copies of it. */
const OUTCOME = Symbol.for('@rocketmq-ts/client.outcome')

/**
 * Returned by a handler: the message comes again after a delay, as a new record of the group's retry topic, or goes to
 * the dead letter topic when its attempts are used up.
 *
 * @throws OptionsError when the level is no whole number from 1 on.
 */
export function retry(options: RetryOptions = {}): Retry {
  const { delayLevel } = options
  if (delayLevel !== undefined && !(Number.isSafeInteger(delayLevel) && delayLevel >= 1 && delayLevel < 2 ** 31)) {
    throw new OptionsError(`retry: delayLevel must be a whole number from 1 on, not ${String(delayLevel)}`)
  }
  return mark({ kind: 'RETRY' as const, delayLevel })
}

/** Returned by a handler: the message goes to the group's dead letter topic `%DLQ%<group>` at once. */
export function deadLetter(): DeadLetter {
  return mark({ kind: 'DEAD_LETTER' as const })
}

/**
 * Returned by a handler that closes before it began: the message keeps its place and counts no attempt, and the queue's offset
 * stays below it, so that it comes again to the queue's next owner. For adapters that hand messages on (streams), while they close:
 * in a consumer that goes on, nothing would ever settle it.
 */
export function unsettled(): Unsettled {
  return mark({ kind: 'UNSETTLED' as const })
}

/** The outcome in what a handler returned; anything else (`undefined`) means consumed. */
export function outcomeOf(returned: unknown): Outcome {
  return typeof returned === 'object' && returned !== null && OUTCOME in returned
    ? (returned as unknown as Exclude<Outcome, undefined>)
    : undefined
}

function mark<T extends object>(outcome: T): T {
  return Object.freeze(Object.defineProperty(outcome, OUTCOME, { value: true }))
}
