import type { StoreFiles } from '../../files/store-files'
import { readEntry } from './index-entry'
import { INDEX_ENTRY_BYTES, type IndexGeometry, type IndexHeader } from './index-layout'
import { readIndexFacts } from './load-index-files'
import { scanEntries } from './scan-entries'
import { entryTime } from './select-offsets'

/** An entry of an index file, as it is stored. */
export interface StoredIndexEntry {
  /** From 1 on. */
  readonly number: number
  /** Never negative in a sound file; compare with `keyHash` of a key text. */
  readonly keyHash: number
  /** Commit log offset of the record. */
  readonly physicalOffset: number
  /** Store time of the record, up to a second too early. Milliseconds. */
  readonly timeMs: number
  /** Number of the entry before it in the same slot; 0: none. */
  readonly previous: number
}

/** An index file to look at. */
export interface IndexFileContent {
  readonly geometry: IndexGeometry
  readonly header: IndexHeader
  /** All entries, in the order in which they were added. Rejects with a FileError. */
  entries(): AsyncGenerator<StoredIndexEntry>
}

/** Looks at one index file without writing: its content, or what is wrong with its length or header. @throws FileError */
export function readIndexFile(files: StoreFiles, path: string, configured: IndexGeometry): IndexFileContent | { readonly problem: string } {
  const facts = readIndexFacts(files, path, configured)
  if (typeof facts === 'string') return { problem: facts }
  const { geometry, header } = facts
  return { geometry, header, entries: () => entriesOf(files, path, geometry, header) }
}

async function* entriesOf(files: StoreFiles, path: string, geometry: IndexGeometry, header: IndexHeader): AsyncGenerator<StoredIndexEntry> {
  const file = files.open(path, 'read')
  try {
    const blocks = scanEntries((target, position) => file.read(target, position), geometry, header.indexCount)
    for await (const { first, count, bytes } of blocks) {
      for (let index = 0; index < count; index++) {
        const entry = readEntry(bytes, index * INDEX_ENTRY_BYTES)
        const { keyHash, physicalOffset, previous } = entry
        const number = first + index
        yield { number, keyHash, physicalOffset, timeMs: entryTime(header, entry, number), previous }
      }
    }
  } finally {
    file.close()
  }
}
