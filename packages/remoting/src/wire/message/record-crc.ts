import { bodyCrc } from './crc'
import { MessageProperty } from './message-property'
import { decodeRecord } from './message-record'
import { appendProperties, findProperty, withoutProperty } from './properties'
import { type RecordContent, type RecordPlace, recordSize, writeRecord } from './write-record'

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

/**
 * The content with room for the checksum behind its properties, where one that is there already makes way. Measure and write it as any
 * other, then call {@link sealRecord}.
 */
export function withRecordCrc(content: RecordContent): RecordContent {
  const properties = withoutProperty(content.properties, MessageProperty.CRC32)
  return { ...content, properties: appendProperties(properties, [[MessageProperty.CRC32, NO_SUM]]) }
}

/** As `recordSize`, of the content with its checksum. @throws as `withRecordCrc` and `recordSize`. */
export function sealedRecordSize(content: RecordContent): number {
  return recordSize(withRecordCrc(content))
}

/** As `writeRecord`, of the content with its checksum, which is written too: {@link withRecordCrc} and {@link sealRecord} in one. */
export function writeSealedRecord(
  target: Buffer,
  at: number,
  content: RecordContent,
  place: RecordPlace,
  size = sealedRecordSize(content)
): number {
  writeRecord(target, at, withRecordCrc(content), place, size)
  sealRecord(target, at, size)
  return size
}

/** Writes the checksum of the record of `size` bytes at `at` into the room that it has for it. Nothing of the record may change later. */
export function sealRecord(target: Buffer, at: number, size: number): void {
  const roomAt = at + size - RECORD_CRC_BYTES
  const digitsAt = roomAt + HEAD.copy(target, roomAt)
  let rest = bodyCrc(target.subarray(at, roomAt))
  for (let i = 0; i < DIGITS; i++) {
    // The least significant digit comes first (read in common/…/message/MessageDecoder.java, `createCrc32`).
    target[digitsAt + i] = ZERO + (rest % 10)
    rest = Math.floor(rest / 10)
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
