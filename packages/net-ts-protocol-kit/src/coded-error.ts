/**
 * The one error base of everything built on this kit.
 *
 * `code` is stable and meant for programs, `retriable` says whether the same call may succeed later, `facts` are the
 * circumstances (address, request, limit…) as fields. Never match on `message`.
 */
export class CodedError extends Error {
  /** Stable, upper-case identifier such as `CONNECT_FAILED`. */
  readonly code: string
  /** Whether the same call may succeed when tried again. */
  readonly retriable: boolean
  /** What was tried, against whom, and with which limits. */
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.retriable = options.retriable ?? false
    this.facts = Object.freeze({ ...options.facts })
  }
}

/** What a {@link CodedError} may carry besides its code and text. */
export interface CodedErrorOptions {
  readonly retriable?: boolean
  readonly facts?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * Bytes that break a protocol: thrown by every decoder, whatever the input, instead of anything else.
 * `facts.offset` is where in the input, `facts.field` which field.
 */
export class ProtocolError extends CodedError {
  constructor(message: string, facts: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super('PROTOCOL_ERROR', message, { facts, cause })
  }
}
