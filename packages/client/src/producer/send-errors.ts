import { RemotingClosedError } from '@rocketmq-ts/remoting'
import { causeText, NotSentError, RequestRefusedError, type SendAttempt, type SendError, SendUnknownError, type Sent } from '../errors'
import { queueText } from '../message-queue'
import { isWorthAnother } from './send-decision'

/** What a failed send is told about. */
export interface FailedSend {
  readonly topic: string
  readonly messageId: string
  readonly attempts: readonly SendAttempt[]
  /** Whether the message may be stored. */
  readonly sent: Sent
}

/** The error of a send that is not tried again; the last attempt's error is its cause. */
export function gaveUp(send: FailedSend): SendError {
  const cause = send.attempts[send.attempts.length - 1]?.error
  if (send.sent === 'unknown') return unknownSend(send, tried(send), cause)
  const what = `message ${send.messageId} to ${send.topic} is not stored`
  if (cause instanceof RemotingClosedError) return new NotSentError('CLOSED', `${what}: the client is closed`, { ...send, cause })
  if (!isWorthAnother(cause)) return new NotSentError('REFUSED', `${what}: ${causeText(cause)}`, { ...send, cause }, refusalFacts(cause))
  return new NotSentError('NOT_SENT', `${what}: ${tried(send)}. It is safe to send it again`, { ...send, cause })
}

/** The error of a send whose signal was aborted. */
export function abortedSend(send: FailedSend, cause: unknown): SendError {
  if (send.sent === 'unknown') return unknownSend(send, 'the signal was aborted after it had left', cause)
  const text = `message ${send.messageId} to ${send.topic} is not stored: the signal was aborted before it left`
  return new NotSentError('SEND_ABORTED', text, { ...send, cause })
}

/** The error of a send that found no queue. */
export function noQueue(send: FailedSend, cause: unknown): SendError {
  const why = cause === undefined ? 'the route has no writable queue: its brokers have no master, or forbid writing' : causeText(cause)
  return new NotSentError('NO_ROUTE', `message ${send.messageId} to ${send.topic} is not stored: ${why}`, { ...send, cause })
}

function unknownSend(send: FailedSend, why: string, cause: unknown): SendError {
  const text = `message ${send.messageId} to ${send.topic} may be stored or not: ${why}. Sending it again may duplicate it`
  return new SendUnknownError(text, { ...send, cause })
}

function tried({ attempts }: FailedSend): string {
  const each = attempts.map(({ queue, error }) => `${queue === undefined ? 'no queue' : queueText(queue)}: ${causeText(error)}`)
  return attempts.length === 1 ? (each[0] ?? '') : `tried ${attempts.length} times (${each.join('; ')})`
}

function refusalFacts(cause: unknown): Record<string, unknown> {
  return cause instanceof RequestRefusedError ? { responseCode: cause.responseCode, remark: cause.remark, address: cause.address } : {}
}
