import { combineCrc32 } from './combine-crc'
import { bodyCrc, continueCrc32, crc32 } from './crc'
import { MessageProperty } from './message-property'
import { decodeRecord } from './message-record'
import { appendProperties, findProperty, withoutProperty } from './properties'
import { type RecordContent, type RecordPlace, recordSizeWith, writeHead, writePropertiesLength, writeTopic } from './write-record'

/** Bytes of the property with the checksum: name, separator, ten digits, separator (read in store/…/CommitLog.java, CRC32_RESERVED_LEN). */
export const RECORD_CRC_BYTES = 20

/**
 * Whether a record has the checksum that brokers of 5.x write when told to (`enabledAppendPropCRC`): over all of the record but the property
 * itself, which is its end. `wrong` too when the property is anywhere else, or is no number.
 */
export type RecordCrcState = 'valid' | 'wrong' | 'none'

const DIGITS = 10
const ZERO = 0x30
const HEAD = Buffer.from(`${MessageProperty.CRC32}\u0001`)
const SEPARATOR = 0x02
const NO_SUM = '0'.repeat(DIGITS)
const LAST_OF_HEAD = HEAD[HEAD.length - 1]
const LAST_OF_NAME = HEAD[HEAD.length - 2]
/** Below this many bytes a loop beats the call into `includes`. */
const SCAN_BELOW_BYTES = 256

/**
 * The content with room for the checksum behind its properties, where one that is there already makes way. Measure and write it as any
 * other, then call {@link sealRecord}.
 */
export function withRecordCrc(content: RecordContent): RecordContent {
  const properties = withoutProperty(content.properties, MessageProperty.CRC32)
  return { ...content, properties: appendProperties(properties, [[MessageProperty.CRC32, NO_SUM]]) }
}

/** As `recordSize`, of the content with its checksum. @throws ProtocolError as `recordSize`, also when there is no room for the checksum. */
export function sealedRecordSize(content: RecordContent): number {
  const { properties } = content
  return recordSizeWith(content, hasName(properties) ? withRecordCrc(content).properties.length : sealedLength(properties))
}

/**
 * As `writeRecord`, of the content with its checksum, which is written too: {@link withRecordCrc} and {@link sealRecord} in one, reading the
 * body once for both checksums. `size` is that of `sealedRecordSize`.
 */
export function writeSealedRecord(
  target: Buffer,
  at: number,
  content: RecordContent,
  place: RecordPlace,
  size = sealedRecordSize(content)
): number {
  const { body } = content
  const crc = crc32(body)
  const bodyAt = writeHead(target, at, content, place, { size, bodyCrc: crc })
  target.set(body, bodyAt)
  const bodyEnd = bodyAt + body.length
  const roomAt = at + size - RECORD_CRC_BYTES
  writeProperties(target, writeTopic(target, bodyEnd, content.topic), content, roomAt)
  const upToBody = combineCrc32(continueCrc32(0, target, at, bodyAt), crc, body.length)
  writeSum(target, roomAt, continueCrc32(upToBody, target, bodyEnd, roomAt) & 0x7fffffff)
  return size
}

/** Writes the checksum of the record of `size` bytes at `at` into the room that it has for it. Nothing of the record may change later. */
export function sealRecord(target: Buffer, at: number, size: number): void {
  const roomAt = at + size - RECORD_CRC_BYTES
  writeSum(target, roomAt, bodyCrc(target.subarray(at, roomAt)))
}

/** What comes before the room for the checksum, which ends the properties. */
function writeProperties(target: Buffer, at: number, content: RecordContent, roomAt: number): void {
  const propertiesAt = writePropertiesLength(target, at, roomAt + RECORD_CRC_BYTES - at - 2)
  const { properties } = content
  const bytes = roomAt - propertiesAt
  // Longer by its own property only: there is no older one that makes way. One is at least as long as its name and a separator.
  if (bytes === sealedLength(properties) - RECORD_CRC_BYTES) {
    target.set(properties, propertiesAt)
    if (bytes > properties.length) target[roomAt - 1] = SEPARATOR
  } else target.set(withRecordCrc(content).properties.subarray(0, bytes), propertiesAt)
}

/** Bytes of properties with a checksum behind them, when they have none. */
function sealedLength(properties: Buffer): number {
  const isOpen = properties.length > 0 && properties[properties.length - 1] !== SEPARATOR
  return properties.length + (isOpen ? 1 : 0) + RECORD_CRC_BYTES
}

/** Whether the name of the property is somewhere in them. */
function hasName(properties: Buffer): boolean {
  if (properties.length > SCAN_BELOW_BYTES) return properties.includes(HEAD)
  for (let i = HEAD.length - 1; i < properties.length; i++) {
    if (properties[i] === LAST_OF_HEAD && properties[i - 1] === LAST_OF_NAME) return properties.includes(HEAD)
  }
  return false
}

function writeSum(target: Buffer, roomAt: number, sum: number): void {
  for (let i = 0; i < HEAD.length; i++) target[roomAt + i] = HEAD[i] as number
  const digitsAt = roomAt + HEAD.length
  let rest = sum
  for (let i = 0; i < DIGITS; i++) {
    // The least significant digit comes first (read in common/…/message/MessageDecoder.java, `createCrc32`).
    const shorter = (rest / 10) | 0
    target[digitsAt + i] = ZERO + rest - shorter * 10
    rest = shorter
  }
  target[digitsAt + DIGITS] = SEPARATOR
}

/**
 * Looks at the checksum of the record at `start`.
 *
 * @throws ProtocolError when it is no record.
 */
export function recordCrcState(bytes: Buffer, start = 0, end: number = bytes.length): RecordCrcState {
  const { size, propertiesBuffer } = decodeRecord(bytes, start, end)
  if (findProperty(propertiesBuffer, MessageProperty.CRC32) === undefined) return 'none'
  const crc = crcBehind(propertiesBuffer)
  return crc === bodyCrc(bytes.subarray(start, start + size - RECORD_CRC_BYTES)) ? 'valid' : 'wrong'
}

/** The checksum that properties end with. */
function crcBehind(properties: Buffer): number | undefined {
  const at = properties.length - RECORD_CRC_BYTES
  const isProperty = at === 0 || properties[at - 1] === SEPARATOR
  if (at < 0 || !isProperty || properties[properties.length - 1] !== SEPARATOR) return undefined
  if (!properties.subarray(at, at + HEAD.length).equals(HEAD)) return undefined
  let crc = 0
  for (let i = properties.length - 2; i >= at + HEAD.length; i--) {
    const digit = (properties[i] as number) - ZERO
    if (digit < 0 || digit > 9) return undefined
    crc = crc * 10 + digit
  }
  return crc
}
