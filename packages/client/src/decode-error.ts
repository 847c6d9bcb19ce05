import { RocketMQError } from '@rocketmq-ts/remoting'
import { causeText } from './errors'
import type { Message } from './message'
import { queueText } from './message-queue'

/**
 * A message whose topic's codec could not read it. Code `DECODE_FAILED`; the original error is the cause, the message
 * itself is in `raw`: its `body` and properties can be read, its `value` cannot.
 */
export class DecodeError extends RocketMQError {
  readonly raw: Message

  constructor(raw: Message, cause: unknown) {
    const where = `${queueText(raw.queue)} offset ${raw.queueOffset}`
    super('DECODE_FAILED', `message ${raw.messageId} (${where}) of topic ${raw.topic} could not be decoded: ${causeText(cause)}`, {
      facts: { topic: raw.topic, queue: raw.queue, queueOffset: raw.queueOffset, messageId: raw.messageId },
      cause
    })
    this.raw = raw
  }
}
