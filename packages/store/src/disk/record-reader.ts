import { decodeRecord, MIN_RECORD_BYTES, RecordField } from '@rocketmq-ts/remoting/wire'
import { isQueued } from '../check-request'
import type { MaybePromise } from '../message-store'
import type { CommitLog } from './commit-log/commit-log'
import type { DiskConsumeQueue } from './consume-queue/disk-consume-queue'
import type { DiskConsumeQueues } from './consume-queue/disk-consume-queues'
import type { QueueEntries } from './consume-queue/queue-entries'
import type { ResolvedDiskOptions } from './disk-options'
import { RecordSearch } from './record-search'
import { checkStoredRecord, type RecordCrcRule } from './recovery/check-stored-record'

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

/**
 * Reads records from the log and trusts nothing that comes from the disk: a record is served only when its checksums are right, it is at its
 * place in the log and it is the one that its queue's entry stands for.
 */
export class RecordReader {
  readonly #given: RecordReaderOptions
  readonly #search: RecordSearch
  /** `topic/queueId/queueOffset` of entries without a record. */
  readonly #damaged = new Set<string>()

  constructor(given: RecordReaderOptions) {
    this.#given = given
    this.#search = new RecordSearch(given)
  }

  /** The record of an entry: valid for as long as someone holds it. `undefined`: it is damaged. Rejects with a FileError. */
  async ofEntry(queue: DiskConsumeQueue, entries: QueueEntries, index: number): Promise<Buffer | undefined> {
    const queueOffset = entries.from + index
    const physicalOffset = entries.physicalOffset(index)
    const found = await this.#read(physicalOffset, entries.size(index))
    if (found !== undefined && isOf(found, queue, queueOffset)) return found
    return this.#searched(queue, entries, index)
  }

  /** The bytes of the record that begins exactly at a commit log offset, and not inside of another. */
  at(physicalOffset: number): MaybePromise<Buffer | undefined> {
    const { log, visibleEnd } = this.#given
    const end = visibleEnd()
    const isInside = Number.isSafeInteger(physicalOffset) && physicalOffset >= log.minOffset && physicalOffset + MIN_RECORD_BYTES <= end
    if (!isInside || log.isRecordStart(physicalOffset) === false) return undefined
    return this.#at(physicalOffset)
  }

  /** The store time of a queue's record; −1 when it is damaged. */
  async storeTimeAt(queue: DiskConsumeQueue, queueOffset: number): Promise<number> {
    const record = await this.ofEntry(queue, await queue.entries(queueOffset, 1), 0)
    return record === undefined ? -1 : decodeRecord(record).storeTimestamp
  }

  async #at(physicalOffset: number): Promise<Buffer | undefined> {
    const { log, visibleEnd } = this.#given
    const head = await log.read(physicalOffset, MIN_RECORD_BYTES)
    const record = await this.#read(physicalOffset, head.readInt32BE(RecordField.SIZE))
    if (record === undefined || physicalOffset + record.length > visibleEnd()) return undefined
    if (log.isRecordStart(physicalOffset) === true || (await this.#isInItsQueue(record, physicalOffset))) return record
    return (await this.#search.isRecordStart(physicalOffset)) ? record : undefined
  }

  /** A whole record with right checksums, or `undefined`. */
  async #read(physicalOffset: number, size: number): Promise<Buffer | undefined> {
    const { log, visibleEnd, crcRule } = this.#given
    const isPossible = size >= MIN_RECORD_BYTES && physicalOffset >= log.minOffset && physicalOffset + size <= visibleEnd()
    if (!isPossible || (physicalOffset % log.fileBytes) + size > log.fileBytes) return undefined
    const bytes = await log.read(physicalOffset, size)
    const checked = checkStoredRecord(bytes, 0, bytes.length, physicalOffset, crcRule(physicalOffset))
    return 'size' in checked && checked.size === size ? bytes : undefined
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
    if (this.#damaged.has(key)) return undefined
    const found = await this.#search.find(queue, queueOffset)
    if (found !== undefined) return found
    if (this.#damaged.size < MAX_KNOWN_DAMAGES) this.#damaged.add(key)
    const { logger } = this.#given.options
    logger.error('a record is damaged: it is left out', { topic, queueId, queueOffset, physicalOffset: entries.physicalOffset(index) })
    return undefined
  }
}

function isOf(record: Buffer, { topic, queueId }: DiskConsumeQueue, queueOffset: number): boolean {
  const found = decodeRecord(record)
  return found.queueOffset === queueOffset && found.queueId === queueId && found.topic === topic
}
