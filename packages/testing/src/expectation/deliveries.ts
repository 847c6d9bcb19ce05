import type { AnyTopic } from '@rocketmq-ts/client'
import { MessageProperty, retryTopic } from '@rocketmq-ts/remoting/wire'
import type { GroupProgress } from '../inspection/group-progress'
import type { Inspection } from '../inspection/inspection'
import { recordsOf, type Stored } from '../inspection/store-reader'
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

/** What a group still has to do with copies of its messages, by the id of the original. */
interface Copies {
  readonly dead: ReadonlyMap<string, Stored>
  readonly retries: ReadonlyMap<string, { readonly stored: Stored } & RetryDetails>
  /** The last one in the retry topic. */
  readonly latest: ReadonlyMap<string, Stored>
}

/** Follows the messages that match on their way to a group. */
export class Deliveries {
  readonly #inspection: Inspection
  readonly #group: string
  readonly #filter: MessageFilter
  /** By broker and place in its log: a record never changes. */
  readonly #seen = new Map<string, { readonly message: StoredMessage; readonly isMatch: boolean }>()

  constructor(inspection: Inspection, group: string, filter: MessageFilter) {
    this.#inspection = inspection
    this.#group = group
    this.#filter = filter
  }

  /** As they are now: those that the group should have. */
  async now(progress: GroupProgress): Promise<Delivery[]> {
    const { nodes } = this.#inspection
    const topics = this.#filter.topic === undefined ? this.#topicsOf(progress) : [this.#filter.topic]
    const originals = await Promise.all(topics.map(async (topic) => this.#matching(await recordsOf(nodes, topic.name), topic)))
    const copies = await this.#copies(progress)
    return originals.flat().map(([stored, message]) => this.#delivery(stored, message, progress, copies))
  }

  #topicsOf(progress: GroupProgress): AnyTopic[] {
    return progress.topics.filter((topic) => topic !== retryTopic(this.#group)).map(topicOf)
  }

  #matching(records: readonly Stored[], topic: AnyTopic): Array<[Stored, StoredMessage]> {
    return records.flatMap((stored) => {
      const { message, isMatch } = this.#look(stored, topic)
      return isMatch ? [[stored, message] as [Stored, StoredMessage]] : []
    })
  }

  #look({ node, record }: Stored, topic: AnyTopic): { readonly message: StoredMessage; readonly isMatch: boolean } {
    const key = `${node.name} ${record.physicalOffset}`
    const known = this.#seen.get(key)
    if (known !== undefined) return known
    const message = storedMessage(record, { broker: node.name, topic })
    const seen = { message, isMatch: this.#filter.matches(message) }
    this.#seen.set(key, seen)
    return seen
  }

  async #copies(progress: GroupProgress): Promise<Copies> {
    const { nodes, waiting } = this.#inspection
    const retries = await waiting.retries(this.#group, progress)
    const [dead, retried] = await Promise.all([this.#inspection.deadRecords(this.#group), recordsOf(nodes, retryTopic(this.#group))])
    return {
      dead: byOriginal(dead, (stored) => stored),
      retries: byOriginal(retries, ({ stored }) => stored),
      latest: byOriginal(retried, (stored) => stored)
    }
  }

  #delivery(stored: Stored, message: StoredMessage, progress: GroupProgress, copies: Copies): Delivery {
    const dead = find(copies.dead, message)
    if (dead !== undefined) return { message, state: 'dead-lettered', note: attemptsText(dead.record.reconsumeTimes) }
    const retry = find(copies.retries, message)
    if (retry !== undefined) return { message, state: 'retrying', note: this.#retryNote(retry) }
    if (!this.#isWanted(message)) return { message, state: 'not wanted', note: 'by its tag' }
    const latest = find(copies.latest, message)
    if (progress.isSettled(latest ?? stored)) return { message, state: 'delivered', note: '' }
    if (progress.isPassed(latest ?? stored)) return { message, state: 'passed over', note: '' }
    return { message, state: progress.isHandedOut(stored) ? 'handed out' : 'waiting', note: '' }
  }

  #retryNote({ stored, dueAtMs }: { readonly stored: Stored } & RetryDetails): string {
    const when = dueAtMs === undefined ? 'now' : `in ${Math.max(0, dueAtMs - this.#inspection.clock.now())} ms`
    return `attempt ${stored.record.reconsumeTimes + 1} ${when}`
  }

  #isWanted(message: StoredMessage): boolean {
    const wanted = this.#inspection.tagsOf(this.#group, message.topic)
    return wanted === undefined || (message.tag !== undefined && wanted.has(message.tag))
  }
}

/** How long a group tried before it gave up. */
export function attemptsText(count: number): string {
  return `after ${count} ${count === 1 ? 'attempt' : 'attempts'}`
}

/** Later ones win. Copies name the record they were made of; those that clients made themselves, the message. */
function byOriginal<T>(copies: readonly T[], storedOf: (copy: T) => Stored): Map<string, T> {
  return new Map(copies.map((copy) => [storedOf(copy).record.properties.get(MessageProperty.ORIGIN_MESSAGE_ID) ?? '', copy]))
}

function find<T>(copies: ReadonlyMap<string, T>, { offsetMessageId, messageId }: StoredMessage): T | undefined {
  return copies.get(offsetMessageId) ?? copies.get(messageId)
}
