import {
  type DelayLevelTable,
  delayQueueId,
  javaStringHashCode,
  MAX_PROPERTIES_BYTES,
  MessageProperty,
  ResponseCode,
  SystemTopic
} from '@rocketmq-ts/remoting/wire'
import { type Appended, type AppendRequest, type MessageStore, StoreError, type StoreErrorCode } from '@rocketmq-ts/store'
import type { Endpoint } from 'net-ts-protocol-kit'
import { Refusal } from '../refusal'
import { propertyText, withoutProperties } from './sent-properties'

/** A message on its way into the store. */
export interface MessageToAppend {
  readonly topic: string
  readonly queueId: number
  readonly flag: number
  readonly sysFlag: number
  readonly bornTimestamp: number
  readonly bornHost: Endpoint
  readonly reconsumeTimes: number
  readonly body: Buffer
  /** Property text; ends with a separator unless empty. */
  readonly properties: string
  readonly tag: string | undefined
  /** 0: none. Levels above the highest count as the highest. */
  readonly delayLevel: number
}

/** Properties that say where a delayed message goes; those of an earlier delay are replaced. */
const REAL_PLACE = new Set<string>([MessageProperty.REAL_TOPIC, MessageProperty.REAL_QUEUE_ID])

/** Stages messages in the store, delayed ones in the queue of their level (read in broker/…/util/HookUtils.java). */
export class MessageAppender {
  readonly #store: MessageStore
  readonly #levels: DelayLevelTable
  readonly #storeHost: Endpoint

  constructor(store: MessageStore, levels: DelayLevelTable, storeHost: Endpoint) {
    this.#store = store
    this.#levels = levels
    this.#storeHost = storeHost
  }

  /** Where the message will be once it is committed. */
  append(message: MessageToAppend): Appended | Refusal {
    const level = this.#levels.clamp(message.delayLevel)
    if (level > 0) return this.#stageDelayed(message, level)
    const tagsCode = message.tag === undefined ? 0 : javaStringHashCode(message.tag)
    return this.#stage(message, message.topic, message.queueId, Buffer.from(message.properties), tagsCode)
  }

  /** A message that comes with its properties in bytes and is never delayed: a part of a batch. */
  appendPart(message: MessageToAppend, properties: Buffer): Appended | Refusal {
    const tagsCode = message.tag === undefined ? 0 : javaStringHashCode(message.tag)
    return this.#stage(message, message.topic, message.queueId, properties, tagsCode)
  }

  /** The store puts the time of delivery into the consume queue, counted from the store time, as it would when it rebuilds the queue. */
  #stageDelayed(message: MessageToAppend, level: number): Appended | Refusal {
    const place =
      propertyText(MessageProperty.REAL_TOPIC, message.topic) + propertyText(MessageProperty.REAL_QUEUE_ID, String(message.queueId))
    const properties = Buffer.from(withoutProperties(message.properties, REAL_PLACE) + place)
    return this.#stage(message, SystemTopic.SCHEDULE, delayQueueId(level), properties, 0, this.#levels.delayMs(level))
  }

  #stage(
    message: MessageToAppend,
    topic: string,
    queueId: number,
    properties: Buffer,
    tagsCode: number,
    delayMs?: number
  ): Appended | Refusal {
    if (properties.length > MAX_PROPERTIES_BYTES) {
      return new Refusal(
        ResponseCode.MESSAGE_ILLEGAL,
        `the message's properties have ${properties.length} bytes with those of the broker, at most ${MAX_PROPERTIES_BYTES} are allowed`
      )
    }
    const { flag, sysFlag, bornTimestamp, bornHost, reconsumeTimes, body } = message
    const request: AppendRequest = {
      topic,
      queueId,
      flag,
      sysFlag,
      bornTimestamp,
      bornHost,
      storeHost: this.#storeHost,
      reconsumeTimes,
      preparedTransactionOffset: 0,
      body,
      properties,
      tagsCode
    }
    try {
      return this.#store.append(delayMs === undefined ? request : { ...request, delayMs })
    } catch (error) {
      return refusalOf(error)
    }
  }
}

/** What cannot be stored whenever it is sent. */
const ILLEGAL: ReadonlySet<string> = new Set<StoreErrorCode>([
  'MESSAGE_TOO_LARGE',
  'PROPERTIES_TOO_LARGE',
  'TOPIC_TOO_LONG',
  'TOPIC_NAME_ILLEGAL'
])

/** What a store's refusal means to the sender (read in broker/…/processor/SendMessageProcessor.java, `handlePutMessageResult`). */
function refusalOf(error: unknown): Refusal {
  if (!(error instanceof StoreError)) throw error
  if (ILLEGAL.has(error.code)) return new Refusal(ResponseCode.MESSAGE_ILLEGAL, `the message is illegal: ${error.message}`)
  return new Refusal(ResponseCode.SERVICE_NOT_AVAILABLE, `service not available now: ${error.message}`)
}
