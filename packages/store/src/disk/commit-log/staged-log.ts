import { RecordMagic } from '@rocketmq-ts/remoting/wire'
import { FileError } from '../../files/file-error'
import type { AppendRequest } from '../../message-store'
import { bytesOf, type PlacedRecord } from '../../placed-records'
import { StoreError } from '../../store-error'
import type { ResolvedDiskOptions } from '../disk-options'
import type { HotTail } from './hot-tail'
import type { LogFile, LogFiles } from './log-files'
import { RecordForm } from './record-form'
import type { ZeroWindow } from './zero-window'

/** A file ends with a blank record: its size, which is all that is left, and its magic (read in store/…/CommitLog.java, `END_FILE_MIN_BLANK_LENGTH`). */
const BLANK_BYTES = 8
/** Staged at least, however small the tail is. Bytes. */
const MIN_STAGED_BYTES = 4 * 1024 * 1024

/** What a staged log is made with. */
export interface StagedLogParts {
  readonly options: ResolvedDiskOptions
  readonly files: LogFiles
  readonly window: ZeroWindow
  readonly tail: HotTail
}

/** The end of the log: what is appended and not written yet, in memory, at offsets at which the disk has room for it. */
export class StagedLog {
  readonly #files: LogFiles
  readonly #window: ZeroWindow
  readonly #tail: HotTail
  readonly #form: RecordForm
  readonly #maxStagedBytes: number
  /** The file that the next record goes to, and up to where that file has room for it. */
  #file: LogFile | undefined
  #roomEnd = 0
  #isOpen = false
  #end = 0
  #written = 0
  /** Bytes between written and staged: less than the offsets say, when the log goes on in another file. */
  #stagedBytes = 0

  constructor({ options, files, window, tail }: StagedLogParts) {
    this.#files = files
    this.#window = window
    this.#tail = tail
    this.#form = new RecordForm(options)
    this.#maxStagedBytes = Math.max(MIN_STAGED_BYTES, options.tailBytes)
  }

  /** Whether records can be appended. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Behind what is staged. */
  get endOffset(): number {
    return this.#end
  }

  /** Where what is staged begins. */
  get writtenOffset(): number {
    return this.#written
  }

  /** Records come from there on. */
  open(end: number): void {
    this.#isOpen = true
    this.#written = end
    this.#goTo(end)
  }

  /** Takes no more records. */
  close(): void {
    this.#isOpen = false
    this.#roomEnd = 0
  }

  /** Size of a record as it will be stored, bytes. @throws StoreError `PROPERTIES_TOO_LARGE`: the checksum takes room too. */
  measure(request: AppendRequest): number {
    return this.#form.measure(request)
  }

  /** As `append` of the commit log. */
  append(request: AppendRequest, size: number, queueOffset: number, storeTimestamp: number): number {
    const physicalOffset = this.reserve(size)
    const chunk = this.#tail.reserve(physicalOffset, size, this.#written)
    this.#form.write(chunk.bytes, chunk.used, request, { queueOffset, physicalOffset, storeTimestamp }, size)
    this.#tail.noteRecord(chunk, size)
    this.#end = physicalOffset + size
    this.#stagedBytes += size
    return physicalOffset
  }

  /** As `reserve` of the commit log. */
  reserve(size: number): number {
    if (this.#end + size + BLANK_BYTES > this.#roomEnd || this.#stagedBytes > this.#maxStagedBytes) this.#makeRoom(size)
    return this.#end
  }

  /** As `appendAll` of the commit log. */
  appendAll(records: readonly PlacedRecord[]): void {
    const bytes = bytesOf(records)
    const chunk = this.#tail.reserve(this.#end, bytes, this.#written)
    let at = chunk.used
    for (const { request, appended, size } of records) {
      this.#form.write(chunk.bytes, at, request, appended, size)
      at += size
    }
    // Only now: had one thrown, none would be there.
    for (const { size } of records) this.#tail.noteRecord(chunk, size)
    this.#end += bytes
    this.#stagedBytes += bytes
  }

  /** All that is staged has been written. */
  noteWritten(): void {
    this.#written = this.#end
    this.#stagedBytes = 0
  }

  /** Forgets what is staged: the next record comes where that began. */
  rollBack(): void {
    this.#tail.cut(this.#written)
    this.#stagedBytes = 0
    this.#goTo(this.#written)
  }

  #goTo(end: number): void {
    this.#end = end
    this.#file = this.#files.find(end)
    this.#roomEnd = this.#roomOf(this.#file)
  }

  /** Up to where records can be put into a file with nothing else to do. */
  #roomOf(file: LogFile | undefined): number {
    return file === undefined || !this.#isOpen ? 0 : this.#window.roomOf(file)
  }

  /** Sees that the next bytes have room, here or in the next file, where it can be told that they have not. */
  #makeRoom(size: number): void {
    this.#checkAppend(size)
    try {
      const file = this.#findRoom(size)
      this.#roomEnd = this.#roomOf(file)
    } catch (error) {
      if (error instanceof FileError) throw noSpace(error)
      throw error
    }
  }

  #findRoom(size: number): LogFile {
    const needed = size + BLANK_BYTES
    const passed: LogFile[] = []
    let file = this.#file ?? this.#window.fileBehind(undefined, this.#end)
    let at = this.#end
    while (!this.#window.reach(file, at + needed)) {
      passed.push(file)
      file = this.#window.fileBehind(file, file.end)
      at = file.start
    }
    for (const left of passed) this.#stageBlank(left)
    this.#file = file
    return file
  }

  #stageBlank(file: LogFile): void {
    const chunk = this.#tail.reserve(this.#end, BLANK_BYTES, this.#written)
    chunk.bytes.writeInt32BE(file.end - this.#end, chunk.used)
    chunk.bytes.writeInt32BE(RecordMagic.BLANK, chunk.used + 4)
    chunk.used += BLANK_BYTES
    this.#stagedBytes += BLANK_BYTES
    this.#end = file.end
  }

  #checkAppend(size: number): void {
    if (!this.#isOpen) throw new StoreError('STORE_NOT_WRITABLE', 'the commit log is not open for appending')
    const maxBytes = this.#files.fileBytes - BLANK_BYTES
    if (size > maxBytes) {
      const message = `${size} bytes are to be stored together, at most ${maxBytes} fit a file of the commit log`
      throw new StoreError('MESSAGE_TOO_LARGE', message, { bytes: size, maxBytes })
    }
    const stagedBytes = this.#stagedBytes
    if (stagedBytes <= this.#maxStagedBytes) return
    throw new StoreError('STORE_NOT_WRITABLE', `${stagedBytes} bytes are staged and not yet committed`, { stagedBytes })
  }
}

function noSpace({ path, reason, message }: FileError): StoreError {
  return new StoreError('STORE_NOT_WRITABLE', `the commit log has no room on its disk: ${message}`, { path, reason })
}
