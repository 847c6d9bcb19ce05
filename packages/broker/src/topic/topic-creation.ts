import { isInherited, isRetryTopic, Perm, ResponseCode, type TopicConfig } from '@rocketmq-ts/remoting/wire'
import type { Clock } from 'net-ts-protocol-kit'
import type { BrokerLimits } from '../broker-limits'
import { Refusal } from '../refusal'
import { topicConfig } from './own-topics'
import type { TopicTable } from './topic-table'

const READ_WRITE = Perm.READ | Perm.WRITE

/** A first send to a topic that does not exist. */
export interface FirstSend {
  readonly topic: string
  /** Whose settings the new topic inherits: `TBW102` unless the client says otherwise. */
  readonly defaultTopic: string
  /** How many queues the client would like. */
  readonly defaultTopicQueueNums: number
  readonly unitMode?: boolean | undefined
}

/** Topics that come into being by use: by a first send, or because a group needs a place for retries. */
export class TopicCreation {
  readonly #topics: TopicTable
  readonly #limits: BrokerLimits
  readonly #clock: Clock
  readonly #isAutomatic: boolean
  #tokens: number
  #refilledAt: number

  /** `isAutomatic`: whether a first send may create a topic at all. Retry and dead letter topics are made in any case. */
  constructor(topics: TopicTable, limits: BrokerLimits, clock: Clock, isAutomatic: boolean) {
    this.#topics = topics
    this.#limits = limits
    this.#clock = clock
    this.#isAutomatic = isAutomatic
    this.#tokens = limits.autoCreateBurst
    this.#refilledAt = clock.monotonic()
  }

  /**
   * Creates a topic from its default topic, which must have the inherit bit
   * (read in broker/…/topic/TopicConfigManager.java, `createTopicInSendMessageMethod`).
   */
  bySend(send: FirstSend): TopicConfig | Refusal {
    const pattern = this.#topics.get(send.defaultTopic)
    if (!this.#isAutomatic || pattern === undefined || !isInherited(pattern.perm)) {
      return isRetryTopic(send.topic) ? this.forGroup(send.topic, 1) : notExist(send.topic)
    }
    const refusal = this.#roomFor(send.topic) ?? this.#takeToken(send.topic)
    if (refusal !== undefined) return refusal
    const queues = Math.min(send.defaultTopicQueueNums, pattern.writeQueueNums, this.#limits.maxQueuesPerTopic)
    if (queues < 1) return new Refusal(ResponseCode.INVALID_PARAMETER, `topic[${send.topic}] cannot be created with ${queues} queues`)
    const sysFlag = send.unitMode === true ? (isRetryTopic(send.topic) ? UNIT_SUB_FLAG : UNIT_FLAG) : 0
    return this.#topics.put(topicConfig(send.topic, queues, pattern.perm & ~Perm.INHERIT, false, sysFlag))
  }

  /** A group's retry or dead letter topic, made when it is missing. */
  forGroup(topic: string, queues: number, order?: boolean): TopicConfig | Refusal {
    const known = this.#topics.get(topic)
    if (known === undefined) return this.#roomFor(topic) ?? this.#topics.put(topicConfig(topic, queues, READ_WRITE, order === true))
    return order === undefined || known.order === order ? known : this.#topics.put({ ...known, order })
  }

  #roomFor(topic: string): Refusal | undefined {
    const { maxTopics } = this.#limits
    if (this.#topics.size < maxTopics) return undefined
    return new Refusal(ResponseCode.TOPIC_NOT_EXIST, `topic[${topic}] not exist, and the broker has ${maxTopics} topics, the most it takes`)
  }

  #takeToken(topic: string): Refusal | undefined {
    const { autoCreateBurst, autoCreatePerSecond } = this.#limits
    const now = this.#clock.monotonic()
    this.#tokens = Math.min(autoCreateBurst, this.#tokens + ((now - this.#refilledAt) / 1000) * autoCreatePerSecond)
    this.#refilledAt = now
    if (this.#tokens < 1) {
      return new Refusal(
        ResponseCode.SYSTEM_BUSY,
        `[TOPIC_FLOOD]topic[${topic}] not created: more than ${autoCreatePerSecond} new topics a second; create topics before use`
      )
    }
    this.#tokens--
    return undefined
  }
}

/** Bits of a topic's system flag (read in common/…/sysflag/TopicSysFlag.java). */
const UNIT_FLAG = 0x1
const UNIT_SUB_FLAG = 0x2

function notExist(topic: string): Refusal {
  return new Refusal(ResponseCode.TOPIC_NOT_EXIST, `topic[${topic}] not exist, apply first please!`)
}
