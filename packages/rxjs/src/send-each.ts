import { type AnyTopic, OptionsError, type Producer, type ValueSentTo } from '@rocketmq-ts/client'
import { Observable } from 'rxjs'
import { resolveToTopicOptions, type SendEachEntryOptions, type SendEachOptions, type SentValue } from './to-topic-options'
import { TopicSends } from './topic-sends'

/**
 * Sends every value of an iterable, as `toTopic` does, but asks for the next one only when there is room for its send: rows of a
 * file or pages of a query may be as many as they like. (`from(iterable).pipe(toTopic(…))` would read them all at once: an
 * Observable cannot be asked to wait.)
 *
 * Unsubscribing, or failing, ends the iteration by its `return()`.
 *
 *     sendEach(producer, Lines, createInterface({ input }), { concurrency: 256 }).subscribe({ complete: () => … })
 *
 * @throws OptionsError
 */
export function sendEach<T extends AnyTopic | string, V>(
  producer: Producer,
  topic: T,
  source: Iterable<V> | AsyncIterable<V>,
  options: SendEachEntryOptions<V, ValueSentTo<T>>
): Observable<SentValue<V>>
export function sendEach<T extends AnyTopic | string, V extends ValueSentTo<T> = ValueSentTo<T>>(
  producer: Producer,
  topic: T,
  source: Iterable<V> | AsyncIterable<V>,
  options?: SendEachOptions<V>
): Observable<SentValue<V>>
export function sendEach<V>(
  producer: Producer,
  topic: AnyTopic | string,
  source: Iterable<V> | AsyncIterable<V>,
  options: SendEachOptions<V> = {}
): Observable<SentValue<V>> {
  const settings = resolveToTopicOptions('sendEach', options)
  if (!isIterable(source))
    throw new OptionsError('sendEach: takes an iterable or async iterable. For an Observable: source.pipe(toTopic(…))')
  // Never rejects.
  return new Observable((subscriber) => void new TopicSends(producer, topic, settings, subscriber).read(source))
}

function isIterable(source: unknown): boolean {
  const isOpen = typeof source === 'string' || (typeof source === 'object' && source !== null)
  return isOpen && (Symbol.iterator in Object(source) || Symbol.asyncIterator in Object(source))
}
