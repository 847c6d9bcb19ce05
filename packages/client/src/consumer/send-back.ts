import {
  formatProperties,
  isRetryTopic,
  MessageProperty,
  MessageSysFlag,
  RequestCode,
  retryTopic,
  type SendMessageRequestHeaderV2,
  SystemTopic
} from '@rocketmq-ts/remoting/wire'
import { BrokerUnknownError, causeText } from '../errors'
import type { ReceivedMessage } from '../message'
import type { MessageQueue } from '../message-queue'
import { sendStatus } from '../producer/receipt'
import { refusal, requireSuccess } from '../requests'
import { MASTER_ID } from '../route/topic-route'
import type { ConsumerParts } from './consumer-parts'
import { isDeadLetter, retryLevel } from './retry-decision'

/** Java's time-out of a send-back (read in client/…/consumer/DefaultMQPushConsumerImpl.java). */
const TIMEOUT_MS = 5000

/** Gives messages back to the broker for another attempt, or for the dead letter queue. */
export class SendBack {
  readonly #parts: ConsumerParts
  readonly #group: string
  readonly #maxReconsumeTimes: number

  /** @param maxReconsumeTimes retries before a message goes to the dead letter queue. */
  constructor(parts: ConsumerParts, group: string, maxReconsumeTimes: number) {
    this.#parts = parts
    this.#group = group
    this.#maxReconsumeTimes = maxReconsumeTimes
  }

  /** Whether the message's attempts end with this one. */
  isLast(message: ReceivedMessage, delayLevel: number): boolean {
    return isDeadLetter(delayLevel, message.record.reconsumeTimes, this.#maxReconsumeTimes)
  }

  /**
   * Asks the broker that stores the message to take it back; when that fails, sends it to the retry topic as a new message.
   * Resolves when a broker has it; rejects when none does.
   *
   * @param delayLevel 0: chosen by the number of attempts; below 0: to the dead letter queue.
   */
  async send(message: ReceivedMessage, delayLevel: number): Promise<void> {
    try {
      await this.#giveBack(message, delayLevel)
    } catch (error) {
      this.#parts.logger.warn(`message ${message.messageId} could not be given back, sending it to the retry topic: ${causeText(error)}`)
      await this.#sendAnew(message, delayLevel)
    }
  }

  async #giveBack(message: ReceivedMessage, delayLevel: number): Promise<void> {
    const { brokerName } = message.queue
    const address = this.#parts.routes.masterOf(brokerName)
    if (address === undefined) throw new BrokerUnknownError(brokerName, 'master')
    const row = RequestCode.CONSUMER_SEND_MSG_BACK
    const header = {
      offset: message.record.physicalOffset,
      group: this.#group,
      delayLevel,
      originMsgId: message.messageId,
      originTopic: message.topic,
      unitMode: false,
      maxReconsumeTimes: this.#maxReconsumeTimes,
      bname: brokerName
    }
    requireSuccess(row, await this.#parts.remoting.invoke(address, row, header, undefined, { timeoutMs: TIMEOUT_MS }))
  }

  async #sendAnew(message: ReceivedMessage, delayLevel: number): Promise<void> {
    const topic = retryTopic(this.#group)
    const { route } = await this.#parts.routes.find(topic)
    const queue = route.publishQueues[Math.floor(this.#parts.clock.random() * route.publishQueues.length)]
    const address = queue === undefined ? undefined : route.brokers.get(queue.brokerName)?.get(MASTER_ID)
    if (queue === undefined || address === undefined) throw new BrokerUnknownError(queue?.brokerName ?? topic, 'master')
    const row = RequestCode.SEND_MESSAGE_V2
    const header = this.#retryHeader(message, queue, delayLevel)
    const response = await this.#parts.remoting.invoke(address, row, header, message.record.body, { timeoutMs: TIMEOUT_MS })
    if (sendStatus(response.code) === undefined) throw refusal(row, response)
  }

  /**
   * The message as a new one of the retry topic, its attempt counted (read in client/…/consumer/DefaultMQPushConsumerImpl.java).
   * The broker moves it to the dead letter queue when the count is above the allowed one: none is allowed when it shall go there.
   */
  #retryHeader(message: ReceivedMessage, queue: MessageQueue, delayLevel: number): SendMessageRequestHeaderV2 {
    const { record } = message
    const reconsumeTimes = record.reconsumeTimes + 1
    const maxReconsumeTimes = delayLevel < 0 ? 0 : this.#maxReconsumeTimes
    return {
      producerGroup: CLIENT_INNER_PRODUCER,
      topic: queue.topic,
      defaultTopic: SystemTopic.AUTO_CREATE_TOPIC_KEY,
      defaultTopicQueueNums: 4,
      queueId: queue.queueId,
      sysFlag: record.sysFlag & COMPRESSION_BITS,
      bornTimestamp: record.bornTimestamp,
      flag: record.flag,
      properties: this.#retryProperties(message, retryLevel(delayLevel, record.reconsumeTimes)),
      reconsumeTimes,
      unitMode: false,
      batch: false,
      maxReconsumeTimes,
      brokerName: queue.brokerName
    }
  }

  #retryProperties(message: ReceivedMessage, level: number): string {
    const properties = new Map(message.properties)
    for (const name of NOT_COPIED) properties.delete(name)
    if (!properties.has(MessageProperty.ORIGIN_MESSAGE_ID)) properties.set(MessageProperty.ORIGIN_MESSAGE_ID, message.messageId)
    if (!isRetryTopic(message.topic)) properties.set(MessageProperty.RETRY_TOPIC, message.topic)
    properties.set(MessageProperty.DELAY_TIME_LEVEL, String(level))
    return formatProperties(properties)
  }
}

/** Group name under which official clients send retries (read in common/…/MixAll.java). */
const CLIENT_INNER_PRODUCER = 'CLIENT_INNER_PRODUCER'

/** Compressed bodies are passed on as they are. */
const COMPRESSION_BITS = MessageSysFlag.COMPRESSED | MessageSysFlag.COMPRESSION_MASK

/** Made by the broker anew, or no longer true. */
const NOT_COPIED = [
  MessageProperty.TRANSACTION_PREPARED,
  MessageProperty.REAL_TOPIC,
  MessageProperty.REAL_QUEUE_ID,
  MessageProperty.MIN_OFFSET,
  MessageProperty.MAX_OFFSET,
  MessageProperty.CONSUME_START_TIMESTAMP,
  MessageProperty.CRC32
]
