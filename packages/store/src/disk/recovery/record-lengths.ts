import { RecordField, RecordMagic, recordBodyAt } from '@rocketmq-ts/remoting/wire'
import { int8At, int16At, int32At, positionAt } from '../../big-endian'

/** Lengths and texts behind the body of a record, at most. Bytes. */
export const MAX_AFTER_BODY_BYTES = 2 * 32767 + 4

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

/** Where the body begins of the record at `start`, as its system flag says; its length stands in the four bytes before. */
export function storedBodyAt(bytes: Buffer, start: number): number {
  return recordBodyAt(start, int32At(bytes, start + RecordField.SYS_FLAG))
}

/** Whether the record at `start` says that it is at this place of the log. */
export function isStoredAt(bytes: Buffer, start: number, physicalOffset: number): boolean {
  const at = start + RecordField.PHYSICAL_OFFSET
  return positionAt(bytes, at) === physicalOffset
}
