import { ENTRY_BYTES, writeEntry } from './queue-entries'

const FIRST_CAPACITY = 16
const NOTHING = Buffer.alloc(0)

/**
 * The newest entries of a queue, in the bytes that they have on disk. Takes no memory until there is an entry, and grows by doubling.
 * A view stays as it was when entries are forgotten: they are moved to other memory, not slid down.
 */
export class QueueTail {
  #bytes: Buffer = NOTHING
  #start: number
  #end: number

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
    if ((this.#end - this.#start + 1) * ENTRY_BYTES > this.#bytes.length) this.#move(neededFrom, 2)
    writeEntry(this.#bytes, this.#end - this.#start, physicalOffset, size, tagsCode)
    this.#end++
  }

  /** Entries that are here, as a view. */
  view(from: number, to: number): Buffer {
    return this.#bytes.subarray((from - this.#start) * ENTRY_BYTES, (to - this.#start) * ENTRY_BYTES)
  }

  /** Puts other bytes in the place of an entry that is here. */
  overwrite(queueOffset: number, entry: Buffer): void {
    entry.copy(this.#bytes, (queueOffset - this.#start) * ENTRY_BYTES)
  }

  /** Forgets the entries from there on, which nobody has seen. */
  cut(end: number): void {
    this.#end = end
  }

  /** Gives memory back when more than half of it is of no use without the entries before `neededFrom`. */
  trim(neededFrom: number): void {
    const needed = this.#end - Math.max(neededFrom, this.#start)
    if (this.#bytes.length > Math.max(FIRST_CAPACITY, needed * 2) * ENTRY_BYTES) this.#move(neededFrom, 1)
  }

  #move(neededFrom: number, growth: number): void {
    const from = Math.min(this.#end, Math.max(neededFrom, this.#start))
    const kept = this.#end - from
    // A buffer of its own: one from Node's pool would keep its neighbours alive.
    const bytes = Buffer.allocUnsafeSlow(Math.max(FIRST_CAPACITY, kept * growth) * ENTRY_BYTES)
    this.view(from, this.#end).copy(bytes)
    this.#bytes = kept === 0 && growth === 1 ? NOTHING : bytes
    this.#start = from
  }
}
