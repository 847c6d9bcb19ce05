import { bodyCrc, MessageSysFlag, MIN_RECORD_BYTES, RECORD_CRC_BYTES, RecordField, RecordMagic } from '@rocketmq-ts/remoting/wire'
import { int8At, int16At, int32At, positionAt } from './big-endian'

/** What is wrong with bytes that should be a record. */
export type RecordProblem =
  | 'cut short'
  | 'no record'
  | 'its lengths contradict each other'
  | 'it is of another place in the log'
  | 'its body checksum is wrong'
  | 'its checksum is wrong'
  | 'its checksum is missing'

/**
 * What a record's checksum over all of it (`enabledAppendPropCRC`) is to be. `demanded`: there and right. `checked`: right if it is there.
 * `ignored`: whatever it is; a broker that does not write them hands on those of messages it copies, which are of other records then.
 */
export type RecordCrcRule = 'demanded' | 'checked' | 'ignored'

/**
 * Whether the record that begins at `start` is as it was written: its magic, its lengths, its own place in the log, the checksum of its body and,
 * if it has one, that over all of it (read in store/…/CommitLog.java, `checkMessageAndReturnSize`). Never throws.
 */
export function checkStoredRecord(
  bytes: Buffer,
  start: number,
  end: number,
  physicalOffset: number,
  crc: RecordCrcRule = 'checked'
): { readonly size: number } | { readonly problem: RecordProblem } {
  const found = storedRecordSize(bytes, start, end, physicalOffset, crc)
  return found > 0 ? { size: found } : { problem: PROBLEMS[-found] as RecordProblem }
}

/** As {@link checkStoredRecord} without an object: the record's size, or a negative number for a problem. */
export function storedRecordSize(bytes: Buffer, start: number, end: number, physicalOffset: number, crc: RecordCrcRule): number {
  const size = storedRecordShape(bytes, start, end, physicalOffset)
  if (size < 0) return size
  const crcAt = crc === 'ignored' ? -1 : recordCrcAt(bytes, start, size)
  if (crcAt < 0) {
    if (crc === 'demanded') return Problem.CRC_MISSING
    return hasBodyCrc(bytes, start) ? size : Problem.BODY_CRC
  }
  // It covers the body too: a record that was written whole needs no second look.
  return readCrc(bytes, crcAt) === bodyCrc(bytes.subarray(start, crcAt)) ? size : Problem.RECORD_CRC
}

/** The size of the record if all but its checksums is in order, or a negative number for a problem. */
export function storedRecordShape(bytes: Buffer, start: number, end: number, physicalOffset: number): number {
  if (end - start < MIN_RECORD_BYTES) return Problem.CUT_SHORT
  const magic = int32At(bytes, start + RecordField.MAGIC)
  if (magic !== RecordMagic.V1 && magic !== RecordMagic.V2) return Problem.NO_RECORD
  const size = int32At(bytes, start)
  if (size < MIN_RECORD_BYTES) return Problem.LENGTHS
  if (!isStoredAt(bytes, start, physicalOffset)) return Problem.OTHER_PLACE
  if (int32At(bytes, start + RecordField.QUEUE_OFFSET) >>> 0 >= MAX_HIGH_WORD) return Problem.LENGTHS
  if (size > end - start) return Problem.CUT_SHORT
  return lengthByParts(bytes, start, start + size, magic) === size ? size : Problem.LENGTHS
}

/** What the parts of a record say that its size is, whatever its own field says; −1 when they reach past `end`. */
export function lengthByParts(bytes: Buffer, start: number, end: number, magic = int32At(bytes, start + RecordField.MAGIC)): number {
  const bodyAt = storedBodyAt(bytes, start)
  if (bodyAt > end) return -1
  const bodyLength = int32At(bytes, bodyAt - 4)
  const topicLengthBytes = magic === RecordMagic.V2 ? 2 : 1
  const topicAt = bodyAt + bodyLength + topicLengthBytes
  if (bodyLength < 0 || topicAt > end) return -1
  const topicLength = topicLengthBytes === 1 ? int8At(bytes, topicAt - 1) : int16At(bytes, topicAt - 2)
  const propertiesAt = topicAt + topicLength + 2
  if (topicLength < 0 || propertiesAt > end) return -1
  const propertiesLength = int16At(bytes, propertiesAt - 2)
  return propertiesLength < 0 || propertiesAt + propertiesLength > end ? -1 : propertiesAt + propertiesLength - start
}

/** Where the body of the record at `start` begins; its length stands in the four bytes before. */
export function storedBodyAt(bytes: Buffer, start: number): number {
  const sysFlag = int32At(bytes, start + RecordField.SYS_FLAG)
  const bornHostBytes = (sysFlag & MessageSysFlag.BORN_HOST_V6) === 0 ? 4 : 16
  const storeHostBytes = (sysFlag & MessageSysFlag.STORE_HOST_V6) === 0 ? 4 : 16
  // Two ports, store time, reconsume times, prepared transaction offset and the body's length beside the two addresses.
  return start + RecordField.BORN_HOST + bornHostBytes + storeHostBytes + 32
}

/** Whether the record at `start` says that it is at this place of the log. */
export function isStoredAt(bytes: Buffer, start: number, physicalOffset: number): boolean {
  const at = start + RecordField.PHYSICAL_OFFSET
  return positionAt(bytes, at) === physicalOffset
}

/** Whether the record ends with a checksum over all of it, right or wrong. */
export function hasRecordCrc(bytes: Buffer, start: number, size: number): boolean {
  return recordCrcAt(bytes, start, size) >= 0
}

/** Whether the record's properties end with a zero, which text does not: they were torn, and the checksum at their end with them. */
export function hasTornProperties(bytes: Buffer, start: number, size: number): boolean {
  return bytes[start + size - 1] === 0 && propertiesBegin(bytes, start) < start + size
}

/** From here on the high word of a position makes it negative, or more than a number holds exactly. */
const MAX_HIGH_WORD = 0x200000

/** What `storedRecordSize` answers when the record reaches past the end. */
export const CUT_SHORT = -1

/** Lengths and texts behind the body of a record, at most. Bytes. */
export const MAX_AFTER_BODY_BYTES = 2 * 32767 + 4

const Problem = {
  CUT_SHORT,
  NO_RECORD: -2,
  LENGTHS: -3,
  OTHER_PLACE: -4,
  BODY_CRC: -5,
  RECORD_CRC: -6,
  CRC_MISSING: -7
} as const

const PROBLEMS: readonly RecordProblem[] = [
  'no record',
  'cut short',
  'no record',
  'its lengths contradict each other',
  'it is of another place in the log',
  'its body checksum is wrong',
  'its checksum is wrong',
  'its checksum is missing'
]

function hasBodyCrc(bytes: Buffer, start: number): boolean {
  const bodyAt = storedBodyAt(bytes, start)
  const body = bytes.subarray(bodyAt, bodyAt + int32At(bytes, bodyAt - 4))
  return bodyCrc(body) === int32At(bytes, start + RecordField.BODY_CRC)
}

const CRC_HEAD = Buffer.from('__CRC32#\u0001')
const PROPERTY_END = 2
const DIGIT_ZERO = 0x30

/** Where the checksum begins that the record's properties end with, or −1. Elsewhere among them it is another record's. */
function recordCrcAt(bytes: Buffer, start: number, size: number): number {
  const end = start + size
  const at = end - RECORD_CRC_BYTES
  if (bytes[at] !== CRC_HEAD[0]) return -1
  for (let i = 1; i < CRC_HEAD.length; i++) if (bytes[at + i] !== CRC_HEAD[i]) return -1
  const propertiesAt = propertiesBegin(bytes, start)
  return at === propertiesAt || (at > propertiesAt && bytes[at - 1] === PROPERTY_END) ? at : -1
}

function propertiesBegin(bytes: Buffer, start: number): number {
  const bodyAt = storedBodyAt(bytes, start)
  const topicLengthAt = bodyAt + int32At(bytes, bodyAt - 4)
  if (int32At(bytes, start + RecordField.MAGIC) === RecordMagic.V2) return topicLengthAt + 4 + int16At(bytes, topicLengthAt)
  return topicLengthAt + 3 + int8At(bytes, topicLengthAt)
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
