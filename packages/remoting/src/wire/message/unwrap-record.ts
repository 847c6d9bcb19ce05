import { type BatchMessage, decodeBatch } from './batch'
import { bodyCrc } from './crc'
import { messageBody } from './message-body'
import type { MessageRecord } from './message-record'
import { decodeProperties } from './properties'
import { MessageSysFlag } from './sys-flags'

/**
 * The messages of a record that holds a batch in its body (`isInnerBatch`): offsets count up from the record's
 * (read in common/…/message/MessageDecoder.java, `decodeMessage`).
 *
 * @throws ProtocolError when the body is no batch, MessageBodyError when it cannot be decompressed.
 */
export function unwrapRecord(record: MessageRecord): MessageRecord[] {
  return decodeBatch(messageBody(record)).map((message, index) => new InnerRecord(record, message, index))
}

/** What the bits that are done with leave of the outer flag. */
const UNWRAPPED = ~(MessageSysFlag.COMPRESSED | MessageSysFlag.NEED_UNWRAP | MessageSysFlag.INNER_BATCH)

/** One message of a stored batch: its own flag, body and properties, all else from the record around it. */
class InnerRecord implements MessageRecord {
  readonly #outer: MessageRecord
  readonly #message: BatchMessage
  readonly #index: number
  #properties: ReadonlyMap<string, string> | undefined

  constructor(outer: MessageRecord, message: BatchMessage, index: number) {
    this.#outer = outer
    this.#message = message
    this.#index = index
    this.#properties = undefined
  }

  get topic(): string {
    return this.#outer.topic
  }

  get queueId(): number {
    return this.#outer.queueId
  }

  get queueOffset(): number {
    return this.#outer.queueOffset + this.#index
  }

  get physicalOffset(): number {
    return this.#outer.physicalOffset
  }

  get flag(): number {
    return this.#message.flag
  }

  get sysFlag(): number {
    return this.#outer.sysFlag & UNWRAPPED
  }

  get bornTimestamp(): number {
    return this.#outer.bornTimestamp
  }

  get bornHost(): string {
    return this.#outer.bornHost
  }

  get bornPort(): number {
    return this.#outer.bornPort
  }

  get storeTimestamp(): number {
    return this.#outer.storeTimestamp
  }

  get storeHost(): string {
    return this.#outer.storeHost
  }

  get storePort(): number {
    return this.#outer.storePort
  }

  get reconsumeTimes(): number {
    return this.#outer.reconsumeTimes
  }

  get preparedTransactionOffset(): number {
    return this.#outer.preparedTransactionOffset
  }

  get bodyCrc(): number {
    return bodyCrc(this.#message.body)
  }

  get body(): Buffer {
    return this.#message.body
  }

  get propertiesBuffer(): Buffer {
    return this.#message.properties
  }

  get properties(): ReadonlyMap<string, string> {
    if (this.#properties === undefined) this.#properties = decodeProperties(this.#message.properties)
    return this.#properties
  }

  /** Bytes of the record around it. */
  get size(): number {
    return this.#outer.size
  }

  get offsetMessageId(): string {
    return this.#outer.offsetMessageId
  }

  detach(): MessageRecord {
    const message = { ...this.#message, body: Buffer.from(this.#message.body), properties: Buffer.from(this.#message.properties) }
    return new InnerRecord(this.#outer.detach(), message, this.#index)
  }
}
