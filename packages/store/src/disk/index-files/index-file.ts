import { makeDurableDirectory } from '../../files/make-durable-directory'
import type { StoreFile, StoreFiles } from '../../files/store-files'
import type { ReadAt } from './entry-reader'
import { GrowingIndex } from './growing-index'
import { type IndexEntry, readEntry } from './index-entry'
import { IndexHead } from './index-head'
import { entriesAt, INDEX_HEADER_BYTES, type IndexGeometry, type IndexHeader, indexFileBytes } from './index-layout'
import { repairIndex } from './repair-index'

/** Where an index file is and how large. */
export interface IndexFilePlace {
  readonly files: StoreFiles
  readonly directory: string
  readonly name: string
  readonly geometry: IndexGeometry
}

/** One index file. Its slots are in memory from the first entry that it is given until it is sealed. */
export class IndexFile {
  readonly name: string
  readonly path: string
  readonly geometry: IndexGeometry
  readonly #files: StoreFiles
  readonly #directory: string
  #header: IndexHeader
  #growing: GrowingIndex | undefined
  #written: StoreFile | undefined
  #isOnDisk: boolean
  #isSynced = true
  #endTimestampOnDisk: number

  /** @param isOnDisk whether the file is there already; it is made at the first write otherwise. */
  constructor({ files, directory, name, geometry }: IndexFilePlace, header: IndexHeader, isOnDisk: boolean) {
    this.name = name
    this.path = `${directory}/${name}`
    this.geometry = geometry
    this.#files = files
    this.#directory = directory
    this.#header = header
    this.#isOnDisk = isOnDisk
    this.#endTimestampOnDisk = isOnDisk ? header.endTimestamp : 0
    if (!isOnDisk) this.#growing = new GrowingIndex(geometry, header)
  }

  get header(): Readonly<IndexHeader> {
    return this.#header
  }

  get isEmpty(): boolean {
    return this.#header.indexCount <= 1
  }

  get isFull(): boolean {
    return this.#header.indexCount >= this.geometry.entries
  }

  get pendingBytes(): number {
    return this.#growing?.pendingBytes ?? 0
  }

  /** Store time of the newest message whose entries have been written to the file. */
  get endTimestampOnDisk(): number {
    return this.#endTimestampOnDisk
  }

  /** @throws FileError when the slots of a file that was begun in an earlier run cannot be read. */
  put(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    if (this.#growing === undefined) this.#growing = new GrowingIndex(this.geometry, this.#header, this.#readHead())
    this.#growing.put(keyHash, physicalOffset, storeTimestamp)
  }

  /** The newest entry of a hash's slot; 0: none. */
  async newest(keyHash: number, readAt: ReadAt): Promise<number> {
    if (this.#growing !== undefined) return this.#growing.newest(keyHash)
    const slot = Buffer.alloc(4)
    await readAt(slot, INDEX_HEADER_BYTES + (keyHash % this.geometry.slots) * 4)
    const number = slot.readInt32BE(0)
    return number > 0 && number < this.#header.indexCount ? number : 0
  }

  /** An entry that is still in memory. */
  held(number: number): IndexEntry | undefined {
    const bytes = this.#growing?.held(number)
    return bytes === undefined ? undefined : readEntry(bytes, 0)
  }

  /** Writes what is in memory. */
  async write({ sync }: { readonly sync: boolean }): Promise<void> {
    if (this.#growing?.isDirty === true) {
      this.#isSynced = false
      this.#endTimestampOnDisk = await this.#growing.write(this.#open())
    }
    if (!sync || this.#isSynced) return
    await this.#open().sync()
    this.#isSynced = true
  }

  /** Writes the rest of a file that is full, and gives its memory back. */
  async seal(): Promise<void> {
    if (this.#growing === undefined) return
    await this.write({ sync: true })
    this.close()
  }

  /** Gives back what it holds; what was not written is lost. */
  close(): void {
    this.#growing = undefined
    this.#written?.close()
    this.#written = undefined
  }

  /** Keeps what may be trusted before a commit log offset, see {@link repairIndex}; written with the next entries. Whether something is left. */
  async repair(readAt: ReadAt, physicalOffset: number): Promise<boolean> {
    const repaired = await repairIndex(readAt, this.geometry, this.#header, physicalOffset)
    if (repaired === undefined) return false
    const staleEnd = this.#header.indexCount
    this.#header = repaired.header
    this.#growing = new GrowingIndex(this.geometry, repaired.header, repaired.head, staleEnd)
    return true
  }

  #readHead(): IndexHead {
    const file = this.#open()
    const bytes = Buffer.from(new ArrayBuffer(entriesAt(this.geometry)))
    for (let at = 0; at < bytes.length; ) {
      const length = file.readNow(bytes.subarray(at), at)
      if (length === 0) break
      at += length
    }
    return new IndexHead(this.geometry, bytes)
  }

  #open(): StoreFile {
    if (this.#written === undefined) this.#written = this.#isOnDisk ? this.#files.open(this.path, 'write') : this.#create()
    return this.#written
  }

  /** At its full length, the space taken as it is written: Java maps all of it. */
  #create(): StoreFile {
    makeDurableDirectory(this.#files, this.#directory)
    const file = this.#files.open(this.path, 'create')
    try {
      file.truncate(indexFileBytes(this.geometry))
      this.#files.syncDirectory(this.#directory)
    } catch (error) {
      file.close()
      throw error
    }
    this.#isOnDisk = true
    return file
  }
}
