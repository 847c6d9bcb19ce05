import { isNotAllowedToSend, topicNameProblem } from '@rocketmq-ts/remoting/wire'
import type { RouteEntry } from '../route/route-table'
import { invalidMessage } from './message-properties'
import type { RoundRobin } from './queue-selection'

/** What a producer remembers of a topic it sends to. */
export interface PublishTopic {
  readonly name: string
  readonly turn: RoundRobin
  /** Known from the first route on. */
  entry: RouteEntry | undefined
}

/** The topics of one producer, each checked once. */
export class PublishTopics {
  readonly #random: () => number
  readonly #topics = new Map<string, PublishTopic>()

  constructor(random: () => number) {
    this.#random = random
  }

  /** @throws NotSentError `MESSAGE_INVALID` when the name is not one to send to. */
  get(name: string): PublishTopic {
    const topic = this.#topics.get(name) ?? this.#add(name)
    if (topic.entry !== undefined) topic.entry.isUsed = true
    return topic
  }

  forget(name: string): void {
    this.#topics.delete(name)
  }

  #add(name: string): PublishTopic {
    const problem = topicNameProblem(name) ?? (isNotAllowedToSend(name) ? `topic ${name} belongs to the broker` : undefined)
    if (problem !== undefined) throw invalidMessage(name.slice(0, 256), problem)
    // Producers that start together do not all begin at the same queue.
    const topic: PublishTopic = { name, turn: { next: Math.floor(this.#random() * 1024) }, entry: undefined }
    this.#topics.set(name, topic)
    return topic
  }
}
