import {
  isNotAllowedToSend,
  MessageSysFlag,
  ResponseCode,
  type SendMessageRequestHeader,
  type TopicConfig,
  topicNameProblem,
  transactionValue
} from '@rocketmq-ts/remoting/wire'
import type { BrokerLimits } from '../broker-limits'
import { Refusal } from '../refusal'
import type { TopicCreation } from '../topic/topic-creation'
import { queueIdLimit, type TopicTable } from '../topic/topic-table'
import type { SentProperties } from './sent-properties'

/** What the headers of all send requests say. A negative `queueId` lets the broker choose. */
export type SendHeader = Omit<SendMessageRequestHeader, 'producerGroup'>

export interface SendChecksOptions {
  readonly topics: TopicTable
  readonly creation: TopicCreation
  readonly limits: BrokerLimits
}

/** What a send must be like before it may touch the store (read in broker/…/processor/AbstractSendMessageProcessor.java, `msgCheck`). */
export class SendChecks {
  readonly #options: SendChecksOptions

  constructor(options: SendChecksOptions) {
    this.#options = options
  }

  /** The topic to send to, created when it is missing and may be. */
  topicFor(header: SendHeader, body: Buffer): TopicConfig | Refusal {
    const refusal = bodyProblem(body, this.#options.limits.maxMessageBytes) ?? flagProblem(header.sysFlag)
    if (refusal !== undefined) return refusal
    const topic = this.#options.topics.get(header.topic) ?? this.#create(header)
    if (topic instanceof Refusal) return topic
    // Checked for topics that exist as well: those of the broker do.
    if (isNotAllowedToSend(header.topic)) return notAllowed(header.topic)
    return queueProblem(header, topic) ?? topic
  }

  #create(header: SendHeader): TopicConfig | Refusal {
    const problem = topicNameProblem(header.topic)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, problem)
    if (isNotAllowedToSend(header.topic)) return notAllowed(header.topic)
    return this.#options.creation.bySend(header)
  }
}

/** What a single message must not carry. */
export function propertiesProblem(properties: SentProperties): Refusal | undefined {
  if (properties.isTransaction) return noTransactions()
  if (properties.isInnerBatch) return illegal('INNER_NUM belongs to the broker')
  if (properties.isLite) return illegal('lite topics are not supported by this broker')
  if (properties.isTimer && !(delayLevelOf(properties) > 0)) {
    return new Refusal(ResponseCode.SYSTEM_ERROR, 'accurate timer message is not enabled, timerWheelEnable is false: use delay levels')
  }
  if (Number.isNaN(delayLevelOf(properties))) return illegal('DELAY is not a number')
  return undefined
}

/** The delay level a message asks for; 0 without one, `NaN` when it is no number. */
export function delayLevelOf({ delayLevel }: SentProperties): number {
  if (delayLevel === undefined) return 0
  const level = Number(delayLevel)
  return Number.isInteger(level) ? level : Number.NaN
}

function bodyProblem(body: Buffer, maxBytes: number): Refusal | undefined {
  if (body.length === 0) return illegal('it has no body')
  return body.length > maxBytes ? illegal(`its body has ${body.length} bytes, at most ${maxBytes} are allowed`) : undefined
}

function flagProblem(sysFlag: number): Refusal | undefined {
  const transaction = transactionValue(sysFlag)
  if (transaction === MessageSysFlag.TRANSACTION_PREPARED || transaction === MessageSysFlag.TRANSACTION_ROLLBACK) return noTransactions()
  return (sysFlag & MessageSysFlag.INNER_BATCH) !== 0 ? illegal('only the broker makes inner batches') : undefined
}

function queueProblem({ queueId }: SendHeader, topic: TopicConfig): Refusal | undefined {
  if (queueId < 0 && topic.writeQueueNums < 1) {
    return new Refusal(ResponseCode.INVALID_PARAMETER, `topic[${topic.topicName}] has no queue to write to`)
  }
  if (queueId < queueIdLimit(topic)) return undefined
  return new Refusal(
    ResponseCode.INVALID_PARAMETER,
    `request queueId[${queueId}] is illegal, topic[${topic.topicName}] has ${topic.writeQueueNums} queues to write to and ${topic.readQueueNums} to read from`
  )
}

function notAllowed(topic: string): Refusal {
  return new Refusal(ResponseCode.NO_PERMISSION, `Sending message to topic[${topic}] is forbidden.`)
}

function noTransactions(): Refusal {
  return new Refusal(ResponseCode.NO_PERMISSION, 'sending transaction message is forbidden: this broker has no transactions')
}

function illegal(why: string): Refusal {
  return new Refusal(ResponseCode.MESSAGE_ILLEGAL, `the message is illegal: ${why}`)
}
