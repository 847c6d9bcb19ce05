import type { MaybePromise } from '../../message-store'
import { ENTRY_BYTES, isReal, physicalOffsetAt, sizeAt } from './queue-entries'

/** Entries read at a time when blank ones are stepped over: as many as a page of a file has. */
export const PAGE_ENTRIES = Math.floor(4096 / ENTRY_BYTES)

/** Reads entries as bytes. */
export type ReadEntries = (from: number, to: number) => MaybePromise<Buffer>

/**
 * The first entry in the range whose record begins at or behind a place in the log; `to` when there is none. Physical offsets rise within a
 * queue, except for blank entries, which are stepped over.
 */
export async function firstEntryAtOrBehind(read: ReadEntries, from: number, to: number, physicalOffset: number): Promise<number> {
  let low = from
  let high = to
  let best = to
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const found = await firstReal(read, middle, high)
    if (found !== undefined && found.physicalOffset < physicalOffset) low = found.at + 1
    else {
      high = middle
      best = found?.at ?? best
    }
  }
  return best
}

/**
 * As `firstEntryAtOrBehind`, for entries before it that are going to be given up: of those that are kept none is, because one that is damaged
 * has misled the search. Then all are looked at in order.
 */
export async function firstEntryToKeep(read: ReadEntries, from: number, to: number, physicalOffset: number): Promise<number> {
  const found = await firstEntryAtOrBehind(read, from, to, physicalOffset)
  const start = Math.max(from, found - PAGE_ENTRIES)
  return (await firstInOrder(read, start, found, physicalOffset)) === found ? found : firstInOrder(read, from, found, physicalOffset)
}

/** Where the record of the newest entry in the range ends; 0 when no entry has a record. */
export async function lastRecordEndIn(read: ReadEntries, from: number, to: number): Promise<number> {
  for (let end = to; end > from; ) {
    const start = Math.max(from, end - PAGE_ENTRIES)
    const recordEnd = lastRecordEnd(await read(start, end))
    if (recordEnd > 0) return recordEnd
    end = start
  }
  return 0
}

/** As `lastRecordEndIn`, of entries at hand. */
export function lastRecordEnd(entries: Buffer): number {
  for (let index = entries.length / ENTRY_BYTES - 1; index >= 0; index--) {
    if (isReal(entries, index)) return physicalOffsetAt(entries, index) + sizeAt(entries, index)
  }
  return 0
}

async function firstInOrder(read: ReadEntries, from: number, to: number, physicalOffset: number): Promise<number> {
  for (let start = from; start < to; start += PAGE_ENTRIES) {
    const entries = await read(start, Math.min(to, start + PAGE_ENTRIES))
    for (let index = 0; index < entries.length / ENTRY_BYTES; index++) {
      if (isReal(entries, index) && physicalOffsetAt(entries, index) >= physicalOffset) return start + index
    }
  }
  return to
}

async function firstReal(read: ReadEntries, from: number, to: number): Promise<{ at: number; physicalOffset: number } | undefined> {
  // Nearly always the first one is real: only behind a blank one a whole page is looked at.
  for (let start = from, end = Math.min(to, from + 1); start < to; start = end, end = Math.min(to, start + PAGE_ENTRIES)) {
    const entries = await read(start, end)
    for (let index = 0; index < entries.length / ENTRY_BYTES; index++) {
      if (isReal(entries, index)) return { at: start + index, physicalOffset: physicalOffsetAt(entries, index) }
    }
  }
  return undefined
}
