import {
  type BodyLimits,
  decompressBody,
  hasFlag,
  KEY_SEPARATOR,
  MessageProperty,
  type MessageRecord,
  MessageSysFlag,
  messageBody,
  verifyCrc
} from '@rocketmq-ts/remoting/wire'
import { DecodeError } from './decode-error'
import type { MessageQueue } from './message-queue'
import type { AnyTopic } from './topic'

/**
 * A message received. Everything is read from the answer it came in when asked for, and cached; keep `detach()`ed copies
 * of messages that outlive their batch, or each keeps the whole answer in memory.
 *
 * @typeParam Value what the topic's codec makes of the body
 * @typeParam Name the topic's name, to tell messages of several topics apart
 */
export interface Message<Value = unknown, Name extends string = string> {
  /** The topic it was sent to, also when it comes from the group's retry topic. */
  readonly topic: Name
  /** @throws DecodeError when the topic's codec cannot read the body, or the body is damaged. */
  readonly value: Value
  /**
   * As it was sent, decompressed. May be a view on memory shared with other messages.
   *
   * @throws MessageBodyError when it is damaged, or compressed in a way that is not understood.
   */
  readonly body: Buffer
  /** Bytes of the body, decompressed: what limits on bytes count. As stored when it cannot be decompressed. */
  readonly bodyBytes: number
  /** The id that the sender gave it. Stays the same when it is retried. */
  readonly messageId: string
  /** The id of this stored record: the broker's address and the place in its log. Changes when it is retried. */
  readonly offsetMessageId: string
  /** Where it was read. */
  readonly queue: MessageQueue
  readonly queueOffset: number
  readonly tag: string | undefined
  readonly keys: readonly string[]
  /** What it was sent with as `shardingKey`: messages of one key are in one queue, in order. */
  readonly shardingKey: string | undefined
  /** All properties, the client's and broker's own among them. */
  readonly properties: ReadonlyMap<string, string>
  /** Which attempt at handling it this is, from 1. */
  readonly attempt: number
  /** When it was sent, by the sender's clock. Milliseconds since the epoch. */
  readonly bornTimestampMs: number
  /** When it was stored, by the broker's clock. Milliseconds since the epoch. */
  readonly storeTimestampMs: number
  /** Address the broker saw it come from. */
  readonly bornHost: string
  /** The sender's own int32. */
  readonly flag: number
  /** The same message on memory of its own. */
  detach(): Message<Value, Name>
}

/** What a received message is made of. */
export interface MessageSource {
  readonly record: MessageRecord
  readonly queue: MessageQueue
  /** Topics of the subscription by name: who can decode it. */
  readonly topic: AnyTopic
  readonly limits: BodyLimits
}

/** The one implementation of {@link Message}. What the consumer needs besides is here and not in the interface. */
export class ReceivedMessage implements Message {
  readonly record: MessageRecord
  readonly queue: MessageQueue
  /** Local attempts after the broker could not be told of a failure. */
  localAttempts = 0
  readonly #topic: AnyTopic
  readonly #limits: BodyLimits
  #body: Buffer | undefined
  #value: { readonly decoded: unknown } | undefined

  constructor({ record, queue, topic, limits }: MessageSource) {
    this.record = record
    this.queue = queue
    this.#topic = topic
    this.#limits = limits
  }

  get topic(): string {
    return this.#topic.name
  }

  get value(): unknown {
    this.#value ??= { decoded: this.#decode() }
    return this.#value.decoded
  }

  get body(): Buffer {
    if (this.#body === undefined) {
      verifyCrc(this.record)
      this.#body = messageBody(this.record, this.#limits)
    }
    return this.#body
  }

  get messageId(): string {
    return this.#property(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX) ?? this.record.offsetMessageId
  }

  get offsetMessageId(): string {
    return this.record.offsetMessageId
  }

  get queueOffset(): number {
    return this.record.queueOffset
  }

  get tag(): string | undefined {
    return this.#property(MessageProperty.TAGS)
  }

  get keys(): readonly string[] {
    return this.#property(MessageProperty.KEYS)?.split(KEY_SEPARATOR).filter(isNotEmpty) ?? []
  }

  get shardingKey(): string | undefined {
    return this.#property(MessageProperty.SHARDING_KEY)
  }

  get properties(): ReadonlyMap<string, string> {
    return this.record.properties
  }

  get attempt(): number {
    return this.record.reconsumeTimes + this.localAttempts + 1
  }

  get bornTimestampMs(): number {
    return this.record.bornTimestamp
  }

  get storeTimestampMs(): number {
    return this.record.storeTimestamp
  }

  get bornHost(): string {
    return this.record.bornHost
  }

  get flag(): number {
    return this.record.flag
  }

  get bodyBytes(): number {
    return this.#body?.length ?? this.record.body.length
  }

  /**
   * Decompresses a large body off the loop, so that `body` costs nothing later. Nothing to wait for when `undefined`.
   * A failure is not reported here: whoever asks for the body gets it.
   */
  prepare(): Promise<void> | undefined {
    if (this.#body !== undefined || !this.#isCompressed) return undefined
    const keep = (inflated: Buffer | undefined): void => {
      this.#body = inflated
    }
    const body = this.#tryDecompress()
    if (body instanceof Promise) return body.then(keep, () => undefined)
    keep(body)
    return undefined
  }

  detach(): ReceivedMessage {
    const copy = new ReceivedMessage({ record: this.record.detach(), queue: this.queue, topic: this.#topic, limits: this.#limits })
    copy.localAttempts = this.localAttempts
    // What was decompressed is on memory of its own.
    if (this.#isCompressed) copy.#body = this.#body
    return copy
  }

  get #isCompressed(): boolean {
    return hasFlag(this.record.sysFlag, MessageSysFlag.COMPRESSED)
  }

  #property(name: string): string | undefined {
    return this.record.properties.get(name)
  }

  #tryDecompress(): Buffer | Promise<Buffer> | undefined {
    try {
      verifyCrc(this.record)
      return decompressBody(this.record, this.#limits)
    } catch {
      return undefined
    }
  }

  #decode(): unknown {
    try {
      return this.#topic.codec.decode(this.body)
    } catch (cause) {
      throw new DecodeError(this, cause)
    }
  }
}

function isNotEmpty(text: string): boolean {
  return text !== ''
}
