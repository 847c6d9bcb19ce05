import { writeEntry } from './index-entry'
import { INDEX_ENTRY_BYTES } from './index-layout'

const ENTRIES_PER_CHUNK = 1600

/** Entries that are not on disk yet, in chunks, by their number. */
export class PendingEntries {
  #chunks: Buffer[] = []
  /** Number of the first entry of the first chunk. */
  #base: number
  #end: number

  /** @param next number of the first entry that will be pushed. */
  constructor(next: number) {
    this.#base = next
    this.#end = next
  }

  get bytes(): number {
    return this.#chunks.length * ENTRIES_PER_CHUNK * INDEX_ENTRY_BYTES
  }

  push(keyHash: number, physicalOffset: number, timeDiff: number, previous: number): void {
    const place = this.#end - this.#base
    const chunk = this.#chunks[Math.floor(place / ENTRIES_PER_CHUNK)] ?? this.#newChunk()
    writeEntry(chunk, (place % ENTRIES_PER_CHUNK) * INDEX_ENTRY_BYTES, keyHash, physicalOffset, timeDiff, previous)
    this.#end++
  }

  /** The bytes of an entry and of those behind it in its chunk, up to number `end`; `undefined` when it is not held. */
  from(number: number, end = this.#end): Buffer | undefined {
    if (number < this.#base || number >= this.#end) return undefined
    const place = number - this.#base
    const at = place % ENTRIES_PER_CHUNK
    const count = Math.min(ENTRIES_PER_CHUNK - at, Math.min(end, this.#end) - number)
    return this.#chunks[Math.floor(place / ENTRIES_PER_CHUNK)]?.subarray(at * INDEX_ENTRY_BYTES, (at + count) * INDEX_ENTRY_BYTES)
  }

  /** Entries before that number are on disk: whole chunks of them are forgotten. */
  written(number: number): void {
    const whole = number === this.#end ? this.#chunks.length : Math.floor((number - this.#base) / ENTRIES_PER_CHUNK)
    this.#chunks.splice(0, whole)
    this.#base = this.#chunks.length === 0 ? this.#end : this.#base + whole * ENTRIES_PER_CHUNK
  }

  #newChunk(): Buffer {
    const chunk = Buffer.allocUnsafeSlow(ENTRIES_PER_CHUNK * INDEX_ENTRY_BYTES)
    this.#chunks.push(chunk)
    return chunk
  }
}
