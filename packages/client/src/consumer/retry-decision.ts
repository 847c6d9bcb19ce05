import { outcomeOf } from './outcome'

/** What is to be done with a message that a handler is through with. */
export type Settlement =
  | { readonly kind: 'CONSUMED' }
  /** Sent back to the broker; 0 lets it choose the level by the number of attempts, below 0 is the dead letter queue. */
  | { readonly kind: 'SEND_BACK'; readonly delayLevel: number }
  /** Nothing: it stays pending, and comes again to the queue's next owner. */
  | { readonly kind: 'LEFT' }

/** How a handler ended. */
export type HandlerEnd =
  | { readonly kind: 'RETURNED'; readonly returned: unknown }
  | { readonly kind: 'THREW'; readonly error: unknown }
  | { readonly kind: 'TIMED_OUT' }

/** Delay level of a message whose handler timed out (read in client/…/consumer/ProcessQueue.java). */
const TIMED_OUT_LEVEL = 3

/** Delay levels 1 and 2 are for those who ask: the first automatic retry waits 10 s. */
const FIRST_RETRY_LEVEL = 3

/** The broker counts the level up by itself. */
const LEVEL_BY_ATTEMPTS = 0

/** Straight to the dead letter queue. */
const DEAD_LETTER_LEVEL = -1

/** Decides what follows from a handler's end: return = consumed, throw = retry, `retry()` and `deadLetter()` as they say. */
export function settlementOf(end: HandlerEnd): Settlement {
  if (end.kind === 'TIMED_OUT') return { kind: 'SEND_BACK', delayLevel: TIMED_OUT_LEVEL }
  if (end.kind === 'THREW') return { kind: 'SEND_BACK', delayLevel: LEVEL_BY_ATTEMPTS }
  const outcome = outcomeOf(end.returned)
  if (outcome === undefined) return { kind: 'CONSUMED' }
  if (outcome.kind === 'UNSETTLED') return { kind: 'LEFT' }
  if (outcome.kind === 'DEAD_LETTER') return { kind: 'SEND_BACK', delayLevel: DEAD_LETTER_LEVEL }
  return { kind: 'SEND_BACK', delayLevel: outcome.delayLevel ?? LEVEL_BY_ATTEMPTS }
}

/**
 * Delay level of a message that the client sends to the retry topic itself because the broker could not take it back:
 * the level the broker would have chosen (read in broker/…/processor/AbstractSendMessageProcessor.java).
 *
 * @param reconsumeTimes attempts before the one that failed.
 */
export function retryLevel(delayLevel: number, reconsumeTimes: number): number {
  return delayLevel > 0 ? delayLevel : FIRST_RETRY_LEVEL + reconsumeTimes
}

/** Whether the attempts are used up, or are to count as used up (read in broker/…/processor/AbstractSendMessageProcessor.java). */
export function isDeadLetter(delayLevel: number, reconsumeTimes: number, maxReconsumeTimes: number): boolean {
  return delayLevel < 0 || reconsumeTimes >= maxReconsumeTimes
}
