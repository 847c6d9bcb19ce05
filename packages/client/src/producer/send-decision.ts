import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import { RequestRefusedError, type Sent } from '../errors'
import { isRetriableCode } from '../requests'

/** What is known when an attempt failed. */
export interface SendSituation {
  readonly error: unknown
  /** Whether the message must stay in its queue: it was given one, or a sharding key. */
  readonly isOrdered: boolean
  /** What the attempts before this one left behind. */
  readonly sentBefore: Sent
  readonly attemptsLeft: number
}

export interface SendDecision {
  readonly retry: boolean
  /** Whether the message may be stored by now. */
  readonly sent: Sent
}

/**
 * Whether a failed send is tried again, and whether the message may be stored. An unordered send is tried again after
 * whatever may go better elsewhere, also when that may duplicate (read in client/…/producer/DefaultMQProducerImpl.java). An
 * ordered one only when it is known not to be stored: a duplicate behind its successors would break the order.
 */
export function sendDecision({ error, isOrdered, sentBefore, attemptsLeft }: SendSituation): SendDecision {
  const sent: Sent = sentBefore === 'unknown' ? 'unknown' : sentState(error)
  return { retry: attemptsLeft > 0 && isWorthAnother(error) && !(isOrdered && sent === 'unknown'), sent }
}

/** Whether another attempt may go better. */
export function isWorthAnother(error: unknown): boolean {
  return !(error instanceof RequestRefusedError) || isRetriableCode(error.responseCode ?? 0)
}

/** A refusal is made before anything is stored, except by a broker that failed in the middle. */
function sentState(error: unknown): Sent {
  if (error instanceof RequestRefusedError) return error.responseCode === ResponseCode.SYSTEM_ERROR ? 'unknown' : 'no'
  return typeof error === 'object' && error !== null && 'sent' in error && error.sent === 'no' ? 'no' : 'unknown'
}
