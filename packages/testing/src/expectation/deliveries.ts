import type { AnyTopic } from '@rocketmq-ts/client'
import { dlqTopic, MessageProperty, retryTopic } from '@rocketmq-ts/remoting/wire'
import type { GroupProgress } from '../inspection/group-progress'
import type { Inspection } from '../inspection/inspection'
import { type Stored, TopicTail } from '../inspection/store-reader'
import { type StoredMessage, storedMessage, topicOf } from '../inspection/stored-message'
import type { RetryDetails } from '../inspection/waiting-messages'
import type { MessageFilter } from './message-match'

/**
 * Where a message is on its way to a group. `not wanted`: the group subscribes to other tags; `waiting`: not handed out yet;
 * `handed out`: not settled yet; `retrying`: failed, and delivered again later; `delivered`: consumed; `dead-lettered`: given up;
 * `passed over`: the group is behind it and never got it.
 */
export type DeliveryState = 'not wanted' | 'waiting' | 'handed out' | 'retrying' | 'delivered' | 'dead-lettered' | 'passed over'

/** A message and where it is on its way to a group. */
export interface Delivery {
  readonly message: StoredMessage
  readonly state: DeliveryState
  /** More about the state, for a person; '' when there is nothing to say. */
  readonly note: string
}

/** A message that matches, and where it was when it was looked at last. */
interface Followed {
  readonly stored: Stored
  readonly message: StoredMessage
  delivery: Delivery | undefined
}

type Retry = { readonly stored: Stored } & RetryDetails

/** The situation at one moment. */
interface Now {
  readonly progress: GroupProgress
  /** What the group gets again, by the id of the original. */
  readonly retries: ReadonlyMap<string, Retry>
  /** Tags that the group wants, by topic; `undefined`: all. */
  readonly tags: ReadonlyMap<string, ReadonlySet<string> | undefined>
}

/** Follows the messages that match on their way to a group. */
export class Deliveries {
  readonly #inspection: Inspection
  readonly #group: string
  readonly #filter: MessageFilter
  readonly #tails = new Map<string, TopicTail>()
  readonly #followed: Followed[] = []
  /** Copies in the dead letter topic, and the last ones in the retry topic, by the id of the original. */
  readonly #dead = new Map<string, Stored>()
  readonly #retried = new Map<string, Stored>()

  constructor(inspection: Inspection, group: string, filter: MessageFilter) {
    this.#inspection = inspection
    this.#group = group
    this.#filter = filter
  }

  /** Where they are now. `progress` was taken first: what is settled by it has its copies, if any, by now. */
  async now(progress: GroupProgress): Promise<Delivery[]> {
    for (const stored of await this.#newIn(dlqTopic(this.#group))) this.#dead.set(originalId(stored), stored)
    for (const stored of await this.#newIn(retryTopic(this.#group))) this.#retried.set(originalId(stored), stored)
    const topics = this.#filter.topic === undefined ? progress.sentTopics.map(topicOf) : [this.#filter.topic]
    for (const topic of topics) for (const stored of await this.#newIn(topic.name)) this.#look(stored, topic)
    const waiting = await this.#inspection.waiting.retries(this.#group, progress)
    const retries = new Map(waiting.map((retry) => [originalId(retry.stored), retry]))
    const tags = new Map(topics.map(({ name }) => [name, this.#inspection.tagsOf(this.#group, name)]))
    return this.#followed.map((one) => this.#follow(one, { progress, retries, tags }))
  }

  #newIn(topic: string): Promise<Stored[]> {
    const tail = this.#tails.get(topic) ?? new TopicTail(this.#inspection.nodes, topic)
    this.#tails.set(topic, tail)
    return tail.read()
  }

  #look(stored: Stored, topic: AnyTopic): void {
    const message = storedMessage(stored.record, { broker: stored.node.name, topic })
    if (this.#filter.matches(message)) this.#followed.push({ stored, message, delivery: undefined })
  }

  /** What was consumed or given up stays so. */
  #follow(one: Followed, now: Now): Delivery {
    const { delivery } = one
    if (delivery?.state === 'delivered' || delivery?.state === 'dead-lettered') return delivery
    one.delivery = { message: one.message, note: '', ...this.#whereabouts(one, now) }
    return one.delivery
  }

  #whereabouts({ stored, message }: Followed, { progress, retries, tags }: Now): Pick<Delivery, 'state'> & Partial<Delivery> {
    const dead = find(this.#dead, message)
    if (dead !== undefined) return { state: 'dead-lettered', note: attemptsText(dead.record.reconsumeTimes) }
    const retry = find(retries, message)
    if (retry !== undefined) return { state: 'retrying', note: this.#retryNote(retry) }
    if (!isWanted(message, tags.get(message.topic))) return { state: 'not wanted' }
    const latest = find(this.#retried, message) ?? stored
    if (progress.isSettled(latest)) return { state: 'delivered' }
    if (progress.isPassed(latest)) return { state: 'passed over' }
    return { state: progress.isHandedOut(latest) ? 'handed out' : 'waiting' }
  }

  #retryNote({ stored, dueAtMs }: Retry): string {
    const when = dueAtMs === undefined ? 'now' : `in ${Math.max(0, dueAtMs - this.#inspection.clock.now())} ms`
    return `attempt ${stored.record.reconsumeTimes + 1} ${when}`
  }
}

function isWanted({ tag }: StoredMessage, tags: ReadonlySet<string> | undefined): boolean {
  return tags === undefined || (tag !== undefined && tags.has(tag))
}

/** How long a group tried before it gave up. */
export function attemptsText(count: number): string {
  return `after ${count} ${count === 1 ? 'attempt' : 'attempts'}`
}

/** Copies name the record they were made of; those that clients made themselves, the message. */
function originalId({ record }: Stored): string {
  return record.properties.get(MessageProperty.ORIGIN_MESSAGE_ID) ?? ''
}

function find<T>(copies: ReadonlyMap<string, T>, { offsetMessageId, messageId }: StoredMessage): T | undefined {
  return copies.get(offsetMessageId) ?? copies.get(messageId)
}
