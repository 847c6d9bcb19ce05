import { decodeRecord, MIN_RECORD_BYTES, RecordField } from '@rocketmq-ts/remoting/wire'
import { int32At, positionAt } from '../big-endian'
import { isQueued } from '../check-request'
import type { MaybePromise } from '../message-store'
import type { CommitLog } from './commit-log/commit-log'
import type { DiskConsumeQueue } from './consume-queue/disk-consume-queue'
import type { DiskConsumeQueues } from './consume-queue/disk-consume-queues'
import type { QueueEntries } from './consume-queue/queue-entries'
import type { ResolvedDiskOptions } from './disk-options'
import { RecordSearch } from './record-search'
import { type RecordCrcRule, StoredRecord } from './recovery/stored-record'

/** What a record reader works with. */
export interface RecordReaderOptions {
  readonly options: ResolvedDiskOptions
  readonly log: CommitLog
  readonly queues: DiskConsumeQueues
  /** Records before this commit log offset may be read. */
  readonly visibleEnd: () => number
  /** Whether the record at a commit log offset must have a checksum over all of it. */
  readonly crcRule: (physicalOffset: number) => RecordCrcRule
}

/** So many damaged records are remembered, so that each is reported and searched for once. */
const MAX_KNOWN_DAMAGES = 10_000
/** So many damaged records are looked past for a store time. */
const MAX_DAMAGED_IN_A_ROW = 64

/**
 * Reads records from the log and trusts nothing that comes from the disk: a record is served only when its checksums are right, it is at its
 * place in the log and it is the one that its queue's entry stands for.
 */
export class RecordReader {
  readonly #given: RecordReaderOptions
  readonly #search: RecordSearch
  /** `topic/queueId/queueOffset` of entries without a record. */
  readonly #damaged = new Set<string>()
  /** The one that was checked last. */
  readonly #checked = new StoredRecord()

  constructor(given: RecordReaderOptions) {
    this.#given = given
    this.#search = new RecordSearch(given)
  }

  /**
   * The record of an entry, at once when its block of the log is in memory: valid for as long as someone holds it. `undefined`: it is damaged.
   * Rejects with a FileError.
   */
  ofEntry(queue: DiskConsumeQueue, entries: QueueEntries, index: number): MaybePromise<Buffer | undefined> {
    const physicalOffset = entries.physicalOffset(index)
    const size = entries.size(index)
    if (!this.#isPossible(physicalOffset, size)) return this.#searched(queue, entries, index)
    const read = this.#readLog(physicalOffset, size)
    return read instanceof Promise
      ? read.then((bytes) => this.#owned(queue, entries, index, bytes))
      : this.#owned(queue, entries, index, read)
  }

  /** The bytes of the record that begins exactly at a commit log offset, and not inside of another. */
  at(physicalOffset: number): MaybePromise<Buffer | undefined> {
    const { log, visibleEnd } = this.#given
    const end = visibleEnd()
    const isInside = Number.isSafeInteger(physicalOffset) && physicalOffset >= log.minOffset && physicalOffset + MIN_RECORD_BYTES <= end
    if (!isInside || !this.#isInOneFile(physicalOffset, MIN_RECORD_BYTES) || log.isRecordStart(physicalOffset) === false) return undefined
    return this.#at(physicalOffset)
  }

  /** The store time of a queue's record; −1 when it is damaged, or gone. */
  async storeTimeAt(queue: DiskConsumeQueue, queueOffset: number): Promise<number> {
    const entries = await queue.entries(queueOffset, 1)
    const record = entries.count === 0 ? undefined : await this.ofEntry(queue, entries, 0)
    return record === undefined ? -1 : decodeRecord(record).storeTimestamp
  }

  /** As `storeTimeAt`; of a record that is damaged, that of one of the next behind it. */
  async storeTimeFrom(queue: DiskConsumeQueue, queueOffset: number): Promise<number> {
    const end = Math.min(queueOffset + MAX_DAMAGED_IN_A_ROW, queue.maxOffset)
    for (let next = queueOffset; next < end; next++) {
      const storeTime = await this.storeTimeAt(queue, next)
      if (storeTime >= 0 || next < queue.minOffset) return storeTime
    }
    return -1
  }

  /**
   * How many entries, from the first on, are of records whose file has been deleted: queues follow the log a while later. When they have
   * followed, such an entry is a damaged one.
   */
  countGone(entries: QueueEntries): number {
    const { log, queues } = this.#given
    if (queues.droppedBefore >= log.minOffset) return 0
    let count = 0
    while (count < entries.count && !entries.isBlank(count) && entries.physicalOffset(count) < log.minOffset) count++
    return count
  }

  async #at(physicalOffset: number): Promise<Buffer | undefined> {
    const { log, visibleEnd } = this.#given
    const head = await this.#readLog(physicalOffset, MIN_RECORD_BYTES)
    // What is no record may say that it has any size.
    if (head === undefined || head.readBigInt64BE(RecordField.PHYSICAL_OFFSET) !== BigInt(physicalOffset)) return undefined
    const record = await this.#read(physicalOffset, head.readInt32BE(RecordField.SIZE))
    if (record === undefined || physicalOffset + record.length > visibleEnd()) return undefined
    if (log.isRecordStart(physicalOffset) === true || (await this.#isInItsQueue(record, physicalOffset))) return record
    return (await this.#search.isRecordStart(physicalOffset)) ? record : undefined
  }

  /** A whole record with right checksums, or `undefined`. */
  #read(physicalOffset: number, size: number): MaybePromise<Buffer | undefined> {
    if (!this.#isPossible(physicalOffset, size)) return undefined
    const read = this.#readLog(physicalOffset, size)
    return read instanceof Promise ? read.then((bytes) => this.#sound(bytes, physicalOffset)) : this.#sound(read, physicalOffset)
  }

  #isPossible(physicalOffset: number, size: number): boolean {
    const { log, visibleEnd } = this.#given
    const isInside = size >= MIN_RECORD_BYTES && physicalOffset >= log.minOffset && physicalOffset + size <= visibleEnd()
    return isInside && this.#isInOneFile(physicalOffset, size)
  }

  #isInOneFile(physicalOffset: number, size: number): boolean {
    const { fileBytes } = this.#given.log
    return (physicalOffset % fileBytes) + size <= fileBytes
  }

  /** `undefined` when the file has been deleted. */
  #readLog(physicalOffset: number, size: number): MaybePromise<Buffer | undefined> {
    const { log } = this.#given
    const read = log.read(physicalOffset, size)
    if (!(read instanceof Promise)) return read
    return read.catch((error) => {
      if (physicalOffset < log.minOffset) return undefined
      throw error
    })
  }

  #sound(bytes: Buffer | undefined, physicalOffset: number): Buffer | undefined {
    if (bytes === undefined) return undefined
    const size = this.#checked.check(bytes, 0, bytes.length, physicalOffset, this.#given.crcRule(physicalOffset))
    return size === bytes.length ? bytes : undefined
  }

  #owned(queue: DiskConsumeQueue, entries: QueueEntries, index: number, bytes: Buffer | undefined): MaybePromise<Buffer | undefined> {
    const record = this.#sound(bytes, entries.physicalOffset(index))
    const isFound = record !== undefined && isOf(record, this.#checked, queue, entries.from + index)
    return isFound ? record : this.#searched(queue, entries, index)
  }

  /** A sender may put the bytes of a record into a body, but not an entry for them into a queue. */
  async #isInItsQueue(record: Buffer, physicalOffset: number): Promise<boolean> {
    const { topic, queueId, queueOffset, sysFlag } = decodeRecord(record)
    const queue = isQueued(sysFlag) ? this.#given.queues.find(topic, queueId) : undefined
    if (queue === undefined || queueOffset < queue.minOffset || queueOffset >= queue.maxOffset) return false
    const entries = await queue.entries(queueOffset, 1)
    return entries.count === 1 && entries.physicalOffset(0) === physicalOffset
  }

  /** The entry may be what is damaged: the log knows better. */
  async #searched(queue: DiskConsumeQueue, entries: QueueEntries, index: number): Promise<Buffer | undefined> {
    const { topic, queueId } = queue
    const queueOffset = entries.from + index
    const key = `${topic}/${queueId}/${queueOffset}`
    if (this.#isGone(queue, entries, index) || this.#damaged.has(key)) return undefined
    const found = await this.#search.find(queue, queueOffset)
    if (found !== undefined || this.#isGone(queue, entries, index)) return found
    if (this.#damaged.size < MAX_KNOWN_DAMAGES) this.#damaged.add(key)
    const { logger } = this.#given.options
    logger.error('a record is damaged: it is left out', { topic, queueId, queueOffset, physicalOffset: entries.physicalOffset(index) })
    return undefined
  }

  /** Whether the record, or all of the topic, was deleted since the entry was read. */
  #isGone(queue: DiskConsumeQueue, entries: QueueEntries, index: number): boolean {
    const { log, queues } = this.#given
    if (queue.isRemoved || entries.from + index < queue.minOffset) return true
    return queues.droppedBefore < log.minOffset && entries.physicalOffset(index) < log.minOffset && !entries.isBlank(index)
  }
}

function isOf(record: Buffer, { topicAt, topicEnd }: StoredRecord, { topic, queueId }: DiskConsumeQueue, queueOffset: number): boolean {
  const isThere = positionAt(record, RecordField.QUEUE_OFFSET) === queueOffset && int32At(record, RecordField.QUEUE_ID) === queueId
  return isThere && isText(record, topicAt, topicEnd, topic)
}

/** Without making a text of the bytes where they are ASCII. */
function isText(bytes: Buffer, from: number, to: number, text: string): boolean {
  if (text.length !== to - from) return bytes.toString('utf8', from, to) === text
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    if (byte > 0x7f) return bytes.toString('utf8', from, to) === text
    if (byte !== text.charCodeAt(at - from)) return false
  }
  return true
}
