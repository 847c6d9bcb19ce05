import { ENTRY_BYTES, isReal, physicalOffsetAt, sizeAt, writeEntry } from './queue-entries'

const FIRST_CAPACITY = 16
const NOTHING = Buffer.alloc(0)

/**
 * The newest entries of a queue, in the bytes that they have on disk. Takes no memory until there is an entry, and grows by doubling; once
 * it is large enough, entries slide down in it, so that a busy queue makes no garbage.
 */
export class QueueTail {
  #bytes: Buffer = NOTHING
  #start: number
  #end: number
  #isPinned = false

  constructor(start: number) {
    this.#start = start
    this.#end = start
  }

  /** Queue offset of the oldest entry that is here. */
  get start(): number {
    return this.#start
  }

  /** Queue offset behind the newest. */
  get end(): number {
    return this.#end
  }

  /** Adds an entry. What is before `neededFrom` may be forgotten to make room. */
  push(physicalOffset: number, size: number, tagsCode: number, neededFrom: number): void {
    if ((this.#end - this.#start + 1) * ENTRY_BYTES > this.#bytes.length) this.#makeRoom(neededFrom)
    writeEntry(this.#bytes, this.#end - this.#start, physicalOffset, size, tagsCode)
    this.#end++
  }

  /** Entries that are here, as a view: it is good until the next `push` or `trim`. */
  view(from: number, to: number): Buffer {
    return this.#bytes.subarray((from - this.#start) * ENTRY_BYTES, (to - this.#start) * ENTRY_BYTES)
  }

  /** Where the record of an entry that is here ends; 0 when it is blank. */
  recordEnd(queueOffset: number): number {
    const index = queueOffset - this.#start
    return isReal(this.#bytes, index) ? physicalOffsetAt(this.#bytes, index) + sizeAt(this.#bytes, index) : 0
  }

  /** As `view`, good until the work ends: until then entries are moved to other memory rather than slid down. One at a time. */
  async whilePinned(from: number, to: number, work: (entries: Buffer) => Promise<void>): Promise<void> {
    this.#isPinned = true
    try {
      await work(this.view(from, to))
    } finally {
      this.#isPinned = false
    }
  }

  /** Puts other bytes in the place of an entry that is here. */
  overwrite(queueOffset: number, entry: Buffer): void {
    entry.copy(this.#bytes, (queueOffset - this.#start) * ENTRY_BYTES)
  }

  /** Forgets the entries from there on, which nobody has seen. */
  cut(end: number): void {
    this.#end = end
  }

  /** Gives memory back when most of it is of no use without the entries before `neededFrom`. */
  trim(neededFrom: number): void {
    const from = this.#clamp(neededFrom)
    const needed = this.#end - from
    if (this.#bytes.length > Math.max(FIRST_CAPACITY, needed * 4) * ENTRY_BYTES) this.#moveTo(needed * 2, from)
  }

  #makeRoom(neededFrom: number): void {
    const from = this.#clamp(neededFrom)
    const capacity = this.#bytes.length / ENTRY_BYTES
    if (this.#isPinned || (this.#end - from) * 2 > capacity || capacity === 0) this.#moveTo(Math.max(FIRST_CAPACITY, capacity * 2), from)
    else this.#slide(from)
  }

  #slide(from: number): void {
    this.#bytes.copyWithin(0, (from - this.#start) * ENTRY_BYTES, (this.#end - this.#start) * ENTRY_BYTES)
    this.#start = from
  }

  #moveTo(capacity: number, from: number): void {
    // A buffer of its own: one from Node's pool would keep its neighbours alive.
    const bytes = capacity === 0 ? NOTHING : Buffer.allocUnsafeSlow(capacity * ENTRY_BYTES)
    this.view(from, this.#end).copy(bytes)
    this.#bytes = bytes
    this.#start = from
  }

  #clamp(neededFrom: number): number {
    return Math.min(this.#end, Math.max(neededFrom, this.#start))
  }
}
