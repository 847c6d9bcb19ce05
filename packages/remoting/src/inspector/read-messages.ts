import {
  type BatchMessage,
  CodedError,
  decodeBatch,
  decodeProperties,
  decodeRecord,
  isInnerBatch,
  MessageProperty,
  type MessageRecord,
  MessageSysFlag,
  MIN_RECORD_BYTES,
  RecordField,
  RecordMagic,
  transactionValue
} from '../wire/index'
import type { BodySummary, MessageSummary } from './body-summary'
import { compressionName, contentOf, recordContent } from './content'
import type { Redaction } from './redaction'

/** How much of the messages is wanted. */
export interface MessagesDetail {
  /** Bodies and all properties too. */
  readonly isFull: boolean
  readonly maxBodyBytes: number
  /** Messages told of one by one; the others are only counted. */
  readonly maxMessages: number
  readonly redaction: Redaction
}

/** What a send request says of its message beside the body. */
export interface SendFacts {
  readonly topic: string | undefined
  readonly queueId: number | undefined
  readonly sysFlag: number
  readonly properties: ReadonlyMap<string, string>
}

export function startsLikeRecords(body: Buffer): boolean {
  if (body.length < MIN_RECORD_BYTES) return false
  const magic = body.readInt32BE(RecordField.MAGIC)
  return magic === RecordMagic.V1 || magic === RecordMagic.V2
}

/** Stored messages, one after another. Records that hold a batch are not taken apart: they are told as one. */
export function readRecords(body: Buffer, detail: MessagesDetail): BodySummary {
  const messages: MessageSummary[] = []
  let count = 0
  let at = 0
  try {
    for (; at < body.length; count++) {
      const record = decodeRecord(body, at)
      if (count < detail.maxMessages) messages.push(recordSummary(record, detail))
      at += record.size
    }
  } catch (error) {
    return { kind: 'messages', bytes: body.length, count, messages, problem: `record at ${at} of the body: ${problemText(error)}` }
  }
  return { kind: 'messages', bytes: body.length, count, messages }
}

/** The messages of a batch, as they are sent. */
export function readBatch(body: Buffer, facts: SendFacts, detail: MessagesDetail): BodySummary {
  try {
    const batch = decodeBatch(body)
    const messages = batch.slice(0, detail.maxMessages).map((message) => batchSummary(message, facts, detail))
    return { kind: 'messages', bytes: body.length, count: batch.length, messages }
  } catch (error) {
    return { kind: 'messages', bytes: body.length, count: 0, messages: [], problem: problemText(error) }
  }
}

/** The one message that a request carries. */
export function readMessage(body: Buffer, facts: SendFacts, detail: MessagesDetail): BodySummary {
  const { topic, queueId, sysFlag } = facts
  const message: MessageSummary = {
    topic,
    ...(queueId === undefined ? {} : { queueId }),
    ...flagSummary(sysFlag),
    ...propertiesSummary(facts.properties, detail),
    bodyBytes: body.length,
    ...(detail.isFull ? { content: contentOf(body, detail.maxBodyBytes) } : {})
  }
  return { kind: 'messages', bytes: body.length, count: 1, messages: [message] }
}

/** What is wrong, of an error that says that the bytes are; anything else is ours and goes on. */
export function problemText(error: unknown): string {
  if (error instanceof CodedError) return error.message
  throw error
}

function recordSummary(record: MessageRecord, detail: MessagesDetail): MessageSummary {
  return {
    topic: record.topic,
    queueId: record.queueId,
    queueOffset: record.queueOffset,
    offsetMessageId: record.offsetMessageId,
    ...(record.reconsumeTimes === 0 ? {} : { reconsumeTimes: record.reconsumeTimes }),
    bornTime: record.bornTimestamp,
    storeTime: record.storeTimestamp,
    ...flagSummary(record.sysFlag),
    ...(isInnerBatch(record.sysFlag) ? { innerMessages: record.properties.get(MessageProperty.INNER_NUM) ?? 'some' } : {}),
    ...propertiesSummary(record.properties, detail),
    bodyBytes: record.body.length,
    ...(detail.isFull ? { content: recordContent(record, detail.maxBodyBytes) } : {})
  }
}

function batchSummary(message: BatchMessage, facts: SendFacts, detail: MessagesDetail): MessageSummary {
  return {
    topic: facts.topic,
    ...propertiesSummary(decodeProperties(message.properties), detail),
    bodyBytes: message.body.length,
    ...(detail.isFull ? { content: contentOf(message.body, detail.maxBodyBytes) } : {})
  }
}

function flagSummary(sysFlag: number): Pick<MessageSummary, 'compression' | 'transaction'> {
  const compression = compressionName(sysFlag)
  const transaction = TRANSACTIONS.get(transactionValue(sysFlag))
  return { ...(compression && { compression }), ...(transaction && { transaction }) }
}

const TRANSACTIONS: ReadonlyMap<number, 'prepared' | 'commit' | 'rollback'> = new Map([
  [MessageSysFlag.TRANSACTION_PREPARED, 'prepared'],
  [MessageSysFlag.TRANSACTION_COMMIT, 'commit'],
  [MessageSysFlag.TRANSACTION_ROLLBACK, 'rollback']
])

function propertiesSummary(
  properties: ReadonlyMap<string, string>,
  { redaction, isFull }: MessagesDetail
): Pick<MessageSummary, 'id' | 'tags' | 'keys' | 'properties'> {
  const all = redaction.map(properties)
  const id = all.get(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX)
  const tags = all.get(MessageProperty.TAGS)
  const keys = all.get(MessageProperty.KEYS)
  return {
    ...(id === undefined ? {} : { id }),
    ...(tags === undefined ? {} : { tags }),
    ...(keys === undefined ? {} : { keys }),
    ...(isFull ? { properties: new Map([...all].filter(([name]) => !SAID.has(name))) } : {})
  }
}

const SAID: ReadonlySet<string> = new Set([MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX, MessageProperty.TAGS, MessageProperty.KEYS])
