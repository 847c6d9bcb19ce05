import type { AnyTopic } from '@rocketmq-ts/client'
import { type DelayLevelTable, MessageProperty, type MessageRecord, retryTopic } from '@rocketmq-ts/remoting/wire'
import type { BrokerNode } from '../broker-node'
import type { GroupProgress } from './group-progress'
import { type Delayed, delayedRecords, recordsOf, type Stored } from './store-reader'
import { type StoredMessage, storedMessage, topicOf, withMore } from './stored-message'

/** A message that was sent with a delay, which is not over. */
export interface DelayedDetails {
  readonly delayLevel: number
  /** When it appears in its topic. Milliseconds since the epoch, by the cluster's clock. */
  readonly dueAtMs: number
}

/** A message that a group failed to consume and gets again. Its `attempt` is the one to come. */
export interface RetryDetails {
  /** When it is delivered again, by the cluster's clock; `undefined`: it may be now. */
  readonly dueAtMs: number | undefined
}

/** Messages that are neither in their topic nor consumed: those that wait for a delay, and a group's retries. */
export class WaitingMessages {
  readonly #nodes: readonly BrokerNode[]
  readonly #levels: DelayLevelTable

  constructor(nodes: readonly BrokerNode[], levels: DelayLevelTable) {
    this.#nodes = nodes
    this.#levels = levels
  }

  /** Messages to a topic that were sent with a delay. */
  async delayed(topic: AnyTopic): Promise<Array<StoredMessage & DelayedDetails>> {
    const waiting = (await delayedRecords(this.#nodes, this.#levels.maxLevel)).filter(({ realTopic }) => realTopic === topic.name)
    return waiting.map((one) => {
      const message = storedMessage(one.record, { broker: one.node.name, topic })
      return withMore(message, { queueId: Number(one.record.properties.get(MessageProperty.REAL_QUEUE_ID)), ...this.#details(one) })
    })
  }

  /** What a group gets again: copies that wait for their delay, and those in its retry topic that it has not settled. */
  async retries(group: string, progress: GroupProgress): Promise<Array<{ readonly stored: Stored } & RetryDetails>> {
    const topic = retryTopic(group)
    const [waiting, ready] = await Promise.all([delayedRecords(this.#nodes, this.#levels.maxLevel), recordsOf(this.#nodes, topic)])
    return [
      ...waiting.filter(({ realTopic }) => realTopic === topic).map((stored) => ({ stored, dueAtMs: this.#details(stored).dueAtMs })),
      ...ready.filter((stored) => !progress.isPassed(stored)).map((stored) => ({ stored, dueAtMs: undefined }))
    ]
  }

  #details({ delayLevel, record }: Delayed): DelayedDetails {
    return { delayLevel, dueAtMs: record.storeTimestamp + this.#levels.delayMs(delayLevel) }
  }
}

/** The message that a copy in a retry or dead letter topic is of, in the words of its user. `undefined`: it is of another topic. */
export function originalOf({ node, record }: Stored, topic: AnyTopic | undefined): StoredMessage | undefined {
  const name = originalTopic(record)
  if (topic !== undefined && topic.name !== name) return undefined
  return storedMessage(record, { broker: node.name, topic: topic ?? topicOf(name) })
}

/** The topic that a message was sent to. */
export function originalTopic({ topic, properties }: MessageRecord): string {
  return properties.get(MessageProperty.RETRY_TOPIC) ?? properties.get(MessageProperty.DLQ_ORIGIN_TOPIC) ?? topic
}
