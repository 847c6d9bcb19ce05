import { deadLetter, type Message, outcomeOf, type RetryOptions, retry, unsettled } from '@rocketmq-ts/client'

/** How a delivery was settled: what a push consumer's handler would have returned or thrown. */
export type DeliveryEnd = { readonly kind: 'RETURNED'; readonly returned: unknown } | { readonly kind: 'THREW'; readonly error: unknown }

/** What a delivery is part of. */
export interface DeliverySource<M extends Message> {
  /** Whether nothing more is to be begun. */
  readonly isClosing: boolean
  settled(delivery: Delivery<M>, end: DeliveryEnd): void
  left(delivery: Delivery<M>): void
}

/**
 * A message handed to a stream, to be settled once: by `ack()`, `retry()` or `deadLetter()`. Until then it counts against
 * `maxUnsettled` and `maxUnsettledBytes`, and the queue's offset stays below it. The methods say whether this call settled it:
 * the first one wins, and none does when it came too late.
 *
 * What each outcome does to the message is that of a push consumer: see docs/outcomes.md.
 */
export class Delivery<M extends Message = Message> {
  readonly message: M
  readonly #context: { readonly signal: AbortSignal }
  readonly #source: DeliverySource<M>
  #end: DeliveryEnd | undefined
  #isVoid = false
  #handler: { resolve(returned: unknown): void; reject(error: unknown): void } | undefined
  #watcher: { voided(): void } | undefined

  /** @internal Tests make theirs with `testDelivery()`. */
  constructor(message: M, context: { readonly signal: AbortSignal }, source: DeliverySource<M>) {
    this.message = message
    this.#context = context
    this.#source = source
  }

  /** Aborted when the delivery has become void; the reason says why. */
  get signal(): AbortSignal {
    return this.#context.signal
  }

  /** Whether it was settled. */
  get isSettled(): boolean {
    return this.#end !== undefined
  }

  /**
   * Whether it can no longer be settled: it took too long (the message was sent back), its queue went to another member or was
   * reset, or the stream has closed.
   */
  get isVoid(): boolean {
    return this.#isVoid
  }

  /** Consumed. */
  ack(): boolean {
    return this.#settle({ kind: 'RETURNED', returned: undefined })
  }

  /**
   * To come again after a delay.
   *
   * @throws OptionsError when the delay level is no whole number from 1 on.
   */
  retry(options?: RetryOptions): boolean {
    return this.#settle({ kind: 'RETURNED', returned: retry(options) })
  }

  /** To the group's dead letter topic, at once. */
  deadLetter(): boolean {
    return this.#settle({ kind: 'RETURNED', returned: deadLetter() })
  }

  /** As a handler that throws: to come again, and the consumer's `handlerFailed` event tells the error. */
  fail(error: unknown): boolean {
    return this.#settle({ kind: 'THREW', error })
  }

  /** Settles by what a push consumer's handler may return: an outcome, or anything else for "consumed". */
  settleAs(returned: unknown): boolean {
    return outcomeOf(returned)?.kind === 'UNSETTLED' ? this.leave() : this.#settle({ kind: 'RETURNED', returned })
  }

  /**
   * Nobody here handles it. When the stream closes, the message comes again to the queue's next owner without a counted attempt.
   * Until then it keeps its place, and may still be settled.
   */
  leave(): boolean {
    if (this.isSettled || this.#isVoid) return false
    this.#source.left(this)
    return true
  }

  /** @internal Whether it is too late to begin with it. */
  get isClosing(): boolean {
    return this.#source.isClosing
  }

  /** @internal What the handler behind it returns: at once when it is settled by now. */
  ending(): unknown {
    if (this.#end === undefined && !this.#isVoid) {
      return new Promise((resolve, reject) => {
        this.#handler = { resolve, reject }
      })
    }
    if (this.#end?.kind === 'THREW') throw this.#end.error
    return this.#end?.returned
  }

  /** @internal */
  giveUp(): void {
    this.#settle({ kind: 'RETURNED', returned: unsettled() })
  }

  /** @internal Settling it changes nothing from now on. */
  makeVoid(): void {
    if (this.isSettled || this.#isVoid) return
    this.#isVoid = true
    this.#handler?.resolve(undefined)
  }

  /** @internal */
  tellVoid(): void {
    if (this.#isVoid) this.#watcher?.voided()
  }

  /** @internal Who is told that it has become void. */
  watchedBy(watcher: { voided(): void }): void {
    this.#watcher = watcher
  }

  #settle(end: DeliveryEnd): boolean {
    if (this.isSettled || this.#isVoid) return false
    this.#end = end
    this.#source.settled(this, end)
    if (end.kind === 'THREW') this.#handler?.reject(end.error)
    else this.#handler?.resolve(end.returned)
    return true
  }
}
