import { INDEX_HEADER_BYTES, type IndexGeometry } from '../../disk/index-files/index-layout'
import type { StoredIndexEntry } from '../../disk/index-files/read-index-file'
import { readHead } from '../../disk/index-files/repair-index'
import type { StoreFiles } from '../../files/store-files'

/** The slots of an index file as its entries make them: each leads to its newest entry, each entry to the one before. */
export class IndexSlots {
  readonly #geometry: IndexGeometry
  readonly #newest: Int32Array

  constructor(geometry: IndexGeometry) {
    this.#geometry = geometry
    this.#newest = new Int32Array(geometry.slots)
  }

  /** Whether the entry leads where it must. */
  take({ keyHash, number, previous }: StoredIndexEntry): boolean {
    if (keyHash < 0) return false
    const slot = keyHash % this.#geometry.slots
    const isRight = this.#newest[slot] === previous
    this.#newest[slot] = number
    return isRight
  }

  /** How many slots of the file do not lead to their newest entry; `ahead`: to one behind the end instead. Rejects with a FileError. */
  async wrongSlots(files: StoreFiles, path: string, end: number): Promise<{ readonly wrong: number; readonly ahead: number }> {
    const file = files.open(path, 'read')
    try {
      const head = await readHead((target, position) => file.read(target, position), this.#geometry)
      let wrong = 0
      let ahead = 0
      for (let slot = 0; slot < this.#geometry.slots; slot++) {
        const stored = head.readInt32BE(INDEX_HEADER_BYTES + slot * 4)
        const newest = stored > 0 && stored < end ? stored : 0
        if (newest === this.#newest[slot]) continue
        if (stored >= end) ahead++
        else wrong++
      }
      return { wrong, ahead }
    } finally {
      file.close()
    }
  }
}
