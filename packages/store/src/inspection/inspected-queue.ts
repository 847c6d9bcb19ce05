import { firstEntryAtOrBehind } from '../disk/consume-queue/find-entry'
import type { FoundQueue } from '../disk/consume-queue/load-queues'
import { QueueEntries } from '../disk/consume-queue/queue-entries'
import { QueueFiles } from '../disk/consume-queue/queue-files'
import { OpenFiles } from '../files/open-files'
import type { StoreFiles } from '../files/store-files'

/** Entries read at a time when all are looked at. */
const PAGE_ENTRIES = 3200
/** Files of one queue that are open at a time. */
const MAX_OPEN_FILES = 2

/** A queue's files as they were when it was listed. */
export class InspectedQueue {
  readonly topic: string
  readonly queueId: number
  readonly directory: string
  /** First entry in the files that is not blank filling; its record may be gone from the log. */
  readonly firstEntry: number
  /** Behind the last entry. */
  readonly maxOffset: number
  readonly #opened: OpenFiles
  readonly #files: QueueFiles

  constructor(files: StoreFiles, { topic, queueId, directory, extent }: FoundQueue, fileEntries: number) {
    this.topic = topic
    this.queueId = queueId
    this.directory = directory
    this.firstEntry = extent.minOffset
    this.maxOffset = extent.maxOffset
    this.#opened = new OpenFiles(files, MAX_OPEN_FILES)
    this.#files = new QueueFiles({ files, openFiles: this.#opened, fileEntries, changedDirectories: new Set() }, directory, extent)
  }

  /** First offset whose record is still in a log that begins there. */
  minOffset(logStart: number): Promise<number> {
    return firstEntryAtOrBehind((from, to) => this.#files.read(from, to), this.firstEntry, this.maxOffset, logStart)
  }

  /** Entries of a range, those that there are. */
  async entries(from: number, to: number): Promise<QueueEntries> {
    const first = Math.max(from, this.firstEntry)
    const end = Math.min(to, this.maxOffset)
    return new QueueEntries(first, end > first ? await this.#files.read(first, end) : Buffer.alloc(0))
  }

  /** Entries of a range, page by page. */
  async *pages(from: number, to: number): AsyncGenerator<QueueEntries> {
    const end = Math.min(to, this.maxOffset)
    for (let at = Math.max(from, this.firstEntry); at < end; at += PAGE_ENTRIES) yield this.entries(at, Math.min(end, at + PAGE_ENTRIES))
  }

  /** Gives back what reading has opened; it may be read on. */
  close(): void {
    this.#opened.closeAll()
  }
}
