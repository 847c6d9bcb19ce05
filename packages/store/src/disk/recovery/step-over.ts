import { MIN_RECORD_BYTES, RecordField, RecordMagic } from '@rocketmq-ts/remoting/wire'
import type { LogWindow } from './log-window'
import { isStoredAt, lengthByParts, MAX_AFTER_BODY_BYTES, storedBodyAt } from './record-lengths'

/** Longest damaged record whose parts are looked at, bytes. */
const MAX_STEPPED_BYTES = 32 * 1024 * 1024
/** From the size to behind the physical offset of a record. */
const HEAD_BYTES = RecordField.PHYSICAL_OFFSET + 8
const BLANK_BYTES = 8

/**
 * How long the damaged record at `offset` was, when that can still be told: then its body is stepped over and not searched, so that records
 * which a sender has put into a body are not taken for records of the log.
 *
 * A record tells three times that it is one: by its magic, by its own offset, and by a length that stands in its first field and follows from its
 * parts. Damage to one field leaves two of them. When the two lengths differ the right one is that behind which the log goes on: with a
 * record rather than with nothing yet, and the longer one if it does so behind both, since only the shorter may end in the body.
 */
export async function damagedRecordSize(window: LogWindow, offset: number, fileEnd: number): Promise<number | undefined> {
  await window.load(offset, MIN_RECORD_BYTES + BLANK_BYTES)
  if (fileEnd - offset < MIN_RECORD_BYTES) return undefined
  await window.load(offset, roomForLengths(window, offset))
  const at = window.indexOf(offset)
  const claimed = window.bytes.readInt32BE(at)
  const magic = window.bytes.readInt32BE(at + RecordField.MAGIC)
  const hasMagic = isMagic(magic)
  const isHere = isStoredAt(window.bytes, at, offset)
  const magics = hasMagic ? [magic] : [RecordMagic.V1, RecordMagic.V2]
  const byParts = magics.map((each) => lengthByParts(window.bytes, at, window.endIndex, each))
  if (byParts.includes(claimed)) return hasMagic || isHere ? claimed : undefined
  if (!hasMagic || !isHere) return undefined
  const longestFirst = [claimed, ...byParts].filter((size) => size >= MIN_RECORD_BYTES && size <= fileEnd - offset).sort((a, b) => b - a)
  let last: number | undefined
  for (const size of longestFirst) {
    const follower = await followerAt(window, offset + size, fileEnd)
    if (follower === 'record') return size
    if (follower === 'nothing yet') last ??= size
  }
  return last
}

/** How the log goes on there: with a record or the blank one that ends the file, for which there is always room; with zeros; or not at all. */
export async function followerAt(window: LogWindow, offset: number, fileEnd: number): Promise<'record' | 'nothing yet' | undefined> {
  if (fileEnd - offset < BLANK_BYTES) return undefined
  const head = await window.peek(offset, HEAD_BYTES)
  const size = head.readInt32BE(0)
  const magic = head.readInt32BE(RecordField.MAGIC)
  if (size === 0 && magic === 0) return 'nothing yet'
  const isRecord = isMagic(magic) && head.length === HEAD_BYTES && isStoredAt(head, 0, offset)
  return isRecord || (magic === RecordMagic.BLANK && size === fileEnd - offset) ? 'record' : undefined
}

function roomForLengths(window: LogWindow, offset: number): number {
  const at = window.indexOf(offset)
  const bodyAt = storedBodyAt(window.bytes, at)
  const claimed = window.bytes.readInt32BE(at)
  const bodyLength = bodyAt <= window.endIndex ? window.bytes.readInt32BE(bodyAt - 4) : 0
  const byParts = bodyAt - at + bodyLength + MAX_AFTER_BODY_BYTES
  return Math.max(MIN_RECORD_BYTES, ...[claimed, byParts].filter((size) => size <= MAX_STEPPED_BYTES))
}

function isMagic(magic: number): boolean {
  return magic === RecordMagic.V1 || magic === RecordMagic.V2
}
