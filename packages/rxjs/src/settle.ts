import { type Message, type Outcome, outcomeOf, unsettled } from '@rocketmq-ts/client'
import { mergeMap, Observable, type OperatorFunction, type Subscriber, tap } from 'rxjs'
import type { Delivery } from './delivery'

export interface SettleOptions {
  /** How many projections run at a time. Default: as many as there are unsettled deliveries. */
  readonly concurrency?: number
}

/** Handles a message, as a push consumer's handler does. */
export type Projection<M extends Message, R> = (message: M, context: { readonly signal: AbortSignal }) => R | Promise<R>

/** What a projection's results leave to emit: everything but outcomes. */
export type Emitted<R> = Exclude<R, Outcome & object>

/**
 * Runs a projection for each delivery and settles it by the outcome: a value, or nothing, means consumed and is emitted; a throw
 * or rejection means retry; `retry()` and `deadLetter()` do as they say. Only values are emitted, in the order in which the
 * projections end: a failed message does not end the stream, it comes again.
 *
 * After unsubscription, projections under way still settle their deliveries; those that have not begun are left to the next
 * owner of their queue, without counting an attempt.
 */
export function settle<M extends Message, R>(
  project: Projection<M, R>,
  options: SettleOptions = {}
): OperatorFunction<Delivery<M>, Emitted<R>> {
  const { concurrency = Number.POSITIVE_INFINITY } = options
  return (source) =>
    new Observable((subscriber) => {
      const waiting = new Set<Delivery<M>>()
      const begin = (delivery: Delivery<M>): Observable<Emitted<R>> =>
        new Observable((results) => {
          waiting.delete(delivery)
          void run(project, delivery, results)
        })
      const running = source.pipe(
        tap((delivery) => waiting.add(delivery)),
        mergeMap(begin, concurrency)
      )
      subscriber.add(running.subscribe(subscriber))
      subscriber.add(() => {
        for (const delivery of waiting) delivery.settleAs(unsettled())
      })
    })
}

/** Never rejects. Goes on when nobody listens any more, so that what was begun is settled. */
async function run<M extends Message, R>(project: Projection<M, R>, delivery: Delivery<M>, results: Subscriber<Emitted<R>>): Promise<void> {
  try {
    const result = await project(delivery.message, delivery)
    delivery.settleAs(result)
    if (outcomeOf(result) === undefined) results.next(result as Emitted<R>)
  } catch (error) {
    delivery.fail(error)
  }
  results.complete()
}
