import { decodeRecord, type MessageRecord, MIN_RECORD_BYTES } from '@rocketmq-ts/remoting/wire'
import { BlockCache } from '../disk/commit-log/block-cache'
import type { LogFile } from '../disk/commit-log/log-files'
import { checkStoredRecord } from '../disk/recovery/check-stored-record'
import { StoreState } from '../disk/recovery/store-state'
import { FileError } from '../files/file-error'
import type { InspectedStore } from './inspected-store'

/** Memory for what was read, bytes. */
const CACHE_BYTES = 8 * 1024 * 1024

/** What is at a place of the log: a sound record, or why there is none. */
export type FoundRecord = { readonly record: MessageRecord } | { readonly problem: string }

/** Reads single records of a log. Nothing is believed that its checksums do not confirm. */
export class LogReader {
  readonly #store: InspectedStore
  readonly #state: StoreState
  readonly #cache: BlockCache
  #files: readonly LogFile[]

  constructor(store: InspectedStore) {
    this.#store = store
    this.#state = StoreState.load(store.options)
    this.#cache = new BlockCache(store.files, CACHE_BYTES)
    this.#files = store.logFiles()
  }

  /** Where the log began when it was last looked at; 0 without files. */
  get start(): number {
    return this.#files[0]?.start ?? 0
  }

  /** The record that begins at an offset, valid for as long as it is held. It may stand in the body of another one: see `isRecordStart`. */
  async at(physicalOffset: number): Promise<FoundRecord> {
    const found = await this.#try(physicalOffset)
    if ('record' in found) return found
    // A broker may have written there, or removed the file, since.
    this.#refresh(physicalOffset)
    return this.#try(physicalOffset)
  }

  close(): void {
    this.#cache.close()
  }

  async #try(physicalOffset: number): Promise<FoundRecord> {
    const file = this.#files.find(({ start, end }) => physicalOffset >= start && physicalOffset + MIN_RECORD_BYTES <= end)
    if (file === undefined) return { problem: 'the log has nothing there' }
    try {
      return await this.#read(file, physicalOffset)
    } catch (error) {
      if (error instanceof FileError) return { problem: `it cannot be read: ${error.reason}` }
      throw error
    }
  }

  async #read(file: LogFile, physicalOffset: number): Promise<FoundRecord> {
    const head = await this.#cache.read({ file, physicalOffset, size: MIN_RECORD_BYTES, limit: file.end })
    const size = head.readInt32BE(0)
    if (size === 0) return { problem: 'nothing has been written there' }
    if (size < MIN_RECORD_BYTES || physicalOffset + size > file.end) return { problem: 'no record begins there' }
    const bytes = await this.#cache.read({ file, physicalOffset, size, limit: file.end })
    const checked = checkStoredRecord(bytes, 0, size, physicalOffset, this.#state.crcRule(physicalOffset))
    if ('size' in checked) return { record: decodeRecord(bytes) }
    return { problem: checked.problem === 'no record' ? 'no record begins there' : `the record is damaged: ${checked.problem}` }
  }

  #refresh(physicalOffset: number): void {
    for (const file of this.#files) if (physicalOffset >= file.start && physicalOffset < file.end) this.#cache.forget(file)
    this.#files = this.#store.logFiles()
  }
}
