import type { Message, Outcome } from '@rocketmq-ts/client'
import { Observable, type OperatorFunction } from 'rxjs'
import type { Delivery } from './delivery'
import { resolveSettleOptions, type SettleOptions } from './settle-options'
import { Settling } from './settling'

/**
 * Handles a message: returns a value, an outcome, a promise of either, or an Observable, whose values are emitted as they come and
 * whose end is the end of the projection.
 */
export type Projection<M, R> = (message: M, context: { readonly signal: AbortSignal }) => R

/** What a projection leaves to emit: what it returns, promises or emits, without outcomes. */
export type Emitted<R> =
  R extends Observable<infer Value>
    ? Exclude<Value, Outcome & object>
    : R extends PromiseLike<infer Value>
      ? Emitted<Value>
      : Exclude<R, Outcome & object>

/**
 * Runs a projection for each delivery and settles it by how that ends: a value, or nothing, means consumed and is emitted;
 * `retry()` and `deadLetter()` do as they say and nothing is emitted; an error is up to `onError`, and does not end the stream
 * unless that says so.
 *
 * When it is unsubscribed, the source fails, or the client closes, projections under way still settle their deliveries until
 * `closeTimeoutMs`; deliveries that were not begun are left to the next owner of their queue, without counting an attempt. A
 * projection whose `signal` is aborted has lost its delivery: it makes room for others, what it returns is not emitted, and
 * an Observable is unsubscribed.
 *
 *     deliveries(mq, options).pipe(settle((message) => bill(message.value), { key: (message) => message.shardingKey }))
 *
 * @throws OptionsError when an option cannot work.
 */
export function settle<M, R>(
  project: Projection<M, R>,
  options: SettleOptions<Message & M> = {}
): OperatorFunction<Delivery<Message & M>, Emitted<R>> {
  const settings = resolveSettleOptions(options)
  return (source) =>
    new Observable((subscriber) => {
      new Settling<Message & M, Emitted<R>>(project, settings, subscriber).follow(source)
    })
}
