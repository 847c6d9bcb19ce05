import type { MessageQueue } from '../message-queue'
import { invalidMessage } from './message-properties'

/** What goes with a message besides its value. */
export interface MessageOptions {
  /** One word that consumers can select by. */
  readonly tag?: string
  /** Business keys, to find the message by later. None may contain a space. */
  readonly keys?: readonly string[]
  /** Your own properties. Names that RocketMQ uses itself are refused. */
  readonly properties?: Readonly<Record<string, string>>
  /** An int32 of your own. Default 0. */
  readonly flag?: number
}

/** Where, when and for how long a message is sent. */
export interface SendOptions extends MessageOptions {
  /**
   * Messages with the same key go to the same queue, and so keep their order, as long as the number of queues stays. The
   * queue is Java's `String.hashCode` of the key modulo the number of writable queues.
   */
  readonly shardingKey?: string
  /** Exactly this queue. */
  readonly queue?: Pick<MessageQueue, 'brokerName' | 'queueId'>
  /** The message becomes visible after this level's delay: 1 is 1 s, 3 is 10 s, 18 is 2 h unless the broker has another table. */
  readonly delayLevel?: number
  /** `false`: the broker answers before it flushed and replicated. Default `true`. */
  readonly waitStoreMsgOk?: boolean
  /** For this send with its retries. Default: the producer's `sendTimeoutMs`. */
  readonly timeoutMs?: number
  /** Gives up. What had left may be stored all the same. */
  readonly signal?: AbortSignal
}

/** One message of a batch. */
export interface BatchEntry<Value> extends MessageOptions {
  readonly value: Value
}

/** Where and for how long a batch is sent. */
export type BatchOptions = Pick<SendOptions, 'shardingKey' | 'queue' | 'waitStoreMsgOk' | 'timeoutMs' | 'signal'>

const MESSAGE_OPTIONS: readonly string[] = ['tag', 'keys', 'properties', 'flag'] satisfies Array<keyof MessageOptions>

const SEND_OPTIONS: readonly string[] = [
  ...MESSAGE_OPTIONS,
  ...(['shardingKey', 'queue', 'delayLevel', 'waitStoreMsgOk', 'timeoutMs', 'signal'] satisfies Array<keyof SendOptions>)
]

/**
 * Checks what the property text does not.
 *
 * @throws NotSentError `MESSAGE_INVALID`
 */
export function checkSendOptions(topic: string, options: SendOptions): void {
  checkKnown(topic, options, SEND_OPTIONS)
  const { queue, timeoutMs, flag } = options
  if (queue !== undefined && !isQueue(queue)) throw invalidMessage(topic, 'queue must be { brokerName, queueId }')
  if (queue !== undefined && options.shardingKey !== undefined) throw invalidMessage(topic, 'queue and shardingKey exclude each other')
  if (timeoutMs !== undefined && !(timeoutMs > 0)) throw invalidMessage(topic, `timeoutMs must be above 0, not ${String(timeoutMs)}`)
  if (flag !== undefined) checkFlag(topic, flag)
}

/**
 * The same for one message of a batch, which has no place or time of its own.
 *
 * @throws NotSentError `MESSAGE_INVALID`
 */
export function checkMessageOptions(topic: string, options: MessageOptions): void {
  checkKnown(topic, options, MESSAGE_OPTIONS)
  if (options.flag !== undefined) checkFlag(topic, options.flag)
}

function checkKnown(topic: string, options: object, known: readonly string[]): void {
  for (const option in options) {
    if (!known.includes(option)) throw invalidMessage(topic, `unknown option ${option}. Known: ${known.join(', ')}`)
  }
}

function checkFlag(topic: string, flag: number): void {
  if ((flag | 0) !== flag) throw invalidMessage(topic, `flag must be an int32, not ${String(flag)}`)
}

function isQueue(queue: Pick<MessageQueue, 'brokerName' | 'queueId'>): boolean {
  return typeof queue.brokerName === 'string' && Number.isSafeInteger(queue.queueId) && queue.queueId >= 0
}
