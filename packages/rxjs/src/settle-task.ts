import { type Message, OptionsError, outcomeOf } from '@rocketmq-ts/client'
import { isObservable, type Observable, type Subscription } from 'rxjs'
import type { Delivery } from './delivery'
import type { InLane } from './lanes'
import type { Projection } from './settle'
import type { Emission, Slot } from './settle-emission'
import { isErrorAction, type ResolvedSettleOptions } from './settle-options'

/** What every delivery of one `settle` is handled with. */
export interface TaskParts<M extends Message, V> {
  readonly project: Projection<M, unknown>
  readonly options: ResolvedSettleOptions<M>
  readonly emission: Emission<V>
  /** The stream ends with this. */
  fail(error: unknown): void
  /** Its place is free. */
  over(task: SettleTask<M, V>): void
}

/** One delivery from its arrival to the end of its projection. */
export class SettleTask<M extends Message, V> implements InLane<SettleTask<M, V>> {
  readonly delivery: Delivery<M>
  readonly order: number
  readonly key: unknown
  readonly slot: Slot<V> | undefined
  behind: SettleTask<M, V> | undefined
  readonly #parts: TaskParts<M, V>
  readonly #keyError: { readonly error: unknown } | undefined
  #values: Subscription | undefined
  #isOver = false

  /** @param order of delivery. */
  constructor(parts: TaskParts<M, V>, delivery: Delivery<M>, order: number) {
    this.#parts = parts
    this.delivery = delivery
    this.order = order
    this.slot = parts.emission.open(order)
    // A key that cannot be told is a failure of this message, not of the stream.
    try {
      this.key = parts.options.key?.(delivery.message)
    } catch (error) {
      this.#keyError = { error }
    }
  }

  /** It is over at once when nobody counts on it any more. */
  begin(): void {
    const { delivery } = this
    if (delivery.isClosing) delivery.leave()
    if (delivery.isClosing || delivery.isVoid) this.#over()
    else if (this.#keyError !== undefined) this.#failed(this.#keyError.error)
    else this.#project()
  }

  /** Whatever its projection still does changes nothing. */
  voided(): void {
    this.#over()
    this.#values?.unsubscribe()
  }

  #project(): void {
    this.delivery.watchedBy(this)
    try {
      this.#returned(this.#parts.project(this.delivery.message, this.delivery))
    } catch (error) {
      this.#failed(error)
    }
  }

  #returned(returned: unknown): void {
    if (this.#isOver) return
    if (isObservable(returned)) this.#subscribe(returned)
    else if (isThenable(returned)) this.#await(returned)
    else this.#consumed(returned)
  }

  #await(promise: PromiseLike<unknown>): void {
    const failed = (error: unknown): void => this.#failed(error)
    void promise.then((returned) => this.#returned(returned), failed)
  }

  #consumed(returned: unknown): void {
    this.delivery.settleAs(returned)
    this.#emit(returned)
    this.#over()
  }

  /** Whether it was a value. */
  #emit(returned: unknown): boolean {
    if (outcomeOf(returned) !== undefined) return false
    this.#parts.emission.emit(this.slot, returned as V)
    return true
  }

  #subscribe(values: Observable<unknown>): void {
    let outcome: unknown
    const subscription = values.subscribe({
      next: (value) => {
        if (!this.#isOver && !this.#emit(value)) outcome = value
      },
      error: (error: unknown) => this.#failed(error),
      complete: () => this.#completed(outcome)
    })
    this.#values = subscription
    if (this.#isOver) subscription.unsubscribe()
  }

  #completed(outcome: unknown): void {
    if (this.#isOver) return
    this.delivery.settleAs(outcome)
    this.#over()
  }

  #failed(error: unknown): void {
    if (this.#isOver) return
    const { onError } = this.#parts.options
    try {
      const decision = typeof onError === 'function' ? onError(error, this.delivery.message) : onError
      if (isThenable(decision)) this.#awaitDecision(error, decision)
      else this.#decided(error, decision)
    } catch (thrown) {
      this.#decided(thrown, 'fail')
    }
  }

  #awaitDecision(error: unknown, decision: PromiseLike<unknown>): void {
    const failed = (thrown: unknown): void => this.#decided(thrown, 'fail')
    void decision.then((one) => this.#decided(error, one), failed)
  }

  #decided(error: unknown, decision: unknown): void {
    if (this.#isOver) return
    const { delivery } = this
    const failure = failureOf(error, decision)
    if (failure !== undefined) {
      delivery.leave()
      this.#parts.fail(failure.error)
    } else if (decision === 'skip') delivery.ack()
    else if (decision === 'deadLetter') delivery.deadLetter()
    else if (decision === 'retry' || decision === undefined) delivery.fail(error)
    else delivery.settleAs(decision)
    this.#over()
  }

  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#parts.over(this)
  }
}

/** What the stream fails with, if it does. */
function failureOf(error: unknown, decision: unknown): { readonly error: unknown } | undefined {
  if (decision === 'fail') return { error }
  if (decision === undefined || isErrorAction(decision) || outcomeOf(decision) !== undefined) return undefined
  return { error: new OptionsError(`settle: onError must return an action, an outcome or nothing, not ${String(decision)}`) }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
