import { ProtocolError } from 'net-ts-protocol-kit'
import { fieldIndex } from './field-index'
import type { ResolvedCommandLimits } from './limits'

/** Bytes of a binary header without remark and ext fields. */
export const BINARY_HEAD_BYTES = 21

/**
 * Walks the ext fields of a binary header into the field index. Throws a `ProtocolError` for any length that does not fit.
 * Read in remoting/…/protocol/RocketMQSerializable.java.
 */
export function scanBinaryFields(frame: Buffer, start: number, end: number, limits: ResolvedCommandLimits): void {
  fieldIndex.clear()
  const large = Math.min(limits.maxKeyBytes, limits.maxValueBytes)
  let spans = fieldIndex.spans
  let place = 0
  let at = start
  while (at < end) {
    if (end - at < 2) broken('name length', at)
    const keyStart = at + 2
    const keyEnd = keyStart + (byte(frame, at) << 8) + byte(frame, at + 1)
    if (keyEnd === keyStart || keyEnd > end - 4) broken('name length', at)
    const valueStart = keyEnd + 4
    const valueEnd = valueStart + int32(frame, keyEnd)
    if (valueEnd < valueStart || valueEnd > end) broken('value length', keyEnd)
    if (valueEnd - keyStart > large) fieldIndex.checkLarge(frame, keyStart, keyEnd, valueStart, valueEnd, limits)
    if (place === spans.length) spans = fieldIndex.grow()
    spans[place] = keyStart
    spans[place + 1] = keyEnd
    spans[place + 2] = valueStart
    spans[place + 3] = valueEnd
    place += 4
    at = valueEnd
  }
  fieldIndex.count = place / 4
}

/** Where the ext fields of a binary header start; its end is the end of the header. Checks both lengths on the way. */
export function binaryFieldsStart(frame: Buffer, headerEnd: number): number {
  if (headerEnd - 4 < BINARY_HEAD_BYTES) broken('header', 4)
  const remarkBytes = int32(frame, REMARK_LENGTH_AT)
  if (remarkBytes < 0 || remarkBytes > headerEnd - 4 - BINARY_HEAD_BYTES) broken('remark length', REMARK_LENGTH_AT)
  const fieldsLengthAt = REMARK_LENGTH_AT + 4 + remarkBytes
  if (int32(frame, fieldsLengthAt) !== headerEnd - fieldsLengthAt - 4) broken('ext fields length', fieldsLengthAt)
  return fieldsLengthAt + 4
}

/** Where the length of the remark is, counted from the start of the frame. */
export const REMARK_LENGTH_AT = 4 + 13

export function int32(bytes: Buffer, at: number): number {
  return (byte(bytes, at) << 24) | (byte(bytes, at + 1) << 16) | (byte(bytes, at + 2) << 8) | byte(bytes, at + 3)
}

function byte(bytes: Buffer, at: number): number {
  return bytes[at] as number
}

function broken(field: string, offset: number): never {
  throw new ProtocolError(`binary header: ${field} does not fit`, { offset, field })
}
