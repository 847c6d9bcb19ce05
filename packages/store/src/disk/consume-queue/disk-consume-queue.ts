import type { MaybePromise } from '../../message-store'
import { firstEntryAtOrBehind, firstEntryToKeep, lastRecordEnd, lastRecordEndIn } from './find-entry'
import { QueueCorrections } from './queue-corrections'
import { BLANK_SIZE, ENTRY_BYTES, QueueEntries, writeEntry } from './queue-entries'
import type { QueueExtent } from './queue-extent'
import type { QueueFamily } from './queue-family'
import { QueueFiles } from './queue-files'
import { QueueTail } from './queue-tail'
import { PAGE_ENTRIES_AHEAD } from './recent-pages'

const NO_ENTRIES = Buffer.alloc(0)

/**
 * A queue whose entries are on disk. Entries are staged first, readable when committed, and on disk when flushed; the newest ones stay in
 * memory.
 */
export class DiskConsumeQueue {
  readonly topic: string
  readonly queueId: number
  readonly #family: QueueFamily<DiskConsumeQueue>
  readonly #corrections: QueueCorrections
  #files: QueueFiles
  #tail: QueueTail
  #min: number
  #committed: number
  /** Entries before this are in files, apart from corrections. */
  #written: number
  /** Entries before this are in files, or on their way to them. */
  #writing: number
  #lastRecordEnd: number
  /** Counts changes of entries that are in files: what was read before one is not kept. */
  #changes = 0

  constructor(family: QueueFamily<DiskConsumeQueue>, topic: string, queueId: number, directory: string, extent: QueueExtent = EMPTY) {
    this.topic = topic
    this.queueId = queueId
    this.#family = family
    this.#corrections = new QueueCorrections(family)
    this.#files = new QueueFiles(family, directory, extent)
    this.#tail = new QueueTail(extent.maxOffset)
    this.#min = extent.minOffset
    this.#committed = extent.maxOffset
    this.#written = extent.maxOffset
    this.#writing = extent.maxOffset
    this.#lastRecordEnd = extent.lastRecordEnd
  }

  /** First readable offset. */
  get minOffset(): number {
    return this.#min
  }

  /** First offset that is not readable yet. */
  get maxOffset(): number {
    return this.#committed
  }

  /** The offset that the next staged entry gets. */
  get endOffset(): number {
    return this.#tail.end
  }

  /** Physical end of the newest committed entry's record; 0 without. */
  get lastRecordEnd(): number {
    return this.#lastRecordEnd
  }

  /** Whether the topic has been deleted: nothing is found here any more. */
  get isRemoved(): boolean {
    return this.#files.isRemoved
  }

  /** Stages an entry at `endOffset`. */
  stage(physicalOffset: number, size: number, tagsCode: number): void {
    this.#tail.push(physicalOffset, size, tagsCode, this.#neededFrom())
  }

  /** Makes what is staged readable: all, or the entries before an offset. */
  commit(upTo: number = this.#tail.end): void {
    const end = Math.min(upTo, this.#tail.end)
    if (end <= this.#committed) return
    const recordEnd = this.#tail.recordEnd(end - 1)
    if (recordEnd > 0) this.#lastRecordEnd = recordEnd
    const entries = end - this.#committed
    this.#committed = end
    // The topic was deleted between the two steps: nobody will read or write these.
    if (this.#files.isRemoved) this.#written = end
    else {
      this.#family.pendingBytes += entries * ENTRY_BYTES
      this.#family.unflushed.add(this)
    }
  }

  /** Forgets what is staged and not committed: all, or the entries from an offset on. */
  rollBack(from: number = this.#committed): void {
    this.#tail.cut(Math.max(from, this.#committed))
  }

  /**
   * Says exactly where a record is, for recovery and repair. `same`: it is known there. `added`: it was the next one. `corrected`: another
   * entry was there. `gap`: behind the next one, or before the files; nothing is done.
   *
   * @throws FileError when the entry is on disk and cannot be read
   */
  put(queueOffset: number, physicalOffset: number, size: number, tagsCode: number): 'same' | 'added' | 'corrected' | 'gap' {
    if (queueOffset > this.#committed || queueOffset < this.#lowest) return 'gap'
    if (queueOffset === this.#committed) return this.#add(physicalOffset, size, tagsCode)
    const entry = Buffer.alloc(ENTRY_BYTES)
    writeEntry(entry, 0, physicalOffset, size, tagsCode)
    this.#min = Math.min(this.#min, queueOffset)
    const known = this.#entryNow(queueOffset)
    if (known.equals(entry)) return 'same'
    // The newest record need not be in the last entry: blank ones may be behind it.
    const isNewest = lastRecordEnd(known) === this.#lastRecordEnd || physicalOffset + size > this.#lastRecordEnd
    if (isNewest) this.#lastRecordEnd = physicalOffset + size
    this.#correct(queueOffset, entry)
    return 'corrected'
  }

  /** Adds blank entries until `endOffset` is there: their records are lost. Does nothing when it is already. */
  fillGap(upTo: number): void {
    while (this.#tail.end < upTo) this.stage(0, BLANK_SIZE, 0)
    this.commit()
  }

  /** Begins anew, empty, at an offset: the records before it were deleted. Files of the entries before are removed. */
  startAt(queueOffset: number): void {
    if (this.#min === queueOffset && this.#tail.end === queueOffset) return
    this.#hasChanged()
    this.#forgetPending()
    this.#files.removeAll()
    this.#files = new QueueFiles(this.#family, this.#files.directory, EMPTY)
    this.#tail = new QueueTail(queueOffset)
    this.#min = queueOffset
    this.#committed = queueOffset
    this.#written = queueOffset
    this.#writing = queueOffset
    this.#lastRecordEnd = 0
  }

  /** Committed entries from there on, at most `count`: at once when they are in memory. None when the first one does not exist. */
  entries(from: number, count: number): MaybePromise<QueueEntries> {
    const to = Math.min(from + count, this.#committed)
    if (from < this.#min || to <= from || this.#files.isRemoved) return new QueueEntries(from, NO_ENTRIES)
    const bytes = this.#readAhead(from, to)
    return bytes instanceof Promise
      ? bytes.then((read) => new QueueEntries(from, read))
      : new QueueEntries(from, bytes, from >= this.#tail.start)
  }

  /** Writes what is committed; with `sync`, makes it durable. For `DiskConsumeQueues`, which never does it twice at a time. */
  async flush(sync: boolean): Promise<void> {
    const files = this.#files
    await this.#writePending(files)
    await this.#corrections.write(files)
    if (sync) await files.sync()
    if (this.#files.isRemoved) this.#forgetPending()
    else if (this.#written === this.#committed && this.#corrections.isEmpty && files.isSynced) this.#family.unflushed.delete(this)
  }

  /** Gives memory back that a quiet queue does not need. */
  trim(): void {
    this.#tail.trim(this.#neededFrom())
    this.#corrections.releasePage()
  }

  /** Forgets the entries whose records begin before a place in the log, and removes the files that had only such entries. */
  async dropBefore(physicalOffset: number): Promise<void> {
    const min = await firstEntryToKeep((from, to) => this.#read(from, to), this.#min, this.#committed, physicalOffset)
    this.#min = Math.max(this.#min, min)
    this.#files.removeBefore(Math.min(this.#min, this.#written))
  }

  /** Forgets the entries of records that begin at or behind a place in the log. Everything must have been written. */
  async cutAt(physicalOffset: number): Promise<void> {
    const read = (from: number, to: number) => this.#read(from, to)
    this.rollBack()
    this.#corrections.releasePage()
    // Physical offsets rise: when the newest is before that place all are, and a damaged one among them is not taken for the first to go.
    const isAllBefore = this.#lastRecordEnd > 0 && this.#lastRecordEnd <= physicalOffset
    const end = isAllBefore ? this.#committed : await firstEntryAtOrBehind(read, this.#min, this.#committed, physicalOffset)
    if (end < this.#committed) {
      const recordEnd = await lastRecordEndIn(read, this.#min, end)
      this.#hasChanged()
      this.#tail = new QueueTail(end)
      this.#committed = end
      this.#written = end
      this.#writing = end
      this.#lastRecordEnd = recordEnd
    }
    await this.#files.zeroFrom(end)
    if (!this.#files.isSynced) this.#family.unflushed.add(this)
  }

  /** The topic is deleted, its files are about to be: what is pending is forgotten, reads find nothing. */
  abandon(): void {
    this.#hasChanged()
    this.#forgetPending()
    this.#files.abandon()
  }

  get #lowest(): number {
    return this.#files.isEmpty ? this.#tail.start : this.#files.first
  }

  /** From where on entries must stay in memory. */
  #neededFrom(): number {
    return Math.min(this.#written, this.#tail.end - this.#family.tailEntries)
  }

  #add(physicalOffset: number, size: number, tagsCode: number): 'added' | 'gap' {
    if (this.#tail.end > this.#committed) return 'gap'
    this.stage(physicalOffset, size, tagsCode)
    this.commit()
    return 'added'
  }

  #entryNow(queueOffset: number): Buffer {
    if (queueOffset >= this.#tail.start) return this.#tail.view(queueOffset, queueOffset + 1)
    return this.#corrections.entryNow(this.#files, queueOffset, this.#tail.start)
  }

  #correct(queueOffset: number, entry: Buffer): void {
    if (queueOffset >= this.#tail.start) this.#tail.overwrite(queueOffset, entry)
    if (queueOffset < this.#writing) this.#corrections.add(queueOffset, entry)
    this.#hasChanged()
    this.#family.unflushed.add(this)
  }

  #hasChanged(): void {
    this.#changes++
    this.#family.pages.drop(this)
  }

  /** As `#read`; keeps what lies ahead on disk for the next one. */
  #readAhead(from: number, to: number): MaybePromise<Buffer> {
    const end = Math.min(this.#tail.start, from + PAGE_ENTRIES_AHEAD)
    if (to > end) return this.#read(from, to)
    return this.#family.pages.find(this, from, to) ?? this.#readPage(from, to, end)
  }

  async #readPage(from: number, to: number, end: number): Promise<Buffer> {
    const changes = this.#changes
    const entries = await this.#readFiles(from, end, NO_ENTRIES)
    if (changes === this.#changes) this.#family.pages.keep(this, from, entries)
    return entries.subarray(0, (to - from) * ENTRY_BYTES)
  }

  #read(from: number, to: number): MaybePromise<Buffer> {
    const start = this.#tail.start
    if (from >= start) return Buffer.from(this.#tail.view(from, to))
    const newest = to > start ? Buffer.from(this.#tail.view(start, to)) : NO_ENTRIES
    return this.#readFiles(from, Math.min(to, start), newest)
  }

  async #readFiles(from: number, to: number, newest: Buffer): Promise<Buffer> {
    const files = this.#files
    if (files.isRemoved) return NO_ENTRIES
    // Taken first: one that is written while the files are read is in neither afterwards.
    const corrections = this.#corrections.within(from, to)
    const older = await files.read(from, to)
    if (files.isRemoved) return NO_ENTRIES
    for (const [queueOffset, entry] of corrections) entry.copy(older, (queueOffset - from) * ENTRY_BYTES)
    return newest.length === 0 ? older : Buffer.concat([older, newest])
  }

  async #writePending(files: QueueFiles): Promise<void> {
    const from = this.#written
    const to = this.#committed
    if (from === to) return
    this.#writing = to
    await this.#tail.whilePinned(from, to, (entries) => files.write(from, entries))
    // Begun anew or deleted meanwhile: what was pending has been counted.
    if (files.isRemoved) return
    this.#family.pendingBytes -= (to - from) * ENTRY_BYTES
    this.#written = to
  }

  #forgetPending(): void {
    this.#family.pendingBytes -= (this.#committed - this.#written) * ENTRY_BYTES
    this.#written = this.#committed
    this.#corrections.clear()
    this.#family.unflushed.delete(this)
  }
}

const EMPTY: QueueExtent = { first: 0, end: 0, minOffset: 0, maxOffset: 0, lastRecordEnd: 0 }
