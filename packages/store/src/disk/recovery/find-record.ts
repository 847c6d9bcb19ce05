import { RecordField } from '@rocketmq-ts/remoting/wire'
import { int32At } from '../../big-endian'
import type { MaybePromise } from '../../message-store'
import type { LogWindow } from './log-window'
import { isStoredAt } from './record-lengths'
import { followerAt } from './step-over'
import { type RecordCrcRule, StoredRecord } from './stored-record'

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
/** Candidates up to so many bytes are always checked. */
const SMALL_BYTES = 4096
/** Bytes of longer candidates that are checked for each byte searched, and before any: bodies can be made to be full of candidates. */
const CHECKED_PER_BYTE = 8
const CHECKED_AT_FIRST_BYTES = 256 * 1024 * 1024
/** What is loaded at least to look for a record, bytes. */
const STEP_BYTES = 64 * 1024
/** From a record's first byte to behind its physical offset. */
const HEAD_BYTES = RecordField.PHYSICAL_OFFSET + 8
/** The bytes that both magics begin with. */
const MAGIC_START = Buffer.from([0xda, 0xa3, 0x20])

/**
 * The first valid record that begins at `from` or behind it in the file, or `undefined`. What is before it need not stay loaded.
 *
 * Linear in what is searched: where a body full of candidates that each claim to be long has used up the checks, long ones are passed over.
 */
export async function findRecord(search: RecordSearch, from: number): Promise<number | undefined> {
  const { window, fileEnd } = search
  let checked = -CHECKED_AT_FIRST_BYTES
  for (let next = from; fileEnd - next >= HEAD_BYTES; ) {
    await window.load(next, STEP_BYTES)
    const candidate = nextCandidate(window, next)
    search.onSearched(candidate ?? Math.max(next, window.endOffset - HEAD_BYTES + 1))
    if (candidate !== undefined) {
      await window.load(candidate, STEP_BYTES)
      const claimed = int32At(window.bytes, window.indexOf(candidate))
      const mayBeChecked = claimed <= SMALL_BYTES || checked <= (candidate - from) * CHECKED_PER_BYTE
      if (claimed > SMALL_BYTES && claimed <= MAX_FOUND_BYTES && mayBeChecked) checked += claimed
      if (mayBeChecked && (await isRecord(search, candidate, claimed))) return candidate
    }
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

async function isRecord(search: RecordSearch, offset: number, claimed: number): Promise<boolean> {
  const { window, fileEnd, crcRule } = search
  if (claimed > fileEnd - offset || claimed > MAX_FOUND_BYTES) return false
  await window.load(offset, claimed)
  const at = window.indexOf(offset)
  const size = new StoredRecord().check(window.bytes, at, window.endIndex, offset, crcRule(offset))
  if (size < 0) return false
  const isGenuine = await search.isGenuine(window.bytes, at, size, offset)
  return isGenuine ?? (await followerAt(window, offset + size, fileEnd)) !== undefined
}
