import { RocketMQError, type RocketMQErrorFacts, type RocketMQErrorOptions } from '@rocketmq-ts/remoting'
import { responseCodeName } from '@rocketmq-ts/remoting/wire'
import { type MessageQueue, queueText } from './message-queue'

/** Options, names or arguments that can never work: fix the call. Code `OPTION_INVALID`. */
export class OptionsError extends RocketMQError {
  constructor(message: string, facts: RocketMQErrorFacts = {}) {
    super('OPTION_INVALID', message, { facts })
  }
}

/** One nameserver and what came of asking it. */
export interface NameserverAnswer {
  readonly address: string
  /** What it answered, or why it could not be asked. */
  readonly answer: string
}

/** No nameserver could be asked. Code `NAMESERVER_UNREACHABLE`. `asked` names each with its answer. */
export class NameserverUnreachableError extends RocketMQError {
  readonly asked: readonly NameserverAnswer[]

  constructor(asked: readonly NameserverAnswer[]) {
    const what = asked.map(({ address, answer }) => `${address}: ${answer}`).join('; ')
    super('NAMESERVER_UNREACHABLE', `no nameserver answered (${what}). Check the option nameservers and that one is running there`, {
      retriable: true,
      facts: { asked }
    })
    this.asked = asked
  }
}

/** No nameserver knows a usable queue of a topic. Code `NO_ROUTE`. `asked` names each nameserver with its answer. */
export class NoRouteError extends RocketMQError {
  readonly topic: string
  readonly asked: readonly NameserverAnswer[]

  constructor(topic: string, asked: readonly NameserverAnswer[], hint: string) {
    const what = asked.map(({ address, answer }) => `${address}: ${answer}`).join('; ')
    super('NO_ROUTE', `No route info of topic ${topic} (${what}). ${hint}`, { retriable: true, facts: { topic, asked } })
    this.topic = topic
    this.asked = asked
  }
}

/**
 * A broker or nameserver answered with a code that is no success. Code `REQUEST_REFUSED`; `responseCode` is RocketMQ's code,
 * `remark` what the peer said, in its own words.
 */
export class RequestRefusedError extends RocketMQError {
  constructor({ address, request, requestCode, responseCode, remark, retriable }: Refusal) {
    const name = responseCodeName(responseCode) ?? 'code'
    super('REQUEST_REFUSED', `${address} refused ${request}: ${name} ${responseCode}${remark ? `, ${remark}` : ''}`, {
      retriable,
      facts: { address, request, requestCode, responseCode, remark }
    })
  }
}

/** What a {@link RequestRefusedError} tells. */
export interface Refusal {
  readonly address: string
  /** The request's name. */
  readonly request: string
  readonly requestCode: number
  readonly responseCode: number
  readonly remark: string | undefined
  readonly retriable: boolean
}

/** A route names a broker without an address that can take the request. Code `BROKER_UNKNOWN`. */
export class BrokerUnknownError extends RocketMQError {
  /** Nobody was asked. */
  readonly sent = 'no' as const

  constructor(brokerName: string, role: 'master' | 'any') {
    const what = role === 'master' ? 'its master is not in any route' : 'it is not in any route'
    super('BROKER_UNKNOWN', `no address of broker ${brokerName}: ${what}. It may be restarting`, { retriable: true, facts: { brokerName } })
  }
}

/** The client, producer or consumer was closed. Code `CLOSED`. */
export class ClosedError extends RocketMQError {
  constructor(what: string) {
    super('CLOSED', `the ${what} is closed`, { facts: { what } })
  }
}

/** A second consumer of a group in one client. Code `GROUP_IN_USE`. */
export class GroupInUseError extends RocketMQError {
  constructor(group: string, contradiction?: string) {
    const why = contradiction === undefined ? 'members of a group need a client each' : `and subscribes differently: ${contradiction}`
    super('GROUP_IN_USE', `consumer group ${group} is already in use in this client: ${why}. Make another connect() for another member`, {
      facts: { group, contradiction }
    })
  }
}

/** A queue that this consumer does not own (any more). Code `QUEUE_NOT_OWNED`. */
export class QueueNotOwnedError extends RocketMQError {
  readonly queue: MessageQueue

  constructor(queue: MessageQueue, why = 'another member of the group may own it now') {
    super('QUEUE_NOT_OWNED', `queue ${queue.queueId} of ${queue.topic} on ${queue.brokerName} is not owned here: ${why}`, {
      retriable: true,
      facts: { queue }
    })
    this.queue = queue
  }
}

/** An offset that a queue does not have. Code `OFFSET_OUT_OF_RANGE`. */
export class OffsetOutOfRangeError extends RocketMQError {
  constructor(queue: MessageQueue, offset: number, min: number, max: number) {
    super('OFFSET_OUT_OF_RANGE', `${queueText(queue)} has no offset ${offset}: it has ${min} to ${max}`, {
      facts: { topic: queue.topic, queue, offset, min, max }
    })
  }
}

/** A handler took longer than `handlerTimeoutMs`: the reason of its aborted signal. Code `HANDLER_TIMEOUT`. */
export class HandlerTimeoutError extends RocketMQError {
  constructor(timeoutMs: number) {
    super('HANDLER_TIMEOUT', `the handler did not settle within ${timeoutMs} ms: the message was sent back`, { facts: { timeoutMs } })
  }
}

/** A value that its topic's codec could not turn into a body. Code `ENCODE_FAILED`; the original error is the cause. */
export class EncodeError extends RocketMQError {
  constructor(topic: string, cause: unknown) {
    super('ENCODE_FAILED', `the value for topic ${topic} could not be encoded: ${causeText(cause)}`, { facts: { topic }, cause })
  }
}

/** Whether a message may have been stored: `'no'` is safe to send again, `'unknown'` may duplicate. */
export type Sent = 'no' | 'unknown'

/** One attempt at sending. */
export interface SendAttempt {
  /** `undefined` when there was no queue to choose. */
  readonly queue: MessageQueue | undefined
  readonly address: string | undefined
  readonly error: unknown
}

/** What every failed send tells. */
export interface SendFailure {
  readonly topic: string
  /** What was tried, in order. */
  readonly attempts?: readonly SendAttempt[]
  readonly messageId?: string
  readonly cause?: unknown
}

/** A failed send. `sent` says whether the message may be stored all the same. */
export abstract class SendError extends RocketMQError {
  abstract readonly sent: Sent
  readonly topic: string
  /** What was tried, in order. */
  readonly attempts: readonly SendAttempt[]

  constructor(code: string, message: string, { topic, attempts = [], messageId, cause }: SendFailure, options: RocketMQErrorOptions) {
    super(code, message, { ...options, cause, facts: { topic, messageId, attempts: attempts.map(attemptFacts), ...options.facts } })
    this.topic = topic
    this.attempts = attempts
  }
}

/**
 * Why a message is not stored. `NOT_SENT`: no broker could be reached or they were too busy; `NO_ROUTE`: no queue to send
 * to; `REFUSED`: the broker does not take such a message; `MESSAGE_INVALID`: this client does not; `ENCODE_FAILED`: its
 * value has no body; `CLOSED`; `SEND_ABORTED`: by its signal, before it left.
 */
export type NotSentCode = 'NOT_SENT' | 'NO_ROUTE' | 'REFUSED' | 'MESSAGE_INVALID' | 'ENCODE_FAILED' | 'CLOSED' | 'SEND_ABORTED'

/**
 * The message is not stored: sending it again cannot duplicate it. `code` says why, see {@link NotSentCode}; only
 * `NOT_SENT` and `NO_ROUTE` are `retriable`.
 */
export class NotSentError extends SendError {
  readonly sent = 'no' as const

  constructor(code: NotSentCode, message: string, failure: SendFailure, facts: RocketMQErrorFacts = {}) {
    super(code, message, failure, { retriable: code === 'NOT_SENT' || code === 'NO_ROUTE', facts })
  }
}

/**
 * The message may be stored or not: the request had left when the connection broke, time ran out or the signal was aborted,
 * or the broker failed at it. Code `SEND_UNKNOWN`. Sending it again may duplicate it.
 */
export class SendUnknownError extends SendError {
  readonly sent = 'unknown' as const

  constructor(message: string, failure: SendFailure) {
    super('SEND_UNKNOWN', message, failure, { retriable: true })
  }
}

function attemptFacts({ queue, address, error }: SendAttempt): Record<string, unknown> {
  return { brokerName: queue?.brokerName, queueId: queue?.queueId, address, error: causeText(error) }
}

/** What went wrong, in one line. */
export function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
