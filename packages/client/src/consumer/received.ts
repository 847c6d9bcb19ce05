import { type BodyLimits, decodeRecords, type MessageRecord } from '@rocketmq-ts/remoting/wire'
import type { CodedError } from 'net-ts-protocol-kit'
import { ReceivedMessage } from '../message'
import type { MessageQueue } from '../message-queue'
import type { AnyTopic } from '../topic'
import { tagMatches } from './tag-match'

/** How a queue's records become messages. */
export interface Reading {
  readonly queue: MessageQueue
  /** Compared again here. */
  readonly tags: ReadonlySet<string>
  /** Who decodes messages, by the topic they were sent to. */
  topicOf(record: MessageRecord): AnyTopic
  readonly limits: BodyLimits
}

/** What one pull brought. */
export interface Received {
  readonly messages: readonly ReceivedMessage[]
  /** Where the next pull begins. */
  readonly nextOffset: number
  /** Set when a record could not be read: what lies before it is in `messages`, and the next pull begins at it. */
  readonly broken: CodedError | undefined
}

/**
 * Reads a pull's answer. A record that cannot be read is not skipped: reading stops there (official clients drop the rest of
 * the answer in silence).
 */
export function readAnswer(body: Buffer, nextBeginOffset: number, pulledFrom: number, reading: Reading): Received {
  const { records, error } = decodeRecords(body)
  const messages = records.map((record) => toMessage(record, reading)).filter((message) => isWanted(message, reading.tags))
  if (error === undefined) return { messages, nextOffset: nextBeginOffset, broken: undefined }
  const last = records[records.length - 1]
  return { messages, nextOffset: last === undefined ? pulledFrom : last.queueOffset + 1, broken: error }
}

/** Decompresses large bodies of the messages off the loop. `undefined` when there is nothing to wait for. */
export function prepareAll(messages: readonly ReceivedMessage[]): Promise<unknown> | undefined {
  const waits: Promise<void>[] = []
  for (const message of messages) {
    const wait = message.prepare()
    if (wait !== undefined) waits.push(wait)
  }
  return waits.length === 0 ? undefined : Promise.all(waits)
}

function toMessage(record: MessageRecord, { queue, topicOf, limits }: Reading): ReceivedMessage {
  return new ReceivedMessage({ record, queue, topic: topicOf(record), limits })
}

function isWanted(message: ReceivedMessage, tags: ReadonlySet<string>): boolean {
  return tags.size === 0 || tagMatches(message.tag, tags)
}
