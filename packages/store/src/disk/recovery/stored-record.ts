import { bodyCrcBetween, MIN_RECORD_BYTES, RECORD_CRC_BYTES, RecordField, RecordMagic } from '@rocketmq-ts/remoting/wire'
import { int8At, int16At, int32At } from '../../big-endian'
import { isStoredAt, storedBodyAt } from './record-lengths'

/**
 * What a record's checksum over all of it (`enabledAppendPropCRC`) is to be. `demanded`: there and right. `optional`: it need not be there, and one
 * that does not fit is not looked at: brokers that do not write them hand them on with messages that they copy, such as those sent back or
 * delayed, and look at the body's only themselves (read in store/…/CommitLog.java, `checkMessageAndReturnSize`).
 */
export type RecordCrcRule = 'demanded' | 'optional'

/** What is wrong with bytes that should be a record, as a number below 0. */
export const RecordFault = {
  CUT_SHORT: -1,
  NO_RECORD: -2,
  LENGTHS: -3,
  OTHER_PLACE: -4,
  BODY_CRC: -5,
  RECORD_CRC: -6,
  CRC_MISSING: -7
} as const

/** From here on the high word of a position makes it negative, or more than a number holds exactly. */
const MAX_HIGH_WORD = 0x200000

/** A record among bytes, and where its parts are. One object is used for many records: nothing is made for each. */
export class StoredRecord {
  bodyAt = 0
  topicAt = 0
  topicEnd = 0
  propertiesAt = 0
  /** Where the checksum over all of it begins that the properties end with, right or wrong; −1 without one. */
  crcAt = -1
  /** Whether that checksum is right. */
  isSealed = false

  /**
   * Whether the record that begins at `start` is as it was written: its magic, its lengths, its own place in the log, the checksum of its body or,
   * as the rule says, that over all of it. Its size, or a `RecordFault`.
   */
  check(bytes: Buffer, start: number, end: number, physicalOffset: number, crc: RecordCrcRule): number {
    const size = this.readParts(bytes, start, end, physicalOffset)
    if (size < 0) return size
    // It covers the body too: a record that was written whole needs no second look.
    this.isSealed = this.crcAt >= 0 && readCrc(bytes, this.crcAt) === bodyCrcBetween(bytes, start, this.crcAt)
    if (this.isSealed) return size
    if (crc === 'demanded') return this.crcAt < 0 ? RecordFault.CRC_MISSING : RecordFault.RECORD_CRC
    const { bodyAt } = this
    const bodyEnd = bodyAt + int32At(bytes, bodyAt - 4)
    return bodyCrcBetween(bytes, bodyAt, bodyEnd) === int32At(bytes, start + RecordField.BODY_CRC) ? size : RecordFault.BODY_CRC
  }

  /** As `check`, but for the checksums. */
  readParts(bytes: Buffer, start: number, end: number, physicalOffset: number): number {
    if (end - start < MIN_RECORD_BYTES) return RecordFault.CUT_SHORT
    const magic = int32At(bytes, start + RecordField.MAGIC)
    if (magic !== RecordMagic.V1 && magic !== RecordMagic.V2) return RecordFault.NO_RECORD
    const size = int32At(bytes, start)
    if (size < MIN_RECORD_BYTES) return RecordFault.LENGTHS
    if (!isStoredAt(bytes, start, physicalOffset)) return RecordFault.OTHER_PLACE
    if (int32At(bytes, start + RecordField.QUEUE_OFFSET) >>> 0 >= MAX_HIGH_WORD) return RecordFault.LENGTHS
    if (size > end - start) return RecordFault.CUT_SHORT
    return this.#findParts(bytes, start, start + size, magic === RecordMagic.V2) ? size : RecordFault.LENGTHS
  }

  /** Whether the parts fill the record exactly. */
  #findParts(bytes: Buffer, start: number, end: number, isV2: boolean): boolean {
    const bodyAt = storedBodyAt(bytes, start)
    if (bodyAt > end) return false
    const bodyLength = int32At(bytes, bodyAt - 4)
    const topicAt = bodyAt + bodyLength + (isV2 ? 2 : 1)
    if (bodyLength < 0 || topicAt > end) return false
    const topicLength = isV2 ? int16At(bytes, topicAt - 2) : int8At(bytes, topicAt - 1)
    const propertiesAt = topicAt + topicLength + 2
    if (topicLength < 0 || propertiesAt > end || int16At(bytes, propertiesAt - 2) !== end - propertiesAt) return false
    this.bodyAt = bodyAt
    this.topicAt = topicAt
    this.topicEnd = propertiesAt - 2
    this.propertiesAt = propertiesAt
    this.crcAt = findCrc(bytes, propertiesAt, end)
    return true
  }
}

const CRC_HEAD = Buffer.from('__CRC32#\u0001')
const PROPERTY_END = 2
const DIGIT_ZERO = 0x30

/** Where the checksum begins that the properties end with, or −1. Elsewhere among them it is another record's. */
function findCrc(bytes: Buffer, propertiesAt: number, end: number): number {
  const at = end - RECORD_CRC_BYTES
  if (at < propertiesAt || bytes[at] !== CRC_HEAD[0] || (at > propertiesAt && bytes[at - 1] !== PROPERTY_END)) return -1
  for (let i = 1; i < CRC_HEAD.length; i++) if (bytes[at + i] !== CRC_HEAD[i]) return -1
  return at
}

/** The number in the property, least significant digit first; −1 when it is none (read in common/…/message/MessageDecoder.java, `createCrc32`). */
function readCrc(bytes: Buffer, crcAt: number): number {
  if (bytes[crcAt + RECORD_CRC_BYTES - 1] !== PROPERTY_END) return -1
  let crc = 0
  for (let i = crcAt + RECORD_CRC_BYTES - 2; i >= crcAt + CRC_HEAD.length; i--) {
    const digit = (bytes[i] as number) - DIGIT_ZERO
    if (digit < 0 || digit > 9) return -1
    crc = crc * 10 + digit
  }
  return crc
}
