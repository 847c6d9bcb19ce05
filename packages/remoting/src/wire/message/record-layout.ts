import { ProtocolError } from 'net-ts-protocol-kit'
import { isPosition } from './integers'
import { MessageSysFlag } from './sys-flags'

/** First word after the size of a record: which layout follows (read in common/…/message/MessageVersion.java). */
export const RecordMagic = {
  /** Topic length in one byte. */
  V1: -626843481,
  /** Topic length in two bytes, for topics of more than 127 bytes. */
  V2: -626843477,
  /** The rest of a commit log file is empty. */
  BLANK: -875286124
} as const

/** Positions of fixed fields in a record, from its first byte. */
export const RecordField = {
  SIZE: 0,
  MAGIC: 4,
  BODY_CRC: 8,
  QUEUE_ID: 12,
  FLAG: 16,
  QUEUE_OFFSET: 20,
  PHYSICAL_OFFSET: 28,
  SYS_FLAG: 36,
  BORN_TIMESTAMP: 40,
  BORN_HOST: 48
} as const

/** A record with IPv4 hosts and nothing variable in it. */
export const MIN_RECORD_BYTES = 91
/** Longest property text of a record: its length is a signed int16. */
export const MAX_PROPERTIES_BYTES = 32767
/** Longest topic that fits the one-byte length, which Java reads as a signed byte. */
export const MAX_V1_TOPIC_BYTES = 127

export function bornHostBytes(sysFlag: number): number {
  return (sysFlag & MessageSysFlag.BORN_HOST_V6) === 0 ? 4 : 16
}

export function storeHostBytes(sysFlag: number): number {
  return (sysFlag & MessageSysFlag.STORE_HOST_V6) === 0 ? 4 : 16
}

/** Where the store time stands of the record at `start`: behind address and port of its sender. */
export function recordStoreTimeAt(start: number, sysFlag: number): number {
  return start + RecordField.BORN_HOST + bornHostBytes(sysFlag) + 4
}

/** Where the body begins of the record at `start`; its length stands in the four bytes before. */
export function recordBodyAt(start: number, sysFlag: number): number {
  // Two ports, store time, reconsume times, prepared transaction offset and the body's length beside the two addresses.
  return start + RecordField.BORN_HOST + bornHostBytes(sysFlag) + storeHostBytes(sysFlag) + 32
}

/**
 * Checks every length of the record at `start` against `end` and against its own size field.
 *
 * @returns the record's size.
 * @throws ProtocolError with `offset` (in `bytes`) and `field`.
 */
export function checkRecord(bytes: Buffer, start: number, end: number): number {
  if (end - start < MIN_RECORD_BYTES) throw broken('record is cut short', start, 'totalSize', end - start)
  const size = bytes.readInt32BE(start)
  if (size < MIN_RECORD_BYTES || size > end - start) throw broken('record size is impossible', start, 'totalSize', size)
  const magic = bytes.readInt32BE(start + RecordField.MAGIC)
  if (magic !== RecordMagic.V1 && magic !== RecordMagic.V2) throw broken('not a record', start + RecordField.MAGIC, 'magicCode', magic)
  checkPosition(bytes, start + RecordField.QUEUE_OFFSET, 'queueOffset')
  checkPosition(bytes, start + RecordField.PHYSICAL_OFFSET, 'physicalOffset')
  checkVariablePart(bytes, start, start + size, magic)
  return size
}

function checkVariablePart(bytes: Buffer, start: number, end: number, magic: number): void {
  const bodyLengthPosition = recordBodyAt(start, bytes.readInt32BE(start + RecordField.SYS_FLAG)) - 4
  const topicLengthSize = magic === RecordMagic.V2 ? 2 : 1
  const left = end - bodyLengthPosition - 4 - topicLengthSize - 2
  if (left < 0) throw broken('record is too small for its hosts', start, 'totalSize', end - start)
  const bodyLength = bytes.readInt32BE(bodyLengthPosition)
  if (bodyLength < 0 || bodyLength > left) throw broken('body does not fit', bodyLengthPosition, 'bodyLength', bodyLength)
  const topicLengthPosition = bodyLengthPosition + 4 + bodyLength
  const topicLength = topicLengthSize === 1 ? bytes.readInt8(topicLengthPosition) : bytes.readInt16BE(topicLengthPosition)
  if (topicLength < 0 || topicLength > left - bodyLength)
    throw broken('topic does not fit', topicLengthPosition, 'topicLength', topicLength)
  const propertiesLengthPosition = topicLengthPosition + topicLengthSize + topicLength
  const propertiesLength = bytes.readInt16BE(propertiesLengthPosition)
  if (propertiesLength !== left - bodyLength - topicLength) {
    throw broken('properties do not end with the record', propertiesLengthPosition, 'propertiesLength', propertiesLength)
  }
}

function checkPosition(bytes: Buffer, at: number, field: string): void {
  if (!isPosition(bytes, at)) throw broken('offset is negative or above 2^53 − 1', at, field, bytes.toString('hex', at, at + 8))
}

function broken(problem: string, offset: number, field: string, value: number | string): ProtocolError {
  return new ProtocolError(`broken message record: ${problem}`, { offset, field, value })
}
