import type { StoreFile, StoreFiles } from '../../files/store-files'
import { MAX_WRITE_BYTES, writeFully } from '../../files/write-fully'
import type { LogFile } from './log-files'
import { writeZeros } from './zeros'

/** What a log has done to its disk since it was opened. */
export interface LogStats {
  /** Writes of records: calls to the system. */
  readonly writes: number
  readonly bytesWritten: number
  /** Calls of `fdatasync`. */
  readonly syncs: number
}

interface OpenFile {
  readonly log: LogFile
  readonly file: StoreFile
  /** Whether there is something in it that has not been synced. */
  isDirty: boolean
}

/** The files of the log that are written: one, or two around the end of a file. */
export class LogWriter {
  readonly stats = { writes: 0, bytesWritten: 0, syncs: 0 }
  readonly #disk: StoreFiles
  readonly #open = new Map<number, OpenFile>()
  /** The one written last. */
  #current: OpenFile | undefined

  constructor(disk: StoreFiles) {
    this.#disk = disk
  }

  /** @throws FileError. Some of it may have been written then. */
  write(log: LogFile, bytes: Uint8Array, physicalOffset: number): void {
    const open = this.#opened(log)
    open.isDirty = true
    writeFully(open.file, bytes, physicalOffset - log.start)
    this.stats.writes += Math.ceil(bytes.length / MAX_WRITE_BYTES)
    this.stats.bytesWritten += bytes.length
  }

  /** Puts zeros where something was written. @throws FileError. */
  erase(log: LogFile, physicalOffset: number, size: number): void {
    const open = this.#opened(log)
    open.isDirty = true
    writeZeros(open.file, physicalOffset - log.start, physicalOffset - log.start + size)
  }

  /** The file, open to be written: for zeros, which need no sync of their own. */
  fileOf(log: LogFile): StoreFile {
    return this.#opened(log).file
  }

  /** Syncs whatever was written. @throws FileError. */
  async sync(): Promise<void> {
    for (const open of [...this.#open.values()]) if (open.isDirty) await this.#syncOne(open)
  }

  /** Closes files that end at or before the offset and are synced. */
  leave(physicalOffset: number): void {
    for (const [start, open] of this.#open) {
      if (open.log.end > physicalOffset || open.isDirty) continue
      this.#open.delete(start)
      if (this.#current === open) this.#current = undefined
      open.file.close()
    }
  }

  close(): void {
    for (const { file } of this.#open.values()) file.close()
    this.#open.clear()
    this.#current = undefined
  }

  async #syncOne(open: OpenFile): Promise<void> {
    open.isDirty = false
    this.stats.syncs++
    await open.file.sync()
  }

  #opened(log: LogFile): OpenFile {
    if (this.#current?.log.start === log.start) return this.#current
    const open = this.#open.get(log.start) ?? { log, file: this.#disk.open(log.path, 'write'), isDirty: false }
    this.#open.set(log.start, open)
    this.#current = open
    return open
  }
}
