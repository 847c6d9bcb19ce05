import { type Answer, type Held, held, type ServerRequest } from '@rocketmq-ts/remoting'
import {
  type BatchMessage,
  decodeBatch,
  findProperty,
  isRetryTopic,
  MessageProperty,
  MessageSysFlag,
  type RequestCode,
  ResponseCode,
  type TopicConfig,
  transactionValue,
  type UniqueKeySource
} from '@rocketmq-ts/remoting/wire'
import type { Appended, CommitStatus } from '@rocketmq-ts/store'
import type { Clock } from 'net-ts-protocol-kit'
import { ProtocolError } from 'net-ts-protocol-kit'
import type { BrokerLimits } from '../broker-limits'
import type { LoopDelay } from '../loop-delay'
import { Refusal } from '../refusal'
import type { MessageAppender } from '../send/message-appender'
import type { OffsetIds } from '../send/offset-ids'
import type { RetrySends } from '../send/retry-sends'
import { delayLevelOf, propertiesProblem, type SendChecks, type SendHeader } from '../send/send-checks'
import { propertyText, readSentProperties, type SentProperties, withoutProperties } from '../send/sent-properties'
import type { CommitWaiter, TurnCommit } from '../turn-commit'

type SendRow = typeof RequestCode.SEND_MESSAGE_V2
type SendAnswer = Answer<SendRow>

/** The three requests that send; their headers differ in names on the wire only. */
export type SendRequest = Pick<ServerRequest<SendRow>, 'body' | 'peer' | 'answer'> & { readonly header: SendHeader }

/** What the broker says about itself in every message and every answer to a send. */
export interface SendMark {
  readonly regionId: string
  readonly traceOn: boolean
  readonly clusterName: string
}

export interface SendMessageOptions {
  readonly clock: Clock
  readonly checks: SendChecks
  readonly retrySends: RetrySends
  readonly appender: MessageAppender
  readonly commit: TurnCommit
  /** Whether a topic is stored, once that is known; `undefined` when it is since long. */
  readonly topicSaved: (topic: string) => Promise<boolean> | undefined
  readonly offsetIds: OffsetIds
  readonly uniqueKeys: UniqueKeySource
  readonly limits: BrokerLimits
  readonly mark: SendMark
}

const PRIORITY = new Set<string>([MessageProperty.PRIORITY])

/**
 * SEND_MESSAGE, SEND_MESSAGE_V2 and SEND_BATCH_MESSAGE (read in broker/…/processor/SendMessageProcessor.java). Messages are
 * staged as they come and answered when the commit of the turn has made them durable.
 */
export class SendMessageProcessor {
  readonly #options: SendMessageOptions
  readonly #ownProperties: string

  constructor(options: SendMessageOptions) {
    this.#options = options
    const { regionId, traceOn, clusterName } = options.mark
    this.#ownProperties =
      propertyText(MessageProperty.MSG_REGION, regionId) +
      propertyText(MessageProperty.TRACE_SWITCH, String(traceOn)) +
      propertyText(MessageProperty.CLUSTER, clusterName)
  }

  readonly send = (request: SendRequest): SendAnswer | Held => {
    const refusal = request.header.batch === true ? this.#sendBatch(request) : this.#sendOne(request)
    return refusal === undefined ? held : this.#refused(refusal)
  }

  #sendOne(request: SendRequest): Refusal | undefined {
    const { header, body } = request
    const { checks, commit, retrySends, uniqueKeys, clock, appender } = this.#options
    if (commit.loopDelay.isTooLong) return busy(commit.loopDelay)
    const properties = readSentProperties(header.properties ?? '')
    const problem = propertiesProblem(properties)
    if (problem !== undefined) return problem
    const topic = checks.topicFor(header, body)
    if (topic instanceof Refusal) return topic
    const deadLetterTopic = retrySends.deadLetterTopic(header, properties)
    if (deadLetterTopic instanceof Refusal) return deadLetterTopic
    const uniqueKey = properties.uniqueKey ?? uniqueKeys.next(clock.now())
    const queueId = deadLetterTopic === undefined ? this.#queueId(header, topic, properties) : 0
    const topicName = deadLetterTopic ?? topic.topicName
    const appended = appender.append({
      topic: topicName,
      queueId,
      flag: header.flag,
      sysFlag: sysFlagOf(header, topic),
      bornTimestamp: header.bornTimestamp,
      bornHost: request.peer.remote,
      reconsumeTimes: header.reconsumeTimes ?? 0,
      body,
      properties: this.#propertiesOf(properties, uniqueKey),
      tag: properties.tag,
      delayLevel: delayLevelOf(properties)
    })
    if (appended instanceof Refusal) return appended
    this.#answerLater(request, topicName, [appended], queueId, uniqueKey)
    return undefined
  }

  #sendBatch(request: SendRequest): Refusal | undefined {
    const { header, body } = request
    const { checks, commit, limits } = this.#options
    if (commit.loopDelay.isTooLong) return busy(commit.loopDelay)
    const properties = readSentProperties(header.properties ?? '')
    if (isRetryTopic(header.topic)) return illegalBatch(`retry topics take none, ${header.topic.slice(0, 255)}`)
    if (delayLevelOf(properties) > 0) return illegalBatch('its messages cannot be delayed')
    if (transactionValue(header.sysFlag) !== MessageSysFlag.TRANSACTION_NOT) return illegalBatch('its messages cannot be of a transaction')
    const problem = propertiesProblem(properties)
    if (problem !== undefined) return problem
    const topic = checks.topicFor(header, body)
    if (topic instanceof Refusal) return topic
    try {
      const parts = decodeBatch(body, { maxMessages: limits.maxBatchMessages, maxBodyBytes: limits.maxMessageBytes })
      return this.#appendBatch(request, topic, parts, properties.uniqueKey)
    } catch (error) {
      if (error instanceof ProtocolError) return illegalBatch(error.message)
      throw error
    }
  }

  /** The parts keep exactly their own properties, as since 5.4.0. All are stored or none is (read in store/…/CommitLog.java, `asyncPutMessages`). */
  #appendBatch(request: SendRequest, topic: TopicConfig, parts: readonly BatchMessage[], uniqueKey = ''): Refusal | undefined {
    const { header, peer } = request
    const queueId = this.#queueId(header, topic, undefined)
    const ofAll = {
      topic: topic.topicName,
      queueId,
      sysFlag: sysFlagOf(header, topic),
      bornTimestamp: header.bornTimestamp,
      bornHost: peer.remote,
      reconsumeTimes: header.reconsumeTimes ?? 0
    }
    const messages = parts.map(({ flag, body, properties }) => ({
      ...ofAll,
      ...{ flag, body, properties, tag: findProperty(properties, MessageProperty.TAGS) }
    }))
    const places = this.#options.appender.appendBatch(messages)
    if (places instanceof Refusal) return places
    this.#answerLater(request, topic.topicName, places, queueId, uniqueKey)
    return undefined
  }

  #propertiesOf(properties: SentProperties, uniqueKey: string): string {
    if (properties.uniqueKey !== undefined) return properties.text + this.#ownProperties
    return properties.text + propertyText(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX, uniqueKey) + this.#ownProperties
  }

  /** The queue that the client chose, else any; a priority chooses before both. */
  #queueId({ queueId }: SendHeader, topic: TopicConfig, properties: SentProperties | undefined): number {
    const priority = properties === undefined ? -1 : takePriority(properties)
    if (priority >= 0) return Math.min(priority, topic.writeQueueNums - 1)
    return queueId >= 0 ? queueId : Math.floor(this.#options.clock.random() * topic.writeQueueNums)
  }

  #answerLater(request: SendRequest, topic: string, places: readonly Appended[], queueId: number, uniqueKey: string): void {
    const { offsetIds, commit, mark, topicSaved } = this.#options
    const first = places[0]
    if (first === undefined) return
    const msgId =
      places.length === 1 ? offsetIds.idOf(first.physicalOffset) : places.map((place) => offsetIds.idOf(place.physicalOffset)).join(',')
    commit.wait(new SentMessage(request, msgId, queueId, first.queueOffset, uniqueKey, mark), topicSaved(topic))
  }

  /** Official clients of 4.x read ext fields of every answer to a send. */
  #refused({ code, remark }: Refusal): SendAnswer {
    const { regionId, traceOn } = this.#options.mark
    return { code, remark, extFields: { [MessageProperty.MSG_REGION]: regionId, [MessageProperty.TRACE_SWITCH]: String(traceOn) } }
  }
}

function sysFlagOf(header: SendHeader, topic: TopicConfig): number {
  return topic.topicFilterType === 'MULTI_TAG' ? header.sysFlag | MessageSysFlag.MULTI_TAGS : header.sysFlag
}

/** A send whose records are staged. */
class SentMessage implements CommitWaiter {
  readonly #request: SendRequest
  readonly #msgId: string
  readonly #queueId: number
  readonly #queueOffset: number
  readonly #transactionId: string
  readonly #mark: SendMark

  constructor(request: SendRequest, msgId: string, queueId: number, queueOffset: number, transactionId: string, mark: SendMark) {
    this.#request = request
    this.#msgId = msgId
    this.#queueId = queueId
    this.#queueOffset = queueOffset
    this.#transactionId = transactionId
    this.#mark = mark
  }

  committed(status: CommitStatus): void {
    const { regionId, traceOn } = this.#mark
    if (status === 'FAILED') {
      this.#request.answer({ code: ResponseCode.SYSTEM_ERROR, remark: 'the store could not commit the message' })
      return
    }
    this.#request.answer({
      code: sendCode(status),
      header: {
        msgId: this.#msgId,
        queueId: this.#queueId,
        queueOffset: this.#queueOffset,
        transactionId: this.#transactionId,
        regionId,
        traceOn
      }
    })
  }
}

/** Stored in all four cases; the last three are less durable than was asked for. */
function sendCode(status: Exclude<CommitStatus, 'FAILED'>): number {
  switch (status) {
    case 'COMMITTED':
      return ResponseCode.SUCCESS
    case 'FLUSH_DISK_TIMEOUT':
      return ResponseCode.FLUSH_DISK_TIMEOUT
    case 'FLUSH_SLAVE_TIMEOUT':
      return ResponseCode.FLUSH_SLAVE_TIMEOUT
    case 'SLAVE_NOT_AVAILABLE':
      return ResponseCode.SLAVE_NOT_AVAILABLE
  }
}

/** The priority of a message that is nothing else: delayed and ordered messages lose theirs (since 5.4.0). */
function takePriority(properties: SentProperties): number {
  const { priority, delayLevel, isTimer, isOrdered } = properties
  if (priority === undefined) return -1
  const value = Number(priority)
  if (!Number.isInteger(value) || value < 0) return -1
  if (delayLevel === undefined && !isTimer && !isOrdered) return value
  properties.text = withoutProperties(properties.text, PRIORITY)
  return -1
}

function illegalBatch(why: string): Refusal {
  return new Refusal(ResponseCode.MESSAGE_ILLEGAL, `the batch is illegal: ${why}`)
}

function busy({ delayMs }: LoopDelay): Refusal {
  return new Refusal(
    ResponseCode.SYSTEM_BUSY,
    `[TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue: ${Math.round(delayMs)}ms`
  )
}
