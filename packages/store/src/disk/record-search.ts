import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import type { CommitLog } from './commit-log/commit-log'
import type { DiskConsumeQueue } from './consume-queue/disk-consume-queue'
import type { QueueEntries } from './consume-queue/queue-entries'
import type { ResolvedDiskOptions } from './disk-options'
import type { RecordCrcRule } from './recovery/check-stored-record'
import { scanLog } from './recovery/scan-log'

/** What a search in the log works with. */
export interface RecordSearchOptions {
  readonly options: Pick<ResolvedDiskOptions, 'files'>
  readonly log: Pick<CommitLog, 'files' | 'minOffset'>
  /** Records before this commit log offset may be read. */
  readonly visibleEnd: () => number
  /** Whether the record at a commit log offset must have a checksum over all of it. */
  readonly crcRule: (physicalOffset: number) => RecordCrcRule
}

/** How many entries before and behind a damaged one are looked at for where its record may be. */
const NEIGHBOURS = 64

/** Finds records by reading the log itself: slow, and only for what the consume queues cannot tell. One search at a time. */
export class RecordSearch {
  readonly #given: RecordSearchOptions
  #searches: Promise<unknown> = Promise.resolve()

  constructor(given: RecordSearchOptions) {
    this.#given = given
  }

  /** The record with that place in a queue, read from where its neighbours' entries say that it must be. */
  find(queue: DiskConsumeQueue, queueOffset: number): Promise<Buffer | undefined> {
    return this.#inTurn(async () => {
      const from = await this.#before(queue, queueOffset)
      const to = await this.#behind(queue, queueOffset)
      let found: Buffer | undefined
      await this.#scan(from, to, (bytes, at, size) => {
        const record = decodeRecord(bytes, at, at + size)
        const isIt = record.queueOffset === queueOffset && record.queueId === queue.queueId && record.topic === queue.topic
        if (isIt) found = Buffer.from(bytes.subarray(at, at + size))
        return isIt
      })
      return found
    })
  }

  /** Whether a record begins there, and not inside of another. */
  isRecordStart(physicalOffset: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const file = this.#given.log.files.find(({ start, end }) => start <= physicalOffset && physicalOffset < end)
      if (file === undefined) return false
      let isStart = false
      await this.#scan(file.start, file.end, (_bytes, _at, _size, offset) => {
        isStart = offset === physicalOffset
        return offset >= physicalOffset
      })
      return isStart
    })
  }

  /** Reads records until `isEnough`, or up to an offset. */
  async #scan(from: number, to: number, isEnough: (bytes: Buffer, at: number, size: number, offset: number) => boolean): Promise<void> {
    const { options, log, visibleEnd, crcRule } = this.#given
    const files = log.files.filter(({ start, end }) => end > from && start < Math.min(to, visibleEnd()))
    const stop = new AbortController()
    try {
      await scanLog({
        options,
        files,
        from,
        crcRule,
        signal: stop.signal,
        onRecord: (bytes, at, size, offset) => {
          if (stop.signal.aborted) return
          if (offset >= to || offset + size > visibleEnd() || isEnough(bytes, at, size, offset)) stop.abort()
        }
      })
    } catch (error) {
      if (!stop.signal.aborted) throw error
    }
  }

  /** Where to begin: at the record of an entry before it. */
  async #before(queue: DiskConsumeQueue, queueOffset: number): Promise<number> {
    const from = Math.max(queue.minOffset, queueOffset - NEIGHBOURS)
    const entries = await queue.entries(from, queueOffset - from)
    for (let index = entries.count - 1; index >= 0; index--) if (this.#isPlausible(entries, index)) return entries.physicalOffset(index)
    return this.#given.log.minOffset
  }

  /** Where to end: at the record of an entry behind it. */
  async #behind(queue: DiskConsumeQueue, queueOffset: number): Promise<number> {
    const entries = await queue.entries(queueOffset + 1, Math.min(NEIGHBOURS, queue.maxOffset - queueOffset - 1))
    for (let index = 0; index < entries.count; index++) if (this.#isPlausible(entries, index)) return entries.physicalOffset(index)
    return this.#given.visibleEnd()
  }

  #isPlausible(entries: QueueEntries, index: number): boolean {
    const physicalOffset = entries.physicalOffset(index)
    return !entries.isBlank(index) && physicalOffset >= this.#given.log.minOffset && physicalOffset < this.#given.visibleEnd()
  }

  #inTurn<T>(search: () => Promise<T>): Promise<T> {
    const result = this.#searches.then(search)
    this.#searches = result.catch(() => {})
    return result
  }
}
