import { buildSubscription, retryTopic, topicNameProblem, type Subscription as WireSubscription } from '@rocketmq-ts/remoting/wire'
import { OptionsError } from './errors'
import type { Message } from './message'
import { type AnyTopic, type Topic, topicOf } from './topic'

/** One topic of a consumer and what it wants of it. */
export interface SubscriptionOptions<T extends AnyTopic | string = AnyTopic | string> {
  /** A topic made by `defineTopic`, or a name: then values are the bodies as `Buffer`. */
  readonly topic: T
  /** Only messages with one of these tags. Default: all messages. */
  readonly tags?: readonly string[]
}

/** The messages that a list of subscriptions brings: a union over their topics, told apart by `message.topic`. */
export type MessageOf<Subscriptions extends readonly SubscriptionOptions[]> = MessageOfTopic<Subscriptions[number]['topic']>

/** The messages of one topic. */
export type MessageOfTopic<T> =
  T extends Topic<infer Out, never, infer Name> ? Message<Out, Name> : T extends string ? Message<Buffer, T> : never

/** A subscription as the client works with it. */
export interface TopicSubscription {
  readonly topic: AnyTopic
  /** Compared as text: brokers filter by hash code only. Empty: everything. */
  readonly tags: ReadonlySet<string>
  /** What travels in heartbeats and pulls. */
  readonly wire: WireSubscription
}

/**
 * Reads the option `subscriptions`.
 *
 * @param version of the subscription, milliseconds: must not go backwards for a group.
 * @throws OptionsError when the list is empty, names a topic twice, or a topic or tag is malformed.
 */
export function readSubscriptions(value: unknown, name: string, version: number): readonly TopicSubscription[] {
  if (!Array.isArray(value) || value.length === 0) throw new OptionsError(`${name} must be a list with at least one { topic, tags? }`)
  const subscriptions = value.map((one: unknown, index) => readSubscription(one, `${name}[${index}]`, version))
  const names = subscriptions.map(({ topic }) => topic.name)
  const twice = names.find((topic, index) => names.indexOf(topic) !== index)
  if (twice !== undefined)
    throw new OptionsError(`${name} has topic ${twice} twice: give all its tags in one subscription`, { topic: twice })
  return subscriptions
}

/** What a group must subscribe to besides, to get its messages again (read in client/…/consumer/DefaultMQPushConsumerImpl.java). */
export function retrySubscription(group: string, version: number): TopicSubscription {
  const topic = topicOf(retryTopic(group))
  return { topic, tags: new Set(), wire: buildSubscription(topic.name, undefined, version) }
}

/** What a group subscribes to, as one text: two of the same group must agree on it. */
export function subscriptionsText(subscriptions: readonly TopicSubscription[]): string {
  return subscriptions
    .map(({ wire }) => `${wire.topic}[${[...wire.tagsSet].sort().join(' || ') || '*'}]`)
    .sort()
    .join(', ')
}

function readSubscription(value: unknown, name: string, version: number): TopicSubscription {
  if (typeof value !== 'object' || value === null) throw new OptionsError(`${name} must be an object { topic, tags? }`)
  const { topic: given, tags, ...unknown } = value as Partial<SubscriptionOptions>
  const extra = Object.keys(unknown)[0]
  if (extra !== undefined) throw new OptionsError(`${name} has an unknown member ${extra}. Known: topic, tags`)
  const topic = readTopic(given, `${name}.topic`)
  const wire = buildSubscription(topic.name, readTags(tags, `${name}.tags`), version)
  return { topic, tags: new Set(wire.tagsSet), wire }
}

function readTags(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((tag) => typeof tag === 'string')) return value
  throw new OptionsError(`${name} must be a list of texts`)
}

function readTopic(value: unknown, name: string): AnyTopic {
  const topic = typeof value === 'string' ? topicOf(value) : value
  const problem = isTopic(topic) ? topicNameProblem(topic.name) : 'must be a topic made by defineTopic, or a name'
  if (!isTopic(topic) || problem !== undefined) throw new OptionsError(`${name}: ${problem}`)
  return topic
}

function isTopic(value: unknown): value is AnyTopic {
  return typeof value === 'object' && value !== null && 'codec' in value && 'name' in value && typeof value.name === 'string'
}
