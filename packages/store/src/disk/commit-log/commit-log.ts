import type { AppendRequest, MaybePromise } from '../../message-store'
import type { PlacedRecord } from '../../placed-records'
import { StoreError } from '../../store-error'
import type { ResolvedDiskOptions } from '../disk-options'
import { BlockCache } from './block-cache'
import { cutLog } from './cut-log'
import { HotTail } from './hot-tail'
import { type LogFile, LogFiles } from './log-files'
import { type LogStats, LogWriter } from './log-writer'
import { NewLogFile } from './new-log-file'
import { RolledBackBytes } from './rolled-back-bytes'
import { StagedLog } from './staged-log'
import { WrittenLog } from './written-log'
import { ZeroWindow } from './zero-window'

export type { LogFile, LogStats }

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
  readonly #staged: StagedLog
  readonly #reads: WrittenLog
  readonly #rolledBack: RolledBackBytes
  #flushed = 0

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
    this.#staged = new StagedLog({ options, files, window: this.#window, tail: this.#tail })
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
    return this.#staged.endOffset
  }

  /** What is before it survives the process. */
  get writtenOffset(): number {
    return this.#staged.writtenOffset
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
    this.#flushed = end
    this.#window.begin(end)
    await this.#window.settled()
    this.#staged.open(end)
  }

  /** Size of a record as it will be stored, bytes. @throws StoreError `PROPERTIES_TOO_LARGE`: the checksum takes room too. */
  measure(request: AppendRequest): number {
    return this.#staged.measure(request)
  }

  /**
   * Stages a record of `size` bytes, as measured, and returns where it will be.
   *
   * @throws StoreError, nothing is staged then: `STORE_NOT_WRITABLE` when the disk has no room for it, or too much is staged already;
   * `MESSAGE_TOO_LARGE` when no file could hold it.
   */
  append(request: AppendRequest, size: number, queueOffset: number, storeTimestamp: number): number {
    return this.#staged.append(request, size, queueOffset, storeTimestamp)
  }

  /**
   * Sees that so many bytes have room one behind the other in one file, and returns where the first will be when nothing else is appended.
   *
   * @throws StoreError as `append`.
   */
  reserve(size: number): number {
    return this.#staged.reserve(size)
  }

  /** Stages records that have their places where room was reserved for them. When one cannot be written, none is staged. */
  appendAll(records: readonly PlacedRecord[]): void {
    this.#staged.appendAll(records)
  }

  /**
   * Writes what is staged.
   *
   * @throws FileError: nothing of it counts as written then, and `rollBack` is to be called. StoreError `STORE_CLOSED`.
   */
  write(): void {
    const { endOffset, writtenOffset, isOpen } = this.#staged
    if (endOffset === writtenOffset && this.#rolledBack.isEmpty) return
    if (!isOpen) throw new StoreError('STORE_CLOSED', 'the commit log is closed, what is staged cannot be written')
    this.#rolledBack.erase()
    for (const { base, bytes, used } of this.#tail.behind(writtenOffset)) {
      const at = Math.max(0, writtenOffset - base)
      this.#writeInto(bytes.subarray(at, used), base + at)
    }
    this.#rolledBack.none()
    this.#staged.noteWritten()
    this.#window.moveTo(endOffset)
  }

  /** Forgets what is staged and not written: the next record comes where that began. */
  rollBack(): void {
    if (this.endOffset === this.writtenOffset) return
    this.#staged.rollBack()
    this.#rolledBack.tryToErase()
  }

  /**
   * Makes what is written durable. Resolves with the offset that is durable now. Not to be called again before it has settled.
   *
   * Rejects with a `FileError`: what was not durable may be lost then, and asking again proves nothing.
   */
  async sync(): Promise<number> {
    const written = this.writtenOffset
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
    this.#staged.close()
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
    return this.#staged.isOpen ? this.writtenOffset : (this.#files.last?.end ?? 0)
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
