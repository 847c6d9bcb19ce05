import type { IndexQuery } from '../../query/query-index'
import { EntryReader, type ReadAt } from './entry-reader'
import type { IndexEntry } from './index-entry'
import type { IndexFile } from './index-file'
import type { IndexHeader } from './index-layout'

/** An entry knows whole seconds only: its record may be this much younger. Milliseconds. */
const SECOND_MS = 999

/**
 * Follows the chain of a key hash in one file, from the newest entry down, and adds what is in the time range until there are
 * `maxCount` (read in store/…/index/IndexFile.java, `selectPhyOffset`). Each entry must lead to one before it, so that no damage makes
 * it go round. Returns what is wrong with the chain, if something is.
 */
export async function selectOffsets(
  file: IndexFile,
  readAt: ReadAt,
  keyHash: number,
  query: IndexQuery,
  physicalOffsets: number[]
): Promise<string | undefined> {
  const reader = new EntryReader(readAt, file.geometry)
  let number = await file.newest(keyHash, readAt)
  while (number > 0 && physicalOffsets.length < query.maxCount) {
    const entry = file.held(number) ?? (await reader.read(number))
    if (entry === undefined || entry.timeDiff < 0 || entry.physicalOffset < 0) return `entry ${number} is impossible`
    const timeMs = entryTime(file.header, entry, number)
    const isInTime = timeMs + SECOND_MS >= query.beginMs && timeMs <= query.endMs
    if (entry.keyHash === keyHash && isInTime) addOnce(physicalOffsets, entry.physicalOffset)
    if (timeMs + SECOND_MS < query.beginMs) return undefined
    if (entry.previous >= number || entry.previous < 0) return `entry ${number} leads to ${entry.previous}`
    number = entry.previous
  }
  return undefined
}

/** Whether a file may have messages of that time (read in store/…/index/IndexFile.java, `isTimeMatched`). */
export function isTimeMatched({ beginTimestamp, endTimestamp }: IndexHeader, { beginMs, endMs }: IndexQuery): boolean {
  return beginMs <= endTimestamp && endMs >= beginTimestamp
}

/** The time of the first entry is the file's own: Java counts its difference from the end of the file before. */
export function entryTime({ beginTimestamp }: IndexHeader, { timeDiff }: IndexEntry, number: number): number {
  return number === 1 ? beginTimestamp : beginTimestamp + timeDiff * 1000
}

/** A record that has a key twice has its entries side by side in the chain. */
function addOnce(physicalOffsets: number[], physicalOffset: number): void {
  if (physicalOffsets[physicalOffsets.length - 1] !== physicalOffset) physicalOffsets.push(physicalOffset)
}
