import { type IndexEntry, readEntry } from './index-entry'
import { entryAt, INDEX_ENTRY_BYTES, type IndexGeometry } from './index-layout'

/** Reads at a position of one file, fewer bytes only at its end. */
export type ReadAt = (target: Uint8Array, position: number) => Promise<number>

const FIRST_ENTRIES = 200
const MOST_ENTRIES = 3200

/**
 * Reads the entries of one chain, which goes down: a block that ends with the wanted entry at a time, larger ones while the chain is
 * dense. A key that every message has would be one read for each otherwise.
 */
export class EntryReader {
  readonly #readAt: ReadAt
  readonly #geometry: IndexGeometry
  #block = Buffer.alloc(0)
  /** Number of the block's first entry. */
  #first = 0
  #size = FIRST_ENTRIES

  constructor(readAt: ReadAt, geometry: IndexGeometry) {
    this.#readAt = readAt
    this.#geometry = geometry
  }

  /** The entry, at once when it is in the block; `undefined` behind the end of the file. */
  async read(number: number): Promise<IndexEntry | undefined> {
    if (!this.#holds(number)) await this.#fill(number)
    return this.#holds(number) ? readEntry(this.#block, (number - this.#first) * INDEX_ENTRY_BYTES) : undefined
  }

  #holds(number: number): boolean {
    return number >= this.#first && (number - this.#first + 1) * INDEX_ENTRY_BYTES <= this.#block.length
  }

  async #fill(number: number): Promise<void> {
    const isNear = this.#first - number <= this.#size
    if (isNear && this.#block.length > 0) this.#size = Math.min(this.#size * 4, MOST_ENTRIES)
    const first = Math.max(number - this.#size + 1, 0)
    const block = Buffer.allocUnsafe((number - first + 1) * INDEX_ENTRY_BYTES)
    const length = await this.#readAt(block, entryAt(this.#geometry, first))
    this.#block = block.subarray(0, length)
    this.#first = first
  }
}
