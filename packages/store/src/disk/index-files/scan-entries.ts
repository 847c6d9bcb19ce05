import type { ReadAt } from './entry-reader'
import { entryAt, INDEX_ENTRY_BYTES, type IndexGeometry } from './index-layout'

/** Entries read together. */
const BLOCK_ENTRIES = 12_800

/** Consecutive entries of a file. */
export interface EntryBlock {
  /** Number of the first one. */
  readonly first: number
  readonly count: number
  /** Valid until the next block is asked for. */
  readonly bytes: Buffer
}

/** Reads the entries 1 … `end` − 1 of an index file in order, fewer when the file is shorter. */
export async function* scanEntries(readAt: ReadAt, geometry: IndexGeometry, end: number): AsyncGenerator<EntryBlock> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_ENTRIES, Math.max(end - 1, 0)) * INDEX_ENTRY_BYTES)
  for (let first = 1; first < end; ) {
    const wanted = Math.min(BLOCK_ENTRIES, end - first) * INDEX_ENTRY_BYTES
    const length = await readAt(block.subarray(0, wanted), entryAt(geometry, first))
    const count = Math.floor(length / INDEX_ENTRY_BYTES)
    if (count === 0) return
    yield { first, count, bytes: block.subarray(0, count * INDEX_ENTRY_BYTES) }
    first += count
  }
}
