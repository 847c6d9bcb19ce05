import { OpenFiles } from '../../files/open-files'
import { keyHash, readKeyHashes, readStoreTimestamp } from '../../query/key-hashes'
import type { IndexAnswer, IndexQuery } from '../../query/query-index'
import type { ResolvedDiskOptions } from '../disk-options'
import { IndexFile } from './index-file'
import { indexFileName } from './index-file-name'
import { headerAfter } from './index-layout'
import { type IndexProblem, loadIndexFiles } from './load-index-files'
import { isTimeMatched, selectOffsets } from './select-offsets'

/** Index files that are kept open for queries. */
const MAX_OPEN_FILES = 8
const MAX_PROBLEMS = 100

/**
 * The index of a store: which records carry a key, in files of RocketMQ's own layout (read in store/…/index/IndexService.java). Entries
 * are in memory until `flush`; queries find them at once. All of it can be rebuilt from the log.
 */
export class IndexFiles {
  readonly #options: ResolvedDiskOptions
  readonly #directory: string
  readonly #opened: OpenFiles
  #files: IndexFile[]
  /** Paths of files that cannot be used; they go before the next write. */
  #unusable: string[]
  readonly #problems: IndexProblem[]
  /** The newest record that was looked at. */
  #indexedTo: number
  /** The newest of them that has a key. */
  #end: number
  #flushedTo: number
  /** Filled for each record. */
  readonly #hashes: number[] = []
  #work: Promise<unknown> = Promise.resolve()

  private constructor(options: ResolvedDiskOptions) {
    const { files, unusable } = loadIndexFiles(options)
    this.#options = options
    this.#directory = `${options.directory}/index`
    this.#opened = new OpenFiles(options.files, Math.min(MAX_OPEN_FILES, options.maxOpenFiles))
    this.#files = files
    this.#unusable = unusable.map(({ path }) => path)
    this.#problems = [...unusable]
    // The file that is lost may have had the last keys of the record before it.
    this.#end = unusable.length > 0 ? Math.max(endOf(files) - 1, -1) : endOf(files)
    this.#indexedTo = this.#end
    this.#flushedTo = this.#end
  }

  /** Reads the headers of the files; writes nothing. A file that cannot be used, and those behind it, are problems: their records are to be added again. */
  static load(options: ResolvedDiskOptions): IndexFiles {
    return new IndexFiles(options)
  }

  /** What is wrong with the files, found at the start or by a query. */
  get problems(): readonly IndexProblem[] {
    return this.#problems
  }

  /** The newest record with a key that is indexed, and all before it are; −1: none. The same after a restart. */
  get endPhysicalOffset(): number {
    return this.#end
  }

  /** As `endPhysicalOffset`, of what the last `flush` has written: what may be noted as done. */
  get flushedPhysicalOffset(): number {
    return this.#flushedTo
  }

  /** Store time of the newest message whose entries have been written to a file, for the checkpoint; 0 without any. */
  get lastStoreTimestamp(): number {
    return this.#files.findLast((file) => file.endTimestampOnDisk > 0)?.endTimestampOnDisk ?? 0
  }

  /** Memory of entries that wait for `flush`. */
  get pendingBytes(): number {
    return this.#files.reduce((sum, file) => sum + file.pendingBytes, 0)
  }

  /** Indexes all keys of one stored record; one that is indexed already is passed over. No disk is touched, but for the slots of a file that was begun in an earlier run. */
  add(record: Buffer, physicalOffset: number): void {
    if (physicalOffset <= this.#indexedTo) return
    this.#indexedTo = physicalOffset
    readKeyHashes(record, this.#hashes)
    if (this.#hashes.length === 0) return
    this.#end = physicalOffset
    const storeTimestamp = readStoreTimestamp(record)
    for (const hash of this.#hashes) this.#put(hash, physicalOffset, storeTimestamp)
  }

  /** Records that may carry a key, the newest first (read in store/…/index/IndexService.java, `queryOffset`). Rejects with a FileError. */
  async find(query: IndexQuery): Promise<IndexAnswer> {
    const header = this.#files.at(-1)?.header
    const lastUpdate = { lastUpdateTimestamp: header?.endTimestamp ?? 0, lastUpdatePhysicalOffset: header?.endPhysicalOffset ?? 0 }
    const physicalOffsets: number[] = []
    for (const file of [...this.#files].reverse()) {
      if (isTimeMatched(file.header, query)) await this.#select(file, query, physicalOffsets)
      if (file.header.beginTimestamp < query.beginMs || physicalOffsets.length >= query.maxCount) break
    }
    return { physicalOffsets, ...lastUpdate }
  }

  /** Writes what waits. A file that is full is synced in any case, before the next one begins. Rejects with a FileError. */
  flush(options: { readonly sync: boolean }): Promise<void> {
    return this.#inTurn(() => this.#flush(options))
  }

  /** Recovery: forgets entries of records that begin at or behind an offset, and of those that cannot be trusted; removes files that cannot be used. Goes on with `endPhysicalOffset`. */
  cutAt(physicalOffset: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#flush({ sync: false })
      this.#removeUnusable()
      for (let last = this.#files.at(-1); last !== undefined; last = this.#files.at(-1)) {
        const isBefore = !last.isEmpty && last.header.beginPhysicalOffset < physicalOffset
        if (isBefore && (await last.repair(this.#readerOf(last), physicalOffset))) break
        this.#remove([last])
      }
      this.#restartAt(endOf(this.#files))
    })
  }

  /** Removes whole files of records that are gone, never the newest one (read in store/…/index/IndexService.java, `deleteExpiredFile`). */
  dropBefore(physicalOffset: number): Promise<void> {
    return this.#inTurn(async () => {
      const kept = this.#files.findIndex((file, at) => at === this.#files.length - 1 || file.header.endPhysicalOffset >= physicalOffset)
      if (kept > 0) this.#remove(this.#files.slice(0, kept))
    })
  }

  /** Removes all index files. */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      this.#removeUnusable()
      this.#remove(this.#files)
      this.#restartAt(-1)
    })
  }

  /** Writes what waits and closes the files, also when that fails. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#flush({ sync: true })
      } finally {
        for (const file of this.#files) file.close()
        this.#opened.closeAll()
      }
    })
  }

  #restartAt(physicalOffset: number): void {
    this.#end = physicalOffset
    this.#indexedTo = physicalOffset
    this.#flushedTo = physicalOffset
  }

  #put(hash: number, physicalOffset: number, storeTimestamp: number): void {
    const last = this.#files.at(-1)
    try {
      const file = last === undefined || last.isFull ? this.#begin() : last
      file.put(hash, physicalOffset, storeTimestamp)
    } catch (error) {
      this.#report(last?.path ?? this.#directory, `its slots cannot be read: ${String(error)}`)
      this.#begin().put(hash, physicalOffset, storeTimestamp)
    }
  }

  #begin(): IndexFile {
    const { files, clock, indexSlots, indexEntries } = this.#options
    const last = this.#files.at(-1)
    const name = indexFileName(clock.now(), last?.name)
    const geometry = last?.geometry ?? { slots: indexSlots, entries: indexEntries }
    const file = new IndexFile({ files, directory: this.#directory, name, geometry }, headerAfter(last?.header), false)
    this.#files.push(file)
    return file
  }

  async #select(file: IndexFile, query: IndexQuery, physicalOffsets: number[]): Promise<void> {
    try {
      const problem = await selectOffsets(file, this.#readerOf(file), keyHash(query.keyText), query, physicalOffsets)
      if (problem !== undefined) this.#report(file.path, problem)
    } catch (error) {
      // Retention may have removed it meanwhile.
      if (this.#files.includes(file)) throw error
    }
  }

  async #flush({ sync }: { readonly sync: boolean }): Promise<void> {
    const end = this.#end
    if (this.pendingBytes > 0) this.#removeUnusable()
    for (const file of [...this.#files]) {
      const isSealed = file !== this.#files.at(-1)
      await (isSealed ? file.seal() : file.write({ sync }))
    }
    this.#flushedTo = end
  }

  #removeUnusable(): void {
    for (const path of this.#unusable) this.#options.files.remove(path)
    if (this.#unusable.length > 0) this.#options.files.syncDirectory(this.#directory)
    this.#unusable = []
  }

  #remove(files: readonly IndexFile[]): void {
    const { files: disk } = this.#options
    this.#files = this.#files.filter((file) => !files.includes(file))
    for (const file of files) {
      file.close()
      this.#opened.forget(file.path)
      disk.remove(file.path)
    }
    if (files.length > 0 && disk.stat(this.#directory) !== undefined) disk.syncDirectory(this.#directory)
  }

  #readerOf({ path }: IndexFile): (target: Uint8Array, position: number) => Promise<number> {
    return (target, position) => this.#opened.read(path, target, position)
  }

  #report(path: string, problem: string): void {
    this.#options.logger.warn('an index file is damaged', { path, problem })
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ path, problem })
  }

  /** One change of the files at a time. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work, work)
    this.#work = done.catch(() => {})
    return done
  }
}

function endOf(files: readonly IndexFile[]): number {
  return files.findLast((file) => !file.isEmpty)?.header.endPhysicalOffset ?? -1
}
