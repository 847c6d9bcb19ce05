import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { MessageQueue } from '../message-queue'

/**
 * How well a message is stored. Anything but `SEND_OK` means: stored and visible, but not yet as durable as the broker was
 * set up to make it before answering. The client does not send it again.
 */
export type SendStatus = 'SEND_OK' | 'FLUSH_DISK_TIMEOUT' | 'FLUSH_SLAVE_TIMEOUT' | 'SLAVE_NOT_AVAILABLE'

/** What a producer gets for a message that the broker has taken. */
export interface SendReceipt {
  readonly status: SendStatus
  /** The id this client gave the message; consumers see it as `messageId`. */
  readonly messageId: string
  /** The id the broker gave it: its address and the place in its log. */
  readonly offsetMessageId: string
  readonly queue: MessageQueue
  readonly queueOffset: number
}

/** What a producer gets for a batch. */
export interface BatchReceipt {
  readonly status: SendStatus
  /** In the order of the messages. */
  readonly messageIds: readonly string[]
  readonly offsetMessageIds: readonly string[]
  readonly queue: MessageQueue
  /** Of the first message; the others follow without a gap. */
  readonly queueOffset: number
}

/** The status in a broker's answer; `undefined` when the message was not taken. */
export function sendStatus(code: number): SendStatus | undefined {
  switch (code) {
    case ResponseCode.SUCCESS:
      return 'SEND_OK'
    case ResponseCode.FLUSH_DISK_TIMEOUT:
      return 'FLUSH_DISK_TIMEOUT'
    case ResponseCode.FLUSH_SLAVE_TIMEOUT:
      return 'FLUSH_SLAVE_TIMEOUT'
    case ResponseCode.SLAVE_NOT_AVAILABLE:
      return 'SLAVE_NOT_AVAILABLE'
    default:
      return undefined
  }
}
