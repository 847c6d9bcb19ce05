import type { OpenFiles } from '../../files/open-files'
import type { StoreFile, StoreFiles } from '../../files/store-files'
import { writeFullyLater } from '../../files/write-fully'
import { blankEntries, ENTRY_BYTES } from './queue-entries'
import { removeQueueFiles, zeroWhatIsNot } from './queue-file-access'
import { queueFileName } from './queue-path'

/** Least piece of a disk that file systems give to a file. */
const BLOCK_BYTES = 4096
/** `<root>/consumequeue/<topic>/<queueId>` */
const LEVELS_BELOW_ROOT = 3

/** What the files of all queues have in common. */
export interface QueueFilesContext {
  readonly files: StoreFiles
  /** Files that are open for reading. */
  readonly openFiles: OpenFiles
  /** Length of a file, entries. */
  readonly fileEntries: number
  /** Told of directories in which names changed. */
  readonly changedDirectories: Set<string>
}

/** The files of one queue: contiguous, of one length, sparse behind the entries. Offsets are entries of the queue. */
export class QueueFiles {
  readonly directory: string
  readonly #context: QueueFilesContext
  /** Where the first file begins and the last one ends; the same when there is none. */
  #first: number
  #end: number
  /** Where files begin that were written and not synced since. */
  readonly #unsynced = new Set<number>()
  #isRemoved = false

  constructor(context: QueueFilesContext, directory: string, extent: { readonly first: number; readonly end: number }) {
    this.directory = directory
    this.#context = context
    this.#first = extent.first
    this.#end = extent.end
  }

  get first(): number {
    return this.#first
  }

  get isEmpty(): boolean {
    return this.#first === this.#end
  }

  get isRemoved(): boolean {
    return this.#isRemoved
  }

  get isSynced(): boolean {
    return this.#unsynced.size === 0
  }

  /** Entries as bytes; zeros where a file is shorter than it should be. Files are opened in this call: they may be removed afterwards. */
  async read(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.alloc((to - from) * ENTRY_BYTES)
    const { openFiles } = this.#context
    const reads = this.#parts(from, to).map(({ start, position, at, length }) =>
      openFiles.read(this.#path(start), bytes.subarray(at, at + length), position)
    )
    await Promise.all(reads)
    return bytes
  }

  /** As `read`, in this call. */
  readNow(from: number, to: number): Buffer {
    const bytes = Buffer.alloc((to - from) * ENTRY_BYTES)
    for (const { start, position, at, length } of this.#parts(from, to)) {
      this.#context.openFiles.readNow(this.#path(start), bytes.subarray(at, at + length), position)
    }
    return bytes
  }

  /** Writes entries; makes the files they need. Does nothing once the files have been removed. */
  async write(from: number, entries: Buffer): Promise<void> {
    for (const part of this.#parts(from, from + entries.length / ENTRY_BYTES)) {
      if (this.#isRemoved) return
      await this.#writePart(part, entries.subarray(part.at, part.at + part.length))
    }
  }

  /** Makes what was written durable. */
  async sync(): Promise<void> {
    for (const start of [...this.#unsynced]) {
      if (this.#isRemoved) return
      const file = this.#context.files.open(this.#path(start), 'write')
      this.#unsynced.delete(start)
      try {
        await file.sync()
      } finally {
        file.close()
      }
    }
  }

  /** Removes the files whose entries are all before that one, but never the last: it says where the queue is. */
  removeBefore(queueOffset: number): void {
    if (this.#isRemoved) return
    const { fileEntries } = this.#context
    while (this.#first + fileEntries <= queueOffset && this.#first + fileEntries < this.#end) {
      this.#removeFile(this.#first)
      this.#first += fileEntries
    }
  }

  /** Makes everything from that entry on read as zeros. The file that says where the queue is stays. */
  async zeroFrom(queueOffset: number): Promise<void> {
    if (this.#isRemoved) return
    const { fileEntries } = this.#context
    while (this.#end - fileEntries >= queueOffset && this.#end - fileEntries > this.#first) {
      this.#removeFile(this.#end - fileEntries)
      this.#end -= fileEntries
    }
    for (const part of this.#parts(queueOffset, Math.max(queueOffset, this.#end))) await this.#zeroPart(part)
  }

  /** The files are going to be removed: writes that are under way come to nothing, and no other one is begun. */
  abandon(): void {
    this.#isRemoved = true
    this.#unsynced.clear()
    for (let start = this.#first; start < this.#end; start += this.#context.fileEntries) this.#context.openFiles.forget(this.#path(start))
  }

  /** Abandons the files and removes them, and others of a queue that are there. */
  removeAll(): void {
    this.abandon()
    removeQueueFiles(this.#context.files, this.directory)
    this.#context.changedDirectories.add(this.directory)
  }

  /** Which piece of which file each part of a range is. */
  #parts(from: number, to: number): Part[] {
    const { fileEntries } = this.#context
    const parts: Part[] = []
    for (let at = from; at < to; ) {
      const start = at - (at % fileEntries)
      const end = Math.min(to, start + fileEntries)
      parts.push({ start, position: (at - start) * ENTRY_BYTES, at: (at - from) * ENTRY_BYTES, length: (end - at) * ENTRY_BYTES })
      at = end
    }
    return parts
  }

  async #writePart({ start, position }: Part, entries: Buffer): Promise<void> {
    const isFirst = this.isEmpty
    const file = this.#openToWrite(start)
    try {
      // A queue that does not begin where its first file does: what is before is blank (read in store/…/ConsumeQueue.java, `fillPreBlank`).
      if (isFirst) await writeFullyLater(file, blankEntries(position / ENTRY_BYTES), 0)
      await writeFullyLater(file, entries, position)
      if (!this.#isRemoved) this.#unsynced.add(start)
    } catch (error) {
      // Made anew the next time: its blank part may be missing.
      if (isFirst) this.#end = this.#first
      throw error
    } finally {
      file.close()
    }
  }

  async #zeroPart({ start, position, length }: Part): Promise<void> {
    const path = this.#path(start)
    const end = position + length
    const endOfBlock = Math.min(end, Math.ceil(position / BLOCK_BYTES) * BLOCK_BYTES)
    // A file that takes no more space than its entries has nothing behind their last block: no need to look there.
    const takesMore = (this.#context.files.stat(path)?.allocatedBytes ?? 0) > endOfBlock
    const file = this.#context.files.open(path, 'write')
    try {
      if (await zeroWhatIsNot(file, position, Math.min(file.size(), takesMore ? end : endOfBlock))) this.#unsynced.add(start)
    } finally {
      file.close()
    }
  }

  #openToWrite(start: number): StoreFile {
    const isNew = this.isEmpty || start >= this.#end
    if (isNew) this.#makePlace(start)
    const file = this.#context.files.open(this.#path(start), isNew ? 'create' : 'write')
    try {
      const bytes = this.#context.fileEntries * ENTRY_BYTES
      if (file.size() < bytes) file.truncate(bytes)
    } catch (error) {
      file.close()
      throw error
    }
    if (this.isEmpty) this.#first = start
    this.#end = Math.max(this.#end, start + this.#context.fileEntries)
    return file
  }

  #makePlace(start: number): void {
    const { files, changedDirectories } = this.#context
    files.makeDirectory(this.directory)
    // What is there is of a queue that could not be understood, or of a write that failed: the log has all that was in it.
    if (this.isEmpty) removeQueueFiles(files, this.directory)
    else files.remove(this.#path(start))
    // Up to the store's own: any of them may be new.
    let directory = this.directory
    for (let level = 0; level <= LEVELS_BELOW_ROOT; level++) {
      changedDirectories.add(directory)
      directory = parentOf(directory)
    }
  }

  #removeFile(start: number): void {
    this.#context.openFiles.forget(this.#path(start))
    this.#context.files.remove(this.#path(start))
    this.#context.changedDirectories.add(this.directory)
    this.#unsynced.delete(start)
  }

  #path(start: number): string {
    return `${this.directory}/${queueFileName(start * ENTRY_BYTES)}`
  }
}

function parentOf(directory: string): string {
  return directory.slice(0, directory.lastIndexOf('/'))
}

interface Part {
  /** Entry with which the file begins. */
  readonly start: number
  /** Bytes into the file. */
  readonly position: number
  /** Bytes into the range. */
  readonly at: number
  readonly length: number
}
