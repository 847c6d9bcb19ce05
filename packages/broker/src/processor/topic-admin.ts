import type { Answer, Processor } from '@rocketmq-ts/remoting'
import {
  type CreateTopicRequestHeader,
  type RequestCode,
  ResponseCode,
  TOPIC_FILTER_TYPE,
  type TopicConfig,
  topicNameProblem
} from '@rocketmq-ts/remoting/wire'
import type { MessageStore } from '@rocketmq-ts/store'
import type { BrokerLimits } from '../broker-limits'
import type { ConsumerOffsets } from '../offset/consumer-offsets'
import { Refusal } from '../refusal'
import { type BrokerIdentity, isOwnTopic } from '../topic/own-topics'
import { changedAttributes } from '../topic/topic-attributes'
import type { TopicTable } from '../topic/topic-table'
import { tablePage } from './table-page'

export interface TopicAdminOptions {
  readonly store: MessageStore
  readonly topics: TopicTable
  readonly offsets: ConsumerOffsets
  readonly identity: BrokerIdentity
  readonly limits: BrokerLimits
  /** Settles when every nameserver knows the topics as they are now, or cannot be told. */
  readonly registered: () => Promise<void>
  /** Settles when what was changed is stored, or could not be. */
  readonly saved: () => Promise<void>
}

/** All bits a permission may have. */
const MAX_PERM = 15

/** Requests that administer topics (read in broker/…/processor/AdminBrokerProcessor.java). */
export class TopicAdminProcessor {
  readonly #options: TopicAdminOptions

  constructor(options: TopicAdminOptions) {
    this.#options = options
  }

  /** UPDATE_AND_CREATE_TOPIC: answered when the topic is stored and the route is known. */
  readonly createTopic: Processor<typeof RequestCode.UPDATE_AND_CREATE_TOPIC> = async ({ header }) => {
    const config = this.configOf(header)
    if (config instanceof Refusal) return config
    await this.put(config)
    return { code: ResponseCode.SUCCESS }
  }

  /** DELETE_TOPIC_IN_BROKER: answered when that is stored. The nameservers keep the route until they are told to delete it. */
  readonly deleteTopic: Processor<typeof RequestCode.DELETE_TOPIC_IN_BROKER> = async ({
    header: { topic }
  }): Promise<Answer<typeof RequestCode.DELETE_TOPIC_IN_BROKER>> => {
    const { identity } = this.#options
    if (topic.trim() === '') return new Refusal(ResponseCode.INVALID_PARAMETER, 'The specified topic is blank.')
    if (isOwnTopic(topic, identity)) return conflict(topic)
    this.delete(topic)
    await this.#options.saved()
    return { code: ResponseCode.SUCCESS }
  }

  /** GET_ALL_TOPIC_CONFIG: everything, or one page to who asks in the way of 5.4 and later. */
  readonly allTopics: Processor<typeof RequestCode.GET_ALL_TOPIC_CONFIG> = ({ header: { topicSeq, maxTopicNum, dataVersion } }) => {
    const { topics } = this.#options
    const table = tablePage(topics.all, topics.version.current, { seq: topicSeq, max: maxTopicNum, dataVersion })
    return {
      code: ResponseCode.SUCCESS,
      header: { totalTopicNum: topics.size },
      body: { topicConfigTable: table, dataVersion: topics.version.current }
    }
  }

  /** The settings that a request asks for, or why it cannot have them. */
  configOf(header: CreateTopicRequestHeader): TopicConfig | Refusal {
    const { topics, identity, limits } = this.#options
    const problem = topicNameProblem(header.topic) ?? numberProblem(header, limits)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, problem)
    if (isOwnTopic(header.topic, identity)) return conflict(header.topic)
    const known = topics.get(header.topic)
    if (known === undefined && topics.size >= limits.maxTopics) {
      return new Refusal(ResponseCode.SYSTEM_ERROR, `the broker has ${limits.maxTopics} topics, the most it takes`)
    }
    const attributes = changedAttributes(known === undefined ? undefined : (known.attributes ?? new Map()), header.attributes)
    if (attributes instanceof Refusal) return attributes
    const { topic: topicName, readQueueNums, writeQueueNums, perm, topicFilterType, topicSysFlag = 0, order = false } = header
    return { ...known, topicName, readQueueNums, writeQueueNums, perm, topicFilterType, topicSysFlag, order, attributes }
  }

  /** Creates or changes a topic; settles when it is stored and the route is known. */
  async put(config: TopicConfig): Promise<void> {
    const known = this.#options.topics.get(config.topicName)
    if (known === undefined || !isSameConfig(known, config)) this.#options.topics.put(config)
    await Promise.all([this.#options.saved(), this.#options.registered()])
  }

  /** Deletes a topic with its messages and what groups have consumed of it. */
  delete(topic: string): void {
    const { topics, offsets, store } = this.#options
    topics.delete(topic)
    offsets.deleteTopic(topic)
    store.deleteTopic(topic)
  }
}

function numberProblem(header: CreateTopicRequestHeader, { maxQueuesPerTopic }: BrokerLimits): string | undefined {
  for (const count of [header.readQueueNums, header.writeQueueNums]) {
    if (count < 1 || count > maxQueuesPerTopic) return `a topic has 1 to ${maxQueuesPerTopic} queues, not ${count}`
  }
  if (header.perm < 0 || header.perm > MAX_PERM) return `${header.perm} is no permission`
  const types: readonly string[] = TOPIC_FILTER_TYPE
  return types.includes(header.topicFilterType) ? undefined : `${header.topicFilterType.slice(0, 64)} is no filter type`
}

function isSameConfig(one: TopicConfig, other: TopicConfig): boolean {
  return (
    one.readQueueNums === other.readQueueNums &&
    one.writeQueueNums === other.writeQueueNums &&
    one.perm === other.perm &&
    one.topicFilterType === other.topicFilterType &&
    one.topicSysFlag === other.topicSysFlag &&
    one.order === other.order &&
    JSON.stringify([...(one.attributes ?? [])]) === JSON.stringify([...(other.attributes ?? [])])
  )
}

function conflict(topic: string): Refusal {
  return new Refusal(ResponseCode.INVALID_PARAMETER, `The topic[${topic}] is conflict with system topic.`)
}
