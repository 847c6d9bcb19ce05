import { deadLetter, type Message, type RetryOptions, retry } from '@rocketmq-ts/client'

/** How the push consumer's handler behind a delivery ends. */
export interface HandlerEnds {
  resolve(returned: unknown): void
  reject(error: unknown): void
}

/**
 * A message handed to a stream, to be settled once: by `ack()`, `retry()` or `deadLetter()`. Until then it counts against
 * `maxUnsettled`, and the queue's offset stays below it. The methods say whether this call settled it; the first one wins.
 *
 * What each outcome does to the message is that of a push consumer: see docs/outcomes.md.
 */
export class Delivery<M extends Message = Message> {
  readonly message: M
  readonly #context: { readonly signal: AbortSignal }
  readonly #handler: HandlerEnds
  #isSettled = false

  /** @internal */
  constructor(message: M, context: { readonly signal: AbortSignal }, handler: HandlerEnds) {
    this.message = message
    this.#context = context
    this.#handler = handler
  }

  /** Aborted when the outcome does not count any more: it took too long, the queue went to another member, or the stream has closed. */
  get signal(): AbortSignal {
    return this.#context.signal
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Consumed. */
  ack(): boolean {
    return this.settleAs(undefined)
  }

  /**
   * To come again after a delay.
   *
   * @throws OptionsError when the delay level is no whole number from 1 on.
   */
  retry(options?: RetryOptions): boolean {
    return this.settleAs(retry(options))
  }

  /** To the group's dead letter topic, at once. */
  deadLetter(): boolean {
    return this.settleAs(deadLetter())
  }

  /** As a handler that throws: to come again, and the consumer's `handlerFailed` event tells the error. */
  fail(error: unknown): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    this.#handler.reject(error)
    return true
  }

  /** Settles by what a push consumer's handler may return: an outcome, or anything else for "consumed". */
  settleAs(returned: unknown): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    this.#handler.resolve(returned)
    return true
  }
}
