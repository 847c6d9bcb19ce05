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

interface MessageContent {
  readonly topic: string
  readonly queueId: number
  readonly flag: number
  readonly sysFlag: number
  readonly bornTimestamp: number
  readonly bornHost: Endpoint
  readonly reconsumeTimes: number
  readonly body: Buffer
  readonly tag: string | undefined
}

/** A message on its way into the store. */
export interface MessageToAppend extends MessageContent {
  /** Property text; ends with a separator unless empty. */
  readonly properties: string
  /** 0: none. Levels above the highest count as the highest. */
  readonly delayLevel: number
}

/** A message of a batch: it comes with its properties in bytes, and is never delayed. */
export interface BatchMessageToAppend extends MessageContent {
  readonly properties: Buffer
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
    const request = this.#requestFor(message)
    if (request instanceof Refusal) return request
    try {
      return this.#store.append(request)
    } catch (error) {
      return refusalOf(error)
    }
  }

  /** Where the messages of a batch will be. When one is refused all are: a batch is sent again as a whole. */
  appendBatch(messages: readonly BatchMessageToAppend[]): readonly Appended[] | Refusal {
    const requests: AppendRequest[] = []
    for (const message of messages) {
      const request = this.#request(message, message.topic, message.queueId, message.properties, tagsCodeOf(message))
      if (request instanceof Refusal) return request
      requests.push(request)
    }
    try {
      return this.#store.appendAll(requests)
    } catch (error) {
      return refusalOf(error)
    }
  }

  #requestFor(message: MessageToAppend): AppendRequest | Refusal {
    const level = this.#levels.clamp(message.delayLevel)
    if (level > 0) return this.#delayed(message, level)
    return this.#request(message, message.topic, message.queueId, Buffer.from(message.properties), tagsCodeOf(message))
  }

  /** The store puts the time of delivery into the consume queue, counted from the store time, as it would when it rebuilds the queue. */
  #delayed(message: MessageToAppend, level: number): AppendRequest | Refusal {
    const place =
      propertyText(MessageProperty.REAL_TOPIC, message.topic) + propertyText(MessageProperty.REAL_QUEUE_ID, String(message.queueId))
    const properties = Buffer.from(withoutProperties(message.properties, REAL_PLACE) + place)
    const request = this.#request(message, SystemTopic.SCHEDULE, delayQueueId(level), properties, 0)
    return request instanceof Refusal ? request : { ...request, delayMs: this.#levels.delayMs(level) }
  }

  #request(message: MessageContent, topic: string, queueId: number, properties: Buffer, tagsCode: number): AppendRequest | Refusal {
    if (properties.length > MAX_PROPERTIES_BYTES) {
      return new Refusal(
        ResponseCode.MESSAGE_ILLEGAL,
        `the message's properties have ${properties.length} bytes with those of the broker, at most ${MAX_PROPERTIES_BYTES} are allowed`
      )
    }
    const { flag, sysFlag, bornTimestamp, bornHost, reconsumeTimes, body } = message
    return {
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
  }
}

function tagsCodeOf({ tag }: MessageContent): number {
  return tag === undefined ? 0 : javaStringHashCode(tag)
}

/** What cannot be stored whenever it is sent. */
const ILLEGAL: ReadonlySet<string> = new Set<StoreErrorCode>([
  'MESSAGE_TOO_LARGE',
  'PROPERTIES_TOO_LARGE',
  'TOPIC_TOO_LONG',
  'TOPIC_NAME_ILLEGAL',
  'QUEUE_TYPE_UNSUPPORTED'
])

/** What a store's refusal means to the sender (read in broker/…/processor/SendMessageProcessor.java, `handlePutMessageResult`). */
function refusalOf(error: unknown): Refusal {
  if (!(error instanceof StoreError)) throw error
  if (ILLEGAL.has(error.code)) return new Refusal(ResponseCode.MESSAGE_ILLEGAL, `the message is illegal: ${error.message}`)
  return new Refusal(ResponseCode.SERVICE_NOT_AVAILABLE, `service not available now: ${error.message}`)
}
