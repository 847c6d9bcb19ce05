import { RecordMagic } from '@rocketmq-ts/remoting/wire'
import { FileError } from '../../files/file-error'
import type { AppendRequest, MaybePromise } from '../../message-store'
import { StoreError } from '../../store-error'
import type { ResolvedDiskOptions } from '../disk-options'
import { BlockCache } from './block-cache'
import { cutLog } from './cut-log'
import { HotTail } from './hot-tail'
import { type LogFile, LogFiles } from './log-files'
import { type LogStats, LogWriter } from './log-writer'
import { NewLogFile } from './new-log-file'
import { RecordForm } from './record-form'
import { RolledBackBytes } from './rolled-back-bytes'
import { WrittenLog } from './written-log'
import { ZeroWindow } from './zero-window'

export type { LogFile, LogStats }

/** A file ends with a blank record: its size, which is all that is left, and its magic (read in store/…/CommitLog.java, `END_FILE_MIN_BLANK_LENGTH`). */
const BLANK_BYTES = 8
/** Staged at least, however small the tail is. Bytes. */
const MIN_STAGED_BYTES = 4 * 1024 * 1024
/** Files in which a process before this one may have left something that is not durable. */
const FILES_TO_SYNC = 2

/**
 * The commit log on disk, in the official layout: records one after another in files of one length, none across the end of a file.
 *
 * `append` stages in memory, `write` puts what is staged into space that real zeros have taken before, `sync` makes it durable.
 */
export class CommitLog {
  readonly #files: LogFiles
  readonly #newFile: NewLogFile
  readonly #writer: LogWriter
  readonly #window: ZeroWindow
  readonly #tail: HotTail
  readonly #cache: BlockCache
  readonly #maxStagedBytes: number
  readonly #form: RecordForm
  readonly #reads: WrittenLog
  readonly #rolledBack: RolledBackBytes
  /** The file that the next record goes to, and up to where that file has room for it. */
  #file: LogFile | undefined
  #roomEnd = 0
  #isAppending = false
  #end = 0
  #written = 0
  #flushed = 0
  /** Bytes between written and staged: less than the offsets say, when the log goes on in another file. */
  #stagedBytes = 0

  /**
   * Lists and checks the files of the log; writes nothing.
   *
   * @throws StoreError `STORE_DAMAGED` when a file is missing between others, or is of a wrong length or name; `OPTION_INVALID`. A last file that is short or
   * empty is told to the logger, and lengthened when appending starts.
   */
  static load(options: ResolvedDiskOptions): CommitLog {
    return new CommitLog(options, LogFiles.load(options))
  }

  private constructor(options: ResolvedDiskOptions, files: LogFiles) {
    const { clock, files: disk } = options
    this.#files = files
    this.#newFile = new NewLogFile(options, files)
    this.#writer = new LogWriter(disk)
    this.#window = new ZeroWindow({ options, files, writer: this.#writer, newFile: this.#newFile })
    this.#tail = new HotTail({
      maxBytes: options.tailBytes,
      fileBytes: files.fileBytes,
      defer: (callback) => clock.defer(callback)
    })
    this.#cache = new BlockCache(disk, options.readCacheBytes)
    this.#maxStagedBytes = Math.max(MIN_STAGED_BYTES, options.tailBytes)
    this.#form = new RecordForm(options)
    this.#reads = new WrittenLog({ files, tail: this.#tail, cache: this.#cache, readableEnd: () => this.#readableEnd() })
    this.#rolledBack = new RolledBackBytes(this.#writer)
  }

  /** Ascending, each where the one before it ends. The last may be one that nothing has been written to. */
  get files(): readonly LogFile[] {
    return this.#files.all
  }

  /** Length of a file. What is there decides, before the option. */
  get fileBytes(): number {
    return this.#files.fileBytes
  }

  /** Where the oldest file begins; 0 without files. */
  get minOffset(): number {
    return this.#files.all[0]?.start ?? 0
  }

  /** Behind what is staged. */
  get endOffset(): number {
    return this.#end
  }

  /** What is before it survives the process. */
  get writtenOffset(): number {
    return this.#written
  }

  /** What is before it survives a power cut. */
  get flushedOffset(): number {
    return this.#flushed
  }

  get stats(): LogStats {
    return this.#writer.stats
  }

  /**
   * Gets ready to append at `end`, where recovery found that the log ends: removes what is behind it, and writes the first zeros ahead. From
   * `dataEnd` on there are zeros already; default: that is looked for.
   *
   * @throws RangeError when no file reaches there; FileError.
   */
  async startAppending(end: number, dataEnd = Number.MAX_SAFE_INTEGER): Promise<void> {
    const last = this.#files.last
    const isReached = last === undefined ? end % this.fileBytes === 0 : end >= this.minOffset && end <= last.start + this.fileBytes
    if (!isReached) throw new RangeError(`the commit log cannot go on at ${end}: no file reaches there`)
    this.#newFile.begin()
    await cutLog({ files: this.#files, writer: this.#writer, end, dataEnd })
    await this.#syncNewest()
    this.#end = this.#written = this.#flushed = end
    this.#file = this.#files.find(end)
    this.#window.begin(end)
    await this.#window.settled()
    this.#file ??= this.#files.find(end)
    this.#isAppending = true
    this.#roomEnd = this.#roomOf(this.#file)
  }

  /** Size of a record as it will be stored, bytes. @throws StoreError `PROPERTIES_TOO_LARGE`: the checksum takes room too. */
  measure(request: AppendRequest): number {
    return this.#form.measure(request)
  }

  /**
   * Stages a record of `size` bytes, as measured, and returns where it will be.
   *
   * @throws StoreError, nothing is staged then: `STORE_NOT_WRITABLE` when the disk has no room for it, or too much is staged already;
   * `MESSAGE_TOO_LARGE` when no file could hold it.
   */
  append(request: AppendRequest, size: number, queueOffset: number, storeTimestamp: number): number {
    if (this.#end + size + BLANK_BYTES > this.#roomEnd || this.#stagedBytes > this.#maxStagedBytes) this.#makeRoom(size)
    const physicalOffset = this.#end
    const chunk = this.#tail.reserve(physicalOffset, size, this.#written)
    this.#form.write(chunk.bytes, chunk.used, request, { queueOffset, physicalOffset, storeTimestamp }, size)
    this.#tail.noteRecord(chunk, size)
    this.#end = physicalOffset + size
    this.#stagedBytes += size
    return physicalOffset
  }

  /**
   * Writes what is staged.
   *
   * @throws FileError: nothing of it counts as written then, and `rollBack` is to be called. StoreError `STORE_CLOSED`.
   */
  write(): void {
    if (this.#end === this.#written && this.#rolledBack.isEmpty) return
    if (!this.#isAppending) throw new StoreError('STORE_CLOSED', 'the commit log is closed, what is staged cannot be written')
    this.#rolledBack.erase()
    for (const { base, bytes, used } of this.#tail.behind(this.#written)) {
      const at = Math.max(0, this.#written - base)
      this.#writeInto(bytes.subarray(at, used), base + at)
    }
    this.#rolledBack.none()
    this.#written = this.#end
    this.#stagedBytes = 0
    this.#window.moveTo(this.#end)
  }

  /** Forgets what is staged and not written: the next record comes where that began. */
  rollBack(): void {
    if (this.#end === this.#written) return
    this.#tail.cut(this.#written)
    this.#end = this.#written
    this.#stagedBytes = 0
    this.#file = this.#files.find(this.#end)
    this.#roomEnd = this.#roomOf(this.#file)
    this.#rolledBack.tryToErase()
  }

  /**
   * Makes what is written durable. Resolves with the offset that is durable now. Not to be called again before it has settled.
   *
   * Rejects with a `FileError`: what was not durable may be lost then, and asking again proves nothing.
   */
  async sync(): Promise<number> {
    const written = this.#written
    await this.#writer.sync()
    this.#flushed = Math.max(this.#flushed, written)
    const start = this.#files.find(this.#flushed)?.start ?? this.#flushed
    this.#window.leave(start)
    this.#writer.leave(start)
    return this.#flushed
  }

  /** Bytes of the hot tail, staged ones too; `undefined` when they are not all there. Valid as views of the store are. */
  view(physicalOffset: number, size: number): Buffer | undefined {
    return this.#tail.view(physicalOffset, size)
  }

  /**
   * Bytes that are written, in one file: at once from memory, else from disk. Valid for as long as they are held. Rejects with a
   * `FileError` when they are not there any more or cannot be read, with a `RangeError` when they never were.
   */
  read(physicalOffset: number, size: number): MaybePromise<Buffer> {
    return this.#reads.read(physicalOffset, size)
  }

  /** Whether a record begins there; `undefined` when the hot tail does not know. */
  isRecordStart(physicalOffset: number): boolean | undefined {
    return this.#tail.isRecordStart(physicalOffset)
  }

  /** Removes whole files that end at or before an offset and are durable, never the one that is written. @throws FileError. */
  deleteBefore(physicalOffset: number): void {
    const limit = Math.min(physicalOffset, this.#flushed)
    const unwanted = this.#files.all.filter((file) => file.end <= limit && file !== this.#files.last)
    if (unwanted.length === 0) return
    this.#window.leave(limit)
    this.#writer.leave(limit)
    for (const file of unwanted) this.#cache.forget(file)
    this.#files.removeFirst(unwanted.length)
  }

  /** Writes nothing more of what is staged. */
  async close(): Promise<void> {
    this.#isAppending = false
    this.#roomEnd = 0
    await this.#window.close()
    this.#rolledBack.tryToErase()
    this.#writer.close()
    this.#cache.close()
  }

  /** What is there when appending starts counts as durable: a process before this one may not have come to it. */
  async #syncNewest(): Promise<void> {
    for (const file of this.#files.all.slice(-FILES_TO_SYNC)) await this.#writer.fileOf(file).sync()
  }

  /** Behind what may be read: before appending starts, all that is there. */
  #readableEnd(): number {
    return this.#isAppending ? this.#written : (this.#files.last?.end ?? 0)
  }

  /** Up to where records can be put into a file with nothing else to do. */
  #roomOf(file: LogFile | undefined): number {
    return file === undefined || !this.#isAppending ? 0 : this.#window.roomOf(file)
  }

  /** Sees that the next record has room, here or in the next file, where it can be told that it has not. */
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
    if (!this.#isAppending) throw new StoreError('STORE_NOT_WRITABLE', 'the commit log is not open for appending')
    const maxBytes = this.fileBytes - BLANK_BYTES
    if (size > maxBytes) {
      throw new StoreError('MESSAGE_TOO_LARGE', `the record has ${size} bytes, at most ${maxBytes} fit a file of the commit log`, {
        bytes: size,
        maxBytes
      })
    }
    const stagedBytes = this.#stagedBytes
    if (stagedBytes <= this.#maxStagedBytes) return
    throw new StoreError('STORE_NOT_WRITABLE', `${stagedBytes} bytes are staged and not yet committed`, { stagedBytes })
  }

  /** Into one file or, where a blank record fills one to its last byte, into two. */
  #writeInto(bytes: Buffer, physicalOffset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const offset = physicalOffset + done
      const file = this.#files.find(offset)
      if (file === undefined) throw new RangeError(`no file of the commit log holds ${offset}`)
      const part = bytes.subarray(done, done + file.end - offset)
      this.#rolledBack.note(file, offset, part.length)
      this.#writer.write(file, part, offset)
      done += part.length
    }
  }
}

function noSpace({ path, reason, message }: FileError): StoreError {
  return new StoreError('STORE_NOT_WRITABLE', `the commit log has no room on its disk: ${message}`, { path, reason })
}
