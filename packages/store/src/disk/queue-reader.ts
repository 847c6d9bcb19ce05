import type { MaybePromise, ReadRequest, ReadResult } from '../message-store'
import { entriesToLookAt, nothingAt } from '../read-queue'
import type { CommitLog } from './commit-log/commit-log'
import type { DiskConsumeQueue } from './consume-queue/disk-consume-queue'
import type { QueueEntries } from './consume-queue/queue-entries'
import type { RecordReader } from './record-reader'

/** Reads consume queues: at once what is in memory, else with a promise. */
export class QueueReader {
  readonly #log: CommitLog
  readonly #records: RecordReader

  constructor(log: CommitLog, records: RecordReader) {
    this.#log = log
    this.#records = records
  }

  /** Reads a queue as `getMessage` does (read in store/…/DefaultMessageStore.java). `queue` is absent when it never had a record. */
  read(queue: DiskConsumeQueue | undefined, request: ReadRequest): MaybePromise<ReadResult> {
    const nothing = nothingAt(queue, request.queueOffset)
    if (nothing !== undefined || queue === undefined) return nothing as ReadResult
    const entries = queue.entries(request.queueOffset, entriesToLookAt(queue, request))
    return entries instanceof Promise ? this.#scanLater(queue, entries, request) : this.#scan(queue, entries, request)
  }

  #scan(queue: DiskConsumeQueue, entries: QueueEntries, request: ReadRequest): MaybePromise<ReadResult> {
    const selection = select(entries, request)
    // What is in memory of the log needs no check, but an entry from the disk may be that of something else.
    if (!entries.isOurs) return this.#collect(queue, entries, selection)
    const records: Buffer[] = []
    for (const index of selection.indexes) {
      const record = this.#log.view(entries.physicalOffset(index), entries.size(index))
      if (record === undefined) return this.#collect(queue, entries, selection)
      records.push(record)
    }
    return result(queue, records, selection)
  }

  async #scanLater(queue: DiskConsumeQueue, entries: Promise<QueueEntries>, request: ReadRequest): Promise<ReadResult> {
    const found = await entries
    // Retention may have moved on while the disk was read.
    return nothingAt(queue, request.queueOffset) ?? this.#collect(queue, found, select(found, request))
  }

  /** Records that are damaged are left out: what is behind them can be read. */
  async #collect(queue: DiskConsumeQueue, entries: QueueEntries, selection: Selection): Promise<ReadResult> {
    const gone = this.#records.countGone(entries)
    if (gone > 0) return removed(queue, entries.from + gone)
    const records: Buffer[] = []
    for (const index of selection.indexes) {
      const found = this.#records.ofEntry(queue, entries, index)
      // One more turn of the event loop's microtasks for each record would be most of the time.
      const record = found instanceof Promise ? await found : found
      if (record !== undefined) records.push(record)
    }
    return result(queue, records, selection)
  }
}

/** Which entries of a read are served, and where the next one begins. */
interface Selection {
  readonly indexes: readonly number[]
  readonly next: number
}

function select(entries: QueueEntries, { queueOffset, maxCount, maxBytes, matches }: ReadRequest): Selection {
  const indexes: number[] = []
  let bytes = 0
  let index = 0
  for (; index < entries.count; index++) {
    const size = entries.isBlank(index) ? 0 : entries.size(index)
    if (indexes.length > 0 && (indexes.length >= maxCount || bytes + size > maxBytes)) break
    if (matches !== undefined && !matches(entries.tagsCode(index))) continue
    indexes.push(index)
    bytes += size
  }
  return { indexes, next: queueOffset + index }
}

/** The records before that offset have just been deleted. */
function removed({ minOffset, maxOffset }: DiskConsumeQueue, nextBeginOffset: number): ReadResult {
  const from = Math.max(minOffset, nextBeginOffset)
  return { status: 'OFFSET_TOO_SMALL', records: [], totalBytes: 0, nextBeginOffset: from, minOffset: from, maxOffset }
}

function result(queue: DiskConsumeQueue, records: readonly Buffer[], { next }: Selection): ReadResult {
  let totalBytes = 0
  for (const record of records) totalBytes += record.length
  const status = records.length > 0 ? 'FOUND' : 'NO_MATCHED_MESSAGE'
  return { status, records, totalBytes, nextBeginOffset: next, minOffset: queue.minOffset, maxOffset: queue.maxOffset }
}
