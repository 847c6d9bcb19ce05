import { CodedError } from 'net-ts-protocol-kit'

/** Whether a request may have reached its receiver: `no`, it certainly has not, or `unknown`. */
export type SentState = 'no' | 'unknown'

/** What a {@link RocketMQError} knows of the circumstances. All of it is in `facts` too. */
export interface RocketMQErrorFacts {
  /** The server, as the caller named it. */
  readonly address?: string
  readonly requestCode?: number
  /** The request's name in upstream's words. */
  readonly request?: string
  readonly responseCode?: number
  /** The server's own words. */
  readonly remark?: string | undefined
  readonly topic?: string
  readonly group?: string
  readonly [fact: string]: unknown
}

/** How a {@link RocketMQError} is made. */
export interface RocketMQErrorOptions {
  readonly retriable?: boolean
  readonly cause?: unknown
  readonly facts?: RocketMQErrorFacts
}

/** The base of every error of these packages. */
export class RocketMQError extends CodedError {
  declare readonly facts: Readonly<RocketMQErrorFacts>

  constructor(code: string, message: string, { facts = {}, ...options }: RocketMQErrorOptions = {}) {
    super(code, message, { ...options, facts })
  }

  get address(): string | undefined {
    return this.facts.address
  }

  get requestCode(): number | undefined {
    return this.facts.requestCode
  }

  get responseCode(): number | undefined {
    return this.facts.responseCode
  }

  get remark(): string | undefined {
    return this.facts.remark
  }
}

/** A request and whom it is for, for the text of an error. */
export interface RequestFacts extends RocketMQErrorFacts {
  readonly address: string
  readonly requestCode: number
  readonly request: string
}

/** No connection: the request was not sent. Code `CONNECT_FAILED`. */
export class RemotingConnectError extends RocketMQError {
  readonly sent: SentState = 'no'

  constructor(message: string, facts: RocketMQErrorFacts, cause?: unknown) {
    super('CONNECT_FAILED', message, { retriable: true, facts, cause })
  }
}

/** No answer in time. Whether the server did what was asked is unknown, unless `sent` is `no`. Code `REQUEST_TIMEOUT`. */
export class RemotingTimeoutError extends RocketMQError {
  readonly sent: SentState

  constructor(facts: RequestFacts, timeoutMs: number, sent: SentState) {
    const what = sent === 'no' ? 'the connection was not there in time' : 'no answer came in time, so its outcome is unknown'
    super('REQUEST_TIMEOUT', `${facts.request} to ${facts.address} failed after ${timeoutMs} ms: ${what}`, {
      retriable: true,
      facts: { ...facts, timeoutMs, sent }
    })
    this.sent = sent
  }
}

/** The connection was lost while the request was under way. Code `CONNECTION_LOST`. */
export class RemotingConnectionLostError extends RocketMQError {
  readonly sent: SentState

  constructor(facts: RequestFacts, sent: SentState, cause: Error) {
    super('CONNECTION_LOST', `${facts.request} to ${facts.address} failed: ${cause.message}`, {
      retriable: true,
      facts: { ...facts, sent },
      cause
    })
    this.sent = sent
  }
}

/** The client or server that should have sent the request is closed. Code `CLOSED`. */
export class RemotingClosedError extends RocketMQError {
  readonly sent: SentState

  constructor(message: string, facts: RocketMQErrorFacts, sent: SentState) {
    super('CLOSED', message, { facts: { ...facts, sent } })
    this.sent = sent
  }
}

/** Too much is under way to this server already: the request was not sent. Code `OVERLOADED`. */
export class RemotingOverloadedError extends RocketMQError {
  readonly sent: SentState = 'no'

  constructor(facts: RequestFacts, reason: string) {
    super('OVERLOADED', `${facts.request} to ${facts.address} was not sent: ${reason}`, { retriable: true, facts })
  }
}

/** The caller's signal was aborted; `cause` is its reason. Code `REQUEST_ABORTED`. */
export class RemotingAbortedError extends RocketMQError {
  readonly sent: SentState

  constructor(facts: RequestFacts, sent: SentState, cause: unknown) {
    super('REQUEST_ABORTED', `${facts.request} to ${facts.address} was aborted by its caller`, { facts: { ...facts, sent }, cause })
    this.sent = sent
  }
}
