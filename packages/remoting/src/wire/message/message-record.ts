import { internedText } from '../interned'
import { ipText } from './host-address'
import { readInt64 } from './integers'
import { offsetMessageId } from './offset-message-id'
import { decodeProperties } from './properties'
import { bornHostBytes, checkRecord, RecordField, RecordMagic, recordBodyAt, recordStoreTimeAt, storeHostBytes } from './record-layout'

/**
 * A stored message as the wire carries it: in commit logs, in pull answers, in requests of the broker to a client
 * (read in common/…/message/MessageDecoder.java).
 */
export interface MessageRecord {
  readonly topic: string
  readonly queueId: number
  readonly queueOffset: number
  /** Commit log offset of the record's first byte. */
  readonly physicalOffset: number
  /** The sender's own int32. */
  readonly flag: number
  /** Bits of `MessageSysFlag`. */
  readonly sysFlag: number
  /** Milliseconds, the sender's clock. */
  readonly bornTimestamp: number
  readonly bornHost: string
  readonly bornPort: number
  /** Milliseconds, the broker's clock. */
  readonly storeTimestamp: number
  readonly storeHost: string
  readonly storePort: number
  /** How often the message has been tried before. */
  readonly reconsumeTimes: number
  /** Offset of the half message of a committed transaction, else 0. */
  readonly preparedTransactionOffset: number
  /** CRC-32 of `body` as stored, low 31 bits. */
  readonly bodyCrc: number
  /** As stored, maybe compressed: a view on the decoded buffer. See `messageBody`. */
  readonly body: Buffer
  /** The property text, a view on the decoded buffer. */
  readonly propertiesBuffer: Buffer
  /** Parsed at first use. */
  readonly properties: ReadonlyMap<string, string>
  /** Bytes of the whole record. `physicalOffset + size` is where the next one starts. */
  readonly size: number
  /** Store host and physical offset as hex: what brokers call the message id. */
  readonly offsetMessageId: string
  /** The same record on memory of its own, for who keeps it longer than its neighbours. */
  detach(): MessageRecord
}

/**
 * The record at `start`, checked but not copied: its fields are read when asked for.
 *
 * @throws ProtocolError with `offset` and `field` when it is broken or reaches past `end`.
 */
export function decodeRecord(buffer: Buffer, start = 0, end: number = buffer.length): MessageRecord {
  return new StoredRecord(buffer, start, checkRecord(buffer, start, end))
}

/** A record over the bytes in which it came. */
class StoredRecord implements MessageRecord {
  readonly size: number
  readonly #buffer: Buffer
  readonly #start: number
  readonly #bodyAt: number
  #topic: string | undefined
  #body: Buffer | undefined
  #properties: ReadonlyMap<string, string> | undefined

  constructor(buffer: Buffer, start: number, size: number) {
    this.size = size
    this.#buffer = buffer
    this.#start = start
    this.#bodyAt = recordBodyAt(start, buffer.readInt32BE(start + RecordField.SYS_FLAG))
    this.#topic = undefined
    this.#body = undefined
    this.#properties = undefined
  }

  get topic(): string {
    if (this.#topic === undefined) this.#topic = internedText(this.#buffer, this.#topicAt(), this.#propertiesAt() - 2)
    return this.#topic
  }

  get queueId(): number {
    return this.#buffer.readInt32BE(this.#start + RecordField.QUEUE_ID)
  }

  get queueOffset(): number {
    return readInt64(this.#buffer, this.#start + RecordField.QUEUE_OFFSET)
  }

  get physicalOffset(): number {
    return readInt64(this.#buffer, this.#start + RecordField.PHYSICAL_OFFSET)
  }

  get flag(): number {
    return this.#buffer.readInt32BE(this.#start + RecordField.FLAG)
  }

  get sysFlag(): number {
    return this.#buffer.readInt32BE(this.#start + RecordField.SYS_FLAG)
  }

  get bornTimestamp(): number {
    return readInt64(this.#buffer, this.#start + RecordField.BORN_TIMESTAMP)
  }

  get bornHost(): string {
    return ipText(this.#buffer, this.#start + RecordField.BORN_HOST, bornHostBytes(this.sysFlag))
  }

  get bornPort(): number {
    return this.#buffer.readInt32BE(this.#start + RecordField.BORN_HOST + bornHostBytes(this.sysFlag))
  }

  get storeTimestamp(): number {
    return readInt64(this.#buffer, this.#storeTimestampAt())
  }

  get storeHost(): string {
    return ipText(this.#buffer, this.#storeTimestampAt() + 8, storeHostBytes(this.sysFlag))
  }

  get storePort(): number {
    return this.#buffer.readInt32BE(this.#storeTimestampAt() + 8 + storeHostBytes(this.sysFlag))
  }

  get reconsumeTimes(): number {
    return this.#buffer.readInt32BE(this.#bodyAt - 16)
  }

  get preparedTransactionOffset(): number {
    return readInt64(this.#buffer, this.#bodyAt - 12)
  }

  get bodyCrc(): number {
    return this.#buffer.readInt32BE(this.#start + RecordField.BODY_CRC)
  }

  get body(): Buffer {
    if (this.#body === undefined) this.#body = this.#buffer.subarray(this.#bodyAt, this.#bodyEnd())
    return this.#body
  }

  get propertiesBuffer(): Buffer {
    return this.#buffer.subarray(this.#propertiesAt(), this.#start + this.size)
  }

  get properties(): ReadonlyMap<string, string> {
    if (this.#properties === undefined) this.#properties = decodeProperties(this.propertiesBuffer)
    return this.#properties
  }

  get offsetMessageId(): string {
    return offsetMessageId(this.storeHost, this.storePort, this.physicalOffset)
  }

  detach(): MessageRecord {
    return new StoredRecord(Buffer.from(this.#buffer.subarray(this.#start, this.#start + this.size)), 0, this.size)
  }

  #storeTimestampAt(): number {
    return recordStoreTimeAt(this.#start, this.sysFlag)
  }

  #bodyEnd(): number {
    return this.#bodyAt + this.#buffer.readInt32BE(this.#bodyAt - 4)
  }

  #isV2(): boolean {
    return this.#buffer.readInt32BE(this.#start + RecordField.MAGIC) === RecordMagic.V2
  }

  #topicAt(): number {
    return this.#bodyEnd() + (this.#isV2() ? 2 : 1)
  }

  #propertiesAt(): number {
    const topicAt = this.#topicAt()
    const topicLength = this.#isV2() ? this.#buffer.readInt16BE(topicAt - 2) : this.#buffer.readInt8(topicAt - 1)
    return topicAt + topicLength + 2
  }
}
