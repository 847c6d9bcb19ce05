import type { StoreFile, StoreFiles } from '../../files/store-files'
import { MAX_WRITE_BYTES } from '../../files/write-fully'
import type { ResolvedDiskOptions } from '../disk-options'
import type { LogFile, LogFiles } from './log-files'
import { writeZeros, writeZerosLater } from './zeros'

/** A file that has just got its name in the log. */
export interface InstalledFile {
  readonly file: LogFile
  /** How many real zeros it begins with. Bytes. */
  readonly zeroedBytes: number
}

/**
 * Makes files of the commit log. One is made under a name of our own: real zeros at its beginning, then its full length, then synced. Only
 * then it gets its name in the log, so that whoever opens the directory, Java included, never sees one that is shorter or holds anything.
 */
export class NewLogFile {
  readonly #disk: StoreFiles
  readonly #root: string
  readonly #own: string
  readonly #files: LogFiles
  readonly #zeroAheadBytes: number
  readonly #preparedPath: string
  /** Of those made when the one that is prepared is not ready. */
  readonly #hurriedPath: string
  #isReady = false

  constructor(options: ResolvedDiskOptions, files: LogFiles) {
    this.#disk = options.files
    this.#root = options.directory
    this.#own = `${options.directory}/rocketmq-ts`
    this.#preparedPath = `${this.#own}/next-commitlog-file`
    this.#hurriedPath = `${this.#own}/next-commitlog-file.hurried`
    this.#files = files
    this.#zeroAheadBytes = Math.min(options.zeroAheadBytes, files.fileBytes)
  }

  /** Makes the directories that are missing, and removes files that never got a name. */
  begin(): void {
    this.#disk.makeDirectory(this.#files.directory)
    this.#disk.makeDirectory(this.#own)
    this.#disk.syncDirectory(this.#root)
    this.removeUnnamed()
  }

  /** Gets a file ready, off the event loop. Never called twice at a time. */
  async prepare(): Promise<void> {
    if (this.#isReady) return
    const file = this.#disk.open(this.#preparedPath, 'create')
    try {
      file.truncate(0)
      await writeZerosLater(file, 0, this.#zeroAheadBytes)
      file.truncate(this.#files.fileBytes)
      await file.sync()
      this.#isReady = true
    } finally {
      file.close()
      if (!this.#isReady) this.#giveBack(this.#preparedPath)
    }
  }

  /** Puts the file that is ready behind the last one of the log; makes one in this call when none is. */
  install(start: number): InstalledFile {
    const wasReady = this.#isReady
    if (!wasReady) this.#makeNow()
    this.#disk.rename(wasReady ? this.#preparedPath : this.#hurriedPath, this.#files.pathOf(start))
    if (wasReady) this.#isReady = false
    this.#disk.syncDirectory(this.#files.directory)
    this.#disk.syncDirectory(this.#own)
    return { file: this.#files.add(start), zeroedBytes: wasReady ? this.#zeroAheadBytes : this.#hurriedBytes }
  }

  /** Removes files that have no name in the log. */
  removeUnnamed(): void {
    this.#isReady = false
    this.#disk.remove(this.#preparedPath)
    this.#disk.remove(this.#hurriedPath)
  }

  #makeNow(): void {
    const file = this.#disk.open(this.#hurriedPath, 'create')
    let isMade = false
    try {
      this.#fillNow(file)
      isMade = true
    } finally {
      file.close()
      if (!isMade) this.#giveBack(this.#hurriedPath)
    }
  }

  #fillNow(file: StoreFile): void {
    file.truncate(0)
    writeZeros(file, 0, this.#hurriedBytes)
    file.truncate(this.#files.fileBytes)
    file.syncNow()
  }

  get #hurriedBytes(): number {
    return Math.min(MAX_WRITE_BYTES, this.#files.fileBytes)
  }

  /** What half a file took from a disk that is full, others can use. */
  #giveBack(path: string): void {
    try {
      this.#disk.remove(path)
    } catch {
      // The failure that brought us here is told; the next attempt begins with an empty file in any case.
    }
  }
}
