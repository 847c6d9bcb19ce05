import type { AnyTopic, Producer, ValueSentTo } from '@rocketmq-ts/client'
import { Observable, type OperatorFunction } from 'rxjs'
import { resolveToTopicOptions, type SentValue, type ToTopicEntryOptions, type ToTopicOptions } from './to-topic-options'
import { TopicSends } from './topic-sends'

/**
 * Sends every value to a topic and emits it with its receipt once a broker has it. Completes when the source has and every send
 * has been answered. A failed send fails the stream with its `SendError` unless `onError` says otherwise; the producer has
 * tried again by then, as often as its `retries` say.
 *
 * Unsubscribing sends nothing more; what is under way ends by itself, unseen.
 *
 *     orders$.pipe(toTopic(producer, Orders, { entry: (order) => ({ value: order, tag: 'created', keys: [order.id] }) }))
 *
 * @throws OptionsError
 */
export function toTopic<T extends AnyTopic | string, V>(
  producer: Producer,
  topic: T,
  options: ToTopicEntryOptions<V, ValueSentTo<T>>
): OperatorFunction<V, SentValue<V>>
export function toTopic<T extends AnyTopic | string, V extends ValueSentTo<T> = ValueSentTo<T>>(
  producer: Producer,
  topic: T,
  options?: ToTopicOptions<V>
): OperatorFunction<V, SentValue<V>>
export function toTopic<V>(
  producer: Producer,
  topic: AnyTopic | string,
  options: ToTopicOptions<V> = {}
): OperatorFunction<V, SentValue<V>> {
  const settings = resolveToTopicOptions('toTopic', options)
  return (source) => new Observable((subscriber) => new TopicSends(producer, topic, settings, subscriber).follow(source))
}
