import type { StoreFile } from '../../files/store-files'
import { writeFullyLater } from '../../files/write-fully'
import { timeDiffOf } from './index-entry'
import { IndexHead } from './index-head'
import { entryAt, INDEX_ENTRY_BYTES, type IndexGeometry, type IndexHeader } from './index-layout'
import { PendingEntries } from './pending-entries'

const WIPE_ENTRIES = 6400

/** The part of an index file that takes entries: its slots, and the entries that are not on disk yet. */
export class GrowingIndex {
  readonly #geometry: IndexGeometry
  readonly #header: IndexHeader
  readonly #head: IndexHead
  readonly #pending: PendingEntries
  /** Number of the first entry that is not on disk. */
  #written: number
  /** Entries before that number are on disk though they were cut off; 0 when none are. */
  #staleEnd: number

  /** @param header is counted on here. @param head absent: of a new file. @param staleEnd how many the file counts on disk, when it is to count fewer. */
  constructor(geometry: IndexGeometry, header: IndexHeader, head = new IndexHead(geometry), staleEnd = 0) {
    this.#geometry = geometry
    this.#header = header
    this.#head = head
    this.#staleEnd = staleEnd
    this.#written = header.indexCount
    this.#pending = new PendingEntries(header.indexCount)
  }

  get isFull(): boolean {
    return this.#header.indexCount >= this.#geometry.entries
  }

  get isDirty(): boolean {
    return this.#staleEnd > 0 || this.#written < this.#header.indexCount
  }

  get pendingBytes(): number {
    return this.#pending.bytes
  }

  /** Adds an entry (read in store/…/index/IndexFile.java, `putKey`). The file must not be full. */
  put(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    const header = this.#header
    const number = header.indexCount
    const previous = this.#head.newest(keyHash, number)
    this.#pending.push(keyHash, physicalOffset, timeDiffOf(header.beginTimestamp, storeTimestamp), previous)
    this.#head.put(keyHash, number)
    if (number <= 1) {
      header.beginPhysicalOffset = physicalOffset
      header.beginTimestamp = storeTimestamp
    }
    if (previous === 0) header.hashSlotCount++
    header.indexCount++
    header.endPhysicalOffset = physicalOffset
    header.endTimestamp = storeTimestamp
  }

  /** The newest entry of a slot. */
  newest(keyHash: number): number {
    return this.#head.newest(keyHash, this.#header.indexCount)
  }

  /** The bytes of an entry that is still in memory. */
  held(number: number): Buffer | undefined {
    return this.#pending.from(number)
  }

  /** Writes what is in memory now: entries, slots, header. Returns the end timestamp that is on disk then. */
  async write(file: StoreFile): Promise<number> {
    if (this.#staleEnd > 0) await this.#wipe(file)
    const { indexCount, endTimestamp } = this.#header
    const firstPage = this.#head.firstPage(this.#header)
    await this.#writeEntries(file, indexCount)
    await this.#head.write(file, firstPage)
    this.#pending.written(indexCount)
    this.#written = indexCount
    return endTimestamp
  }

  /** Puts zeros in the place of entries that were cut off: after a power cut they could pass for new ones. */
  async #wipe(file: StoreFile): Promise<void> {
    const zeros = Buffer.alloc(WIPE_ENTRIES * INDEX_ENTRY_BYTES)
    for (let number = this.#written; number < this.#staleEnd; number += WIPE_ENTRIES) {
      const count = Math.min(WIPE_ENTRIES, this.#staleEnd - number)
      await writeFullyLater(file, zeros.subarray(0, count * INDEX_ENTRY_BYTES), entryAt(this.#geometry, number))
    }
    await file.sync()
    this.#staleEnd = 0
  }

  async #writeEntries(file: StoreFile, end: number): Promise<void> {
    for (let number = this.#written; number < end; ) {
      const bytes = this.#pending.from(number, end)
      if (bytes === undefined) throw new RangeError('entries that are neither on disk nor in memory')
      await writeFullyLater(file, bytes, entryAt(this.#geometry, number))
      number += bytes.length / INDEX_ENTRY_BYTES
    }
  }
}
