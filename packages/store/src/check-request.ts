import {
  isDlqTopic,
  isRetryTopic,
  MAX_RETRY_OR_DLQ_TOPIC_LENGTH,
  MAX_TOPIC_LENGTH,
  MessageSysFlag,
  transactionValue
} from '@rocketmq-ts/remoting/wire'
import type { AppendRequest } from './message-store'
import { StoreError } from './store-error'

/** What a store takes at most. Bytes. */
export interface RequestLimits {
  readonly maxMessageBytes: number
  readonly maxPropertiesBytes: number
}

/**
 * Refuses what no store takes.
 *
 * @throws StoreError `MESSAGE_TOO_LARGE`, `PROPERTIES_TOO_LARGE`, `TOPIC_TOO_LONG`.
 */
export function checkRequest({ body, properties, topic }: AppendRequest, limits: RequestLimits): void {
  const { maxMessageBytes, maxPropertiesBytes } = limits
  if (body.length > maxMessageBytes) throw tooLong('MESSAGE_TOO_LARGE', 'the body', body.length, maxMessageBytes)
  if (properties.length > maxPropertiesBytes) throw tooLong('PROPERTIES_TOO_LARGE', 'the properties', properties.length, maxPropertiesBytes)
  // Every character has at least one byte, so short names need no counting.
  if (topic.length * 3 <= MAX_TOPIC_LENGTH) return
  const maxBytes = isRetryTopic(topic) || isDlqTopic(topic) ? MAX_RETRY_OR_DLQ_TOPIC_LENGTH : MAX_TOPIC_LENGTH
  const bytes = Buffer.byteLength(topic)
  if (bytes > maxBytes) throw tooLong('TOPIC_TOO_LONG', 'the topic name', bytes, maxBytes)
}

/** Whether records with this system flag have a place in a queue: prepared and rolled-back transaction messages have none. */
export function isQueued(sysFlag: number): boolean {
  const transaction = transactionValue(sysFlag)
  return transaction === MessageSysFlag.TRANSACTION_NOT || transaction === MessageSysFlag.TRANSACTION_COMMIT
}

function tooLong(
  code: 'MESSAGE_TOO_LARGE' | 'PROPERTIES_TOO_LARGE' | 'TOPIC_TOO_LONG',
  what: string,
  bytes: number,
  maxBytes: number
): StoreError {
  return new StoreError(code, `${what} has ${bytes} bytes, at most ${maxBytes} are stored`, { bytes, maxBytes })
}
