import type { MemoryCommitLog } from '../memory-commit-log'
import { readKeyHashes, readStoreTimestamp } from './key-hashes'

const FIRST_CAPACITY = 64

/**
 * Which records of a log in memory carry a key, by the key's hash. Made of typed arrays as an index file is: each slot leads to its
 * newest entry, each entry to the one before it. It costs nothing until it is asked for: then it reads what the log has had since.
 */
export class MemoryKeyIndex {
  readonly #log: MemoryCommitLog
  /** Number of the newest entry of a slot; 0: none. */
  #slots = new Int32Array(FIRST_CAPACITY)
  #hashes = new Int32Array(FIRST_CAPACITY)
  #previous = new Int32Array(FIRST_CAPACITY)
  #physicalOffsets = new Float64Array(FIRST_CAPACITY)
  /** Entry 0 is never used. */
  #count = 1
  #indexedTo = 0
  #lastUpdateTimestamp = 0
  #lastUpdatePhysicalOffset = 0
  readonly #recordHashes: number[] = []

  constructor(log: MemoryCommitLog) {
    this.#log = log
  }

  /** Store time of the newest record with a key; 0 without any. */
  get lastUpdateTimestamp(): number {
    return this.#lastUpdateTimestamp
  }

  /** Commit log offset of that record. */
  get lastUpdatePhysicalOffset(): number {
    return this.#lastUpdatePhysicalOffset
  }

  /** Reads the records that were committed since the last time. */
  update(): void {
    const end = this.#log.committedOffset
    let at = Math.max(this.#indexedTo, this.#log.minOffset)
    while (at < end) at += this.#addAll(this.#log.recordBytes(at), at, end - at)
    this.#indexedTo = end
  }

  /** Records that may carry a key with this hash, the newest first. */
  *find(hash: number): Generator<Buffer> {
    const { minOffset } = this.#log
    for (let entry = this.#slots[hash & (this.#slots.length - 1)] as number; entry > 0; entry = this.#previous[entry] as number) {
      const physicalOffset = this.#physicalOffsets[entry] as number
      if (physicalOffset < minOffset) return
      if (this.#hashes[entry] !== hash) continue
      const bytes = this.#log.recordBytes(physicalOffset)
      if (bytes !== undefined) yield this.#log.view(physicalOffset, bytes.readInt32BE(0))
    }
  }

  /** Adds the records of one chunk, up to `limit` bytes. Returns how many bytes it has read. */
  #addAll(bytes: Buffer | undefined, physicalOffset: number, limit: number): number {
    if (bytes === undefined) throw new RangeError('a log with a hole in it')
    const end = Math.min(bytes.length, limit)
    let at = 0
    while (at < end) {
      const size = bytes.readInt32BE(at)
      this.#addRecord(bytes.subarray(at, at + size), physicalOffset + at)
      at += size
    }
    return at
  }

  #addRecord(bytes: Buffer, physicalOffset: number): void {
    readKeyHashes(bytes, this.#recordHashes)
    if (this.#recordHashes.length === 0) return
    for (const hash of this.#recordHashes) this.#add(hash, physicalOffset)
    this.#lastUpdateTimestamp = readStoreTimestamp(bytes)
    this.#lastUpdatePhysicalOffset = physicalOffset
  }

  #add(hash: number, physicalOffset: number): void {
    if (this.#count === this.#hashes.length) this.#makeRoom()
    const entry = this.#count++
    const slot = hash & (this.#slots.length - 1)
    this.#hashes[entry] = hash
    this.#physicalOffsets[entry] = physicalOffset
    this.#previous[entry] = this.#slots[slot] as number
    this.#slots[slot] = entry
  }

  /** Leaves out the entries of records that are gone; takes twice the room when they were less than half. */
  #makeRoom(): void {
    const hashes = this.#hashes
    const physicalOffsets = this.#physicalOffsets
    const end = this.#count
    let first = 1
    while (first < end && (physicalOffsets[first] as number) < this.#log.minOffset) first++
    this.#clear(first - 1 >= end / 2 ? hashes.length : hashes.length * 2)
    for (let entry = first; entry < end; entry++) this.#add(hashes[entry] as number, physicalOffsets[entry] as number)
  }

  #clear(capacity: number): void {
    this.#slots = new Int32Array(capacity)
    this.#hashes = new Int32Array(capacity)
    this.#previous = new Int32Array(capacity)
    this.#physicalOffsets = new Float64Array(capacity)
    this.#count = 1
  }
}
