import { RecordField } from '@rocketmq-ts/remoting/wire'
import type { MaybePromise } from '../../message-store'
import { isStoredAt, type RecordCrcRule, storedRecordSize } from './check-stored-record'
import type { LogWindow } from './log-window'
import { followerAt } from './step-over'

/** What a search needs to know of its scan. */
export interface RecordSearch {
  readonly window: LogWindow
  readonly fileEnd: number
  readonly crcRule: (physicalOffset: number) => RecordCrcRule
  readonly isGenuine: (bytes: Buffer, at: number, size: number, physicalOffset: number) => MaybePromise<boolean | undefined>
  /** Called for each stretch that has been searched. */
  readonly onSearched: (to: number) => void
}

/** A record that is searched for is at most that long, bytes. */
const MAX_FOUND_BYTES = 32 * 1024 * 1024
/** What is loaded at least to look for a record, bytes. */
const STEP_BYTES = 64 * 1024
/** From a record's first byte to behind its physical offset. */
const HEAD_BYTES = RecordField.PHYSICAL_OFFSET + 8
/** The bytes that both magics begin with. */
const MAGIC_START = Buffer.from([0xda, 0xa3, 0x20])

/** The first valid record that begins at `from` or behind it in the file, or `undefined`. What is before it need not stay loaded. */
export async function findRecord(search: RecordSearch, from: number): Promise<number | undefined> {
  const { window, fileEnd } = search
  for (let next = from; fileEnd - next >= HEAD_BYTES; ) {
    await window.load(next, STEP_BYTES)
    const candidate = nextCandidate(window, next)
    search.onSearched(candidate ?? Math.max(next, window.endOffset - HEAD_BYTES + 1))
    if (candidate !== undefined && (await isRecord(search, candidate))) return candidate
    next = candidate === undefined ? window.endOffset - HEAD_BYTES + 1 : candidate + 1
  }
  return undefined
}

/** Where something begins that has a record's magic and says that it is in this place of the log. */
function nextCandidate(window: LogWindow, from: number): number | undefined {
  const { bytes, endIndex } = window
  const base = from - window.indexOf(from)
  for (let at = bytes.indexOf(MAGIC_START, from - base + RecordField.MAGIC); at >= 0; at = bytes.indexOf(MAGIC_START, at + 1)) {
    const start = at - RecordField.MAGIC
    if (start + HEAD_BYTES > endIndex) return undefined
    if (isStoredAt(bytes, start, base + start)) return base + start
  }
  return undefined
}

async function isRecord(search: RecordSearch, offset: number): Promise<boolean> {
  const { window, fileEnd, crcRule } = search
  await window.load(offset, STEP_BYTES)
  const claimed = window.bytes.readInt32BE(window.indexOf(offset))
  if (claimed > fileEnd - offset || claimed > MAX_FOUND_BYTES) return false
  await window.load(offset, claimed)
  const at = window.indexOf(offset)
  const size = storedRecordSize(window.bytes, at, window.endIndex, offset, crcRule(offset))
  if (size < 0) return false
  const isGenuine = await search.isGenuine(window.bytes, at, size, offset)
  return isGenuine ?? (await followerAt(window, offset + size, fileEnd)) !== undefined
}
