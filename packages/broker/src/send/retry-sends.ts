import { dlqTopic, isRetryTopic, MessageProperty, RETRY_TOPIC_PREFIX, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { GroupTable } from '../group/group-table'
import type { QueueLocks } from '../queue-locks'
import { Refusal } from '../refusal'
import type { TopicCreation } from '../topic/topic-creation'
import type { SendHeader } from './send-checks'
import { propertyText, type SentProperties, withoutProperties } from './sent-properties'

const DELAY = new Set<string>([MessageProperty.DELAY_TIME_LEVEL])

/**
 * Messages that a consumer sends to its retry topic itself, because it could not give them back
 * (read in broker/…/processor/SendMessageProcessor.java, `handleRetryAndDLQ`).
 */
export class RetrySends {
  readonly #groups: GroupTable
  readonly #locks: QueueLocks
  readonly #creation: TopicCreation

  constructor(groups: GroupTable, locks: QueueLocks, creation: TopicCreation) {
    this.#groups = groups
    this.#locks = locks
    this.#creation = creation
  }

  /**
   * The dead letter topic when the message has been tried often enough, or belongs to a group that consumes in order and so
   * must not come again out of order. Else `undefined`. Takes the delay off a dead letter.
   */
  deadLetterTopic(header: SendHeader, properties: SentProperties): string | Refusal | undefined {
    if (!isRetryTopic(header.topic)) return undefined
    const groupName = header.topic.slice(RETRY_TOPIC_PREFIX.length)
    const group = this.#groups.findOrCreate(groupName)
    if (group === undefined) return noGroup(groupName)
    const maxTimes = header.maxReconsumeTimes ?? group.retryMaxTimes
    if ((header.reconsumeTimes ?? 0) <= maxTimes && !this.#locks.hasLocks(groupName)) return undefined
    const topic = this.#creation.forGroup(dlqTopic(groupName), 1)
    if (topic instanceof Refusal) return topic
    properties.text = withoutProperties(properties.text, DELAY) + propertyText(MessageProperty.DELAY_TIME_LEVEL, '-1')
    properties.delayLevel = '-1'
    return topic.topicName
  }
}

/** What is answered for a group that cannot be: its name is illegal, or there are too many. */
export function noGroup(name: string): Refusal {
  return new Refusal(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `subscription group not exist, ${name.slice(0, 255)}`)
}
