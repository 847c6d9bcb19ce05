import { type Answer, type Held, held, type ServerRequest } from '@rocketmq-ts/remoting'
import {
  dlqTopic,
  MessageProperty,
  type MessageRecord,
  type RequestCode,
  ResponseCode,
  retryTopic,
  type SubscriptionGroupConfig
} from '@rocketmq-ts/remoting/wire'
import type { CommitStatus, MessageStore } from '@rocketmq-ts/store'
import type { Clock } from 'net-ts-protocol-kit'
import type { GroupTable } from '../group/group-table'
import { Refusal } from '../refusal'
import type { MessageAppender } from '../send/message-appender'
import { noGroup } from '../send/retry-sends'
import { propertyText } from '../send/sent-properties'
import type { TopicCreation } from '../topic/topic-creation'
import type { TurnCommit } from '../turn-commit'

type BackRow = typeof RequestCode.CONSUMER_SEND_MSG_BACK
type BackRequest = ServerRequest<BackRow>
type BackAnswer = Answer<BackRow> | Held

export interface SendBackOptions {
  readonly store: MessageStore
  readonly clock: Clock
  readonly groups: GroupTable
  readonly creation: TopicCreation
  readonly appender: MessageAppender
  readonly commit: TurnCommit
  /** Whether a topic is stored, once that is known; `undefined` when it is since long. */
  readonly topicSaved: (topic: string) => Promise<boolean> | undefined
}

/** Where the copy of a message that was given back goes. */
interface Destination {
  readonly topic: string
  readonly queueId: number
  readonly delayLevel: number
}

/** Each group has one queue of dead letters. */
const DLQ_QUEUES = 1

/**
 * CONSUMER_SEND_MSG_BACK: stores a copy of a message for another attempt of the group, or as a dead letter
 * (read in broker/…/processor/AbstractSendMessageProcessor.java, `consumerSendMsgBack`). Answered when the copy is
 * committed: the consumer may then let the original go.
 */
export class SendBackProcessor {
  readonly #options: SendBackOptions

  constructor(options: SendBackOptions) {
    this.#options = options
  }

  readonly sendBack = (request: BackRequest): BackAnswer | Promise<BackAnswer> => {
    const { groups, store } = this.#options
    const group = groups.findOrCreate(request.header.group)
    if (group === undefined) return noGroup(request.header.group)
    // A group without retry queues drops what it gives back.
    if (group.retryQueueNums <= 0) return { code: ResponseCode.SUCCESS }
    const record = store.recordAt(request.header.offset)
    if (record instanceof Promise) return record.then((late) => this.#copy(request, group, late))
    return this.#copy(request, group, record)
  }

  #copy(request: BackRequest, group: SubscriptionGroupConfig, record: MessageRecord | undefined): BackAnswer {
    if (record === undefined) return new Refusal(ResponseCode.SYSTEM_ERROR, `look message by offset failed, ${request.header.offset}`)
    const destination = this.#destination(request, group, record)
    if (destination instanceof Refusal) return destination
    const properties = copiedProperties(record, destination.delayLevel)
    const appended = this.#options.appender.append({
      ...destination,
      flag: record.flag,
      sysFlag: record.sysFlag,
      bornTimestamp: record.bornTimestamp,
      bornHost: { host: record.bornHost, port: record.bornPort },
      reconsumeTimes: record.reconsumeTimes + 1,
      body: record.body,
      properties,
      tag: record.properties.get(MessageProperty.TAGS)
    })
    if (appended instanceof Refusal) return appended
    const { commit, topicSaved } = this.#options
    commit.wait({ committed: (status) => request.answer(committedAnswer(status)) }, topicSaved(destination.topic))
    return held
  }

  /** The retry topic after a delay that grows with the attempts, or the dead letter topic at once. */
  #destination({ header }: BackRequest, group: SubscriptionGroupConfig, record: MessageRecord): Destination | Refusal {
    const { creation, clock } = this.#options
    const maxTimes = header.maxReconsumeTimes ?? group.retryMaxTimes
    if (record.reconsumeTimes >= maxTimes || header.delayLevel < 0) {
      const topic = creation.forGroup(dlqTopic(group.groupName), DLQ_QUEUES)
      return topic instanceof Refusal ? topic : { topic: topic.topicName, queueId: 0, delayLevel: 0 }
    }
    const topic = creation.forGroup(retryTopic(group.groupName), group.retryQueueNums)
    if (topic instanceof Refusal) return topic
    const queueId = Math.floor(clock.random() * Math.min(group.retryQueueNums, Math.max(1, topic.writeQueueNums)))
    return { topic: topic.topicName, queueId, delayLevel: header.delayLevel === 0 ? 3 + record.reconsumeTimes : header.delayLevel }
  }
}

/** The original's properties, with where it came from; DELAY tells the level. */
function copiedProperties(record: MessageRecord, delayLevel: number): string {
  const properties = new Map(record.properties)
  if (!properties.has(MessageProperty.RETRY_TOPIC)) properties.set(MessageProperty.RETRY_TOPIC, record.topic)
  if (!properties.has(MessageProperty.ORIGIN_MESSAGE_ID)) properties.set(MessageProperty.ORIGIN_MESSAGE_ID, record.offsetMessageId)
  properties.set(MessageProperty.WAIT_STORE_MSG_OK, 'false')
  properties.set(MessageProperty.DELAY_TIME_LEVEL, String(delayLevel))
  return [...properties].map(([name, value]) => propertyText(name, value)).join('')
}

/** Only what is as durable as was asked for lets the consumer go on: else it sends the message to its retry topic itself. */
function committedAnswer(status: CommitStatus): Answer<BackRow> {
  if (status === 'COMMITTED') return { code: ResponseCode.SUCCESS }
  return { code: ResponseCode.SYSTEM_ERROR, remark: status === 'FAILED' ? 'the store could not commit the message' : status }
}
