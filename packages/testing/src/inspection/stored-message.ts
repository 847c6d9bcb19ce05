import { type AnyTopic, bytes, DecodeError, type Message, type Topic } from '@rocketmq-ts/client'
import { KEY_SEPARATOR, MessageProperty, type MessageRecord, messageBody, verifyCrc } from '@rocketmq-ts/remoting/wire'
import { ClusterOptionsError } from '../cluster-error'

/**
 * A message as a broker stores it: what a consumer would get, and where it lies. A plain value that does not change.
 *
 * `value` throws a `DecodeError` when the topic's codec cannot read the body; the body is there all the same. Both throw a
 * `MessageBodyError` when the body is damaged.
 */
export interface StoredMessage<Value = unknown, Name extends string = string> extends Message<Value, Name> {
  /** Name of the broker that stores it. */
  readonly broker: string
  readonly queueId: number
}

/** The stored messages of a topic, made by `defineTopic` or named: then values are the bodies. */
export type StoredMessageOf<T> =
  T extends Topic<infer Out, never, infer Name> ? StoredMessage<Out, Name> : T extends string ? StoredMessage<Buffer, T> : never

/** Where a record lies and what it is read as. */
export interface StoredAt {
  readonly broker: string
  /** The topic in its user's words: that of the message, not that of a retry or delay queue. */
  readonly topic: AnyTopic
}

/**
 * The topic itself, or one of bytes for a plain name.
 *
 * @throws ClusterOptionsError
 */
export function topicOf(topic: AnyTopic | string): AnyTopic {
  if (typeof topic === 'string') return { name: topic, codec: bytes() }
  if (typeof topic === 'object' && topic !== null && typeof topic.name === 'string') return topic
  throw new ClusterOptionsError('topic', 'must be a name, or a topic made by defineTopic()')
}

/**
 * The value of a record, on memory of its own. A plain object, so that test frameworks can show and compare it: what cannot be
 * read throws when it is asked for, and is left out of what they show.
 */
export function storedMessage(given: MessageRecord, { broker, topic }: StoredAt): StoredMessage {
  const record = given.detach()
  const body = attempt(() => bodyOf(record))
  const message = {
    topic: topic.name,
    broker,
    queueId: record.queueId,
    queueOffset: record.queueOffset,
    bodyBytes: 'value' in body ? body.value.length : record.body.length,
    tag: record.properties.get(MessageProperty.TAGS),
    keys: keysOf(record),
    shardingKey: record.properties.get(MessageProperty.SHARDING_KEY),
    attempt: record.reconsumeTimes + 1,
    messageId: messageIdOf(record),
    offsetMessageId: record.offsetMessageId,
    properties: record.properties,
    bornTimestampMs: record.bornTimestamp,
    storeTimestampMs: record.storeTimestamp,
    bornHost: record.bornHost,
    flag: record.flag,
    queue: { topic: record.topic, brokerName: broker, queueId: record.queueId }
  } satisfies Omit<StoredMessage, 'body' | 'value' | 'detach'> as StoredMessage
  defineReadable(message, 'body', body)
  defineReadable(
    message,
    'value',
    attempt(() => decoded(topic, message))
  )
  Object.defineProperty(message, 'detach', { value: () => message })
  return Object.freeze(message)
}

/** The same message with more to say of it. */
export function withMore<More extends object>(message: StoredMessage, more: More): StoredMessage & More {
  return Object.freeze(Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(message), ...ownProperties(more) }) as never)
}

/** The id that the sender gave a message, else that of its first record. */
export function messageIdOf({ properties, offsetMessageId }: MessageRecord): string {
  return (
    properties.get(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX) ?? properties.get(MessageProperty.ORIGIN_MESSAGE_ID) ?? offsetMessageId
  )
}

function keysOf({ properties }: MessageRecord): readonly string[] {
  return (properties.get(MessageProperty.KEYS) ?? '').split(KEY_SEPARATOR).filter((key) => key !== '')
}

function bodyOf(record: MessageRecord): Buffer {
  verifyCrc(record)
  return messageBody(record)
}

function decoded(topic: AnyTopic, message: StoredMessage): unknown {
  const { body } = message
  try {
    return topic.codec.decode(body)
  } catch (cause) {
    throw new DecodeError(message, cause)
  }
}

/** What was read, or what was thrown instead. */
type Attempt<T> = { readonly value: T } | { readonly error: unknown }

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read() }
  } catch (error) {
    return { error }
  }
}

/** What was thrown is thrown again whenever the property is asked for. */
function defineReadable(message: StoredMessage, name: 'body' | 'value', read: Attempt<unknown>): void {
  if ('value' in read) {
    Object.defineProperty(message, name, { value: read.value, enumerable: true })
    return
  }
  const get = (): never => {
    throw read.error
  }
  Object.defineProperty(message, name, { get })
}

function ownProperties(more: object): PropertyDescriptorMap {
  return Object.fromEntries(Object.entries(more).map(([name, value]) => [name, { value, enumerable: true }]))
}
