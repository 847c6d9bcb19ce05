import type { ReadAt } from './entry-reader'
import { type IndexEntry, readEntry } from './index-entry'
import { IndexHead } from './index-head'
import { entriesAt, headerAfter, INDEX_ENTRY_BYTES, type IndexGeometry, type IndexHeader } from './index-layout'
import { scanEntries } from './scan-entries'

/** What is left of an index file that may not be trusted. */
export interface RepairedIndex {
  readonly header: IndexHeader
  /** Slots that lead to those entries. */
  readonly head: IndexHead
}

/**
 * Reads the entries of a file from the first one on, keeps those of records that begin before a commit log offset up to the first that
 * cannot be, and makes the slots anew from them. The entries of the last record go too when the file does not tell where they end:
 * some may have been lost. `undefined`: nothing is left.
 */
export async function repairIndex(
  readAt: ReadAt,
  geometry: IndexGeometry,
  header: IndexHeader,
  physicalOffset: number
): Promise<RepairedIndex | undefined> {
  const repair = new Repair(geometry, header)
  let isCut = false
  for await (const { first, count, bytes } of scanEntries(readAt, geometry, header.indexCount)) {
    for (let index = 0; index < count && !isCut && repair.isSound; index++) {
      const entry = readEntry(bytes, index * INDEX_ENTRY_BYTES)
      isCut = entry.physicalOffset >= physicalOffset && entry.physicalOffset <= header.endPhysicalOffset
      if (!isCut) repair.take(entry, first + index)
    }
    if (isCut || !repair.isSound) break
  }
  if (!isCut) repair.dropLastRecord()
  return repair.finish(await readHead(readAt, geometry))
}

/** Header and slots as they are on disk. */
export async function readHead(readAt: ReadAt, geometry: IndexGeometry): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(entriesAt(geometry)))
  await readAt(bytes, 0)
  return bytes
}

class Repair {
  isSound = true
  readonly #head: IndexHead
  readonly #stored: IndexHeader
  readonly #kept: IndexHeader
  /** Entries of the record that was read last. */
  #last: IndexEntry[] = []
  /** Where the record before it begins, and when that was stored. */
  #before = 0
  #timeBefore = 0

  constructor(geometry: IndexGeometry, stored: IndexHeader) {
    this.#head = new IndexHead(geometry)
    this.#stored = stored
    this.#kept = headerAfter(undefined)
  }

  take(entry: IndexEntry, number: number): void {
    const kept = this.#kept
    this.isSound = this.#isNext(entry, number)
    if (!this.isSound) return
    if (number === 1 || entry.physicalOffset !== kept.endPhysicalOffset) this.#beginRecord(entry.physicalOffset)
    this.#last.push(entry)
    this.#head.put(entry.keyHash, number)
    if (entry.previous === 0) kept.hashSlotCount++
    kept.indexCount = number + 1
    if (number > 1) this.#sawTime(entry.timeDiff)
  }

  dropLastRecord(): void {
    const kept = this.#kept
    for (const { keyHash, previous } of this.#last.reverse()) {
      this.#head.put(keyHash, previous)
      if (previous === 0) kept.hashSlotCount--
      kept.indexCount--
    }
    kept.endPhysicalOffset = this.#before
    kept.endTimestamp = this.#timeBefore
  }

  finish(onDisk: Buffer): RepairedIndex | undefined {
    const kept = this.#kept
    const { beginTimestamp, beginPhysicalOffset, endTimestamp } = this.#stored
    if (kept.indexCount <= 1) return undefined
    this.#head.markChanged(onDisk)
    const latest = Math.max(beginTimestamp, kept.endTimestamp)
    return { head: this.#head, header: { ...kept, beginTimestamp, beginPhysicalOffset, endTimestamp: Math.min(latest, endTimestamp) } }
  }

  #isNext(entry: IndexEntry, number: number): boolean {
    const { beginPhysicalOffset, endPhysicalOffset } = this.#stored
    const { keyHash, physicalOffset, timeDiff, previous } = entry
    if (keyHash < 0 || timeDiff < 0 || physicalOffset > endPhysicalOffset) return false
    if (number === 1 ? physicalOffset !== beginPhysicalOffset : physicalOffset < this.#kept.endPhysicalOffset) return false
    return previous === this.#head.newest(keyHash, number)
  }

  #beginRecord(physicalOffset: number): void {
    this.#before = this.#kept.endPhysicalOffset
    this.#timeBefore = this.#kept.endTimestamp
    this.#kept.endPhysicalOffset = physicalOffset
    this.#last = []
  }

  /** The latest that the entry's seconds allow. */
  #sawTime(timeDiff: number): void {
    this.#kept.endTimestamp = this.#stored.beginTimestamp + timeDiff * 1000 + 999
  }
}
