import type { MessageQueue } from '../message-queue'
import type { AnyTopic } from '../topic'
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

const KNOWN: ReadonlySet<string> = new Set([
  'tag',
  'keys',
  'properties',
  'flag',
  'shardingKey',
  'queue',
  'delayLevel',
  'waitStoreMsgOk',
  'timeoutMs',
  'signal'
] satisfies Array<keyof SendOptions>)

/**
 * Checks what the property text does not.
 *
 * @throws NotSentError `MESSAGE_INVALID`
 */
export function checkSendOptions(topic: AnyTopic | string, options: SendOptions): void {
  const name = typeof topic === 'string' ? topic : topic.name
  for (const option in options) if (!KNOWN.has(option)) throw invalidMessage(name, `unknown option ${option}`)
  const { queue, timeoutMs, flag } = options
  if (queue !== undefined && !isQueue(queue)) throw invalidMessage(name, 'queue must be { brokerName, queueId }')
  if (queue !== undefined && options.shardingKey !== undefined) throw invalidMessage(name, 'queue and shardingKey exclude each other')
  if (timeoutMs !== undefined && !(timeoutMs > 0)) throw invalidMessage(name, `timeoutMs must be above 0, not ${String(timeoutMs)}`)
  if (flag !== undefined && (flag | 0) !== flag) throw invalidMessage(name, `flag must be an int32, not ${String(flag)}`)
}

function isQueue(queue: Pick<MessageQueue, 'brokerName' | 'queueId'>): boolean {
  return typeof queue.brokerName === 'string' && Number.isSafeInteger(queue.queueId) && queue.queueId >= 0
}
