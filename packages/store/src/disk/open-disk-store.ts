import type { CommitAnnouncer } from '../commit-announcer'
import type { MaybePromise, OffsetBoundary, QueryRequest, QueryResult, ReadRequest, ReadResult, StoreDocuments } from '../message-store'
import { offsetByTimeLater } from '../offset-by-time'
import { queryIndex } from '../query/query-index'
import type { StoreError } from '../store-error'
import { BackgroundFlush } from './background-flush'
import type { LogStats } from './commit-log/commit-log'
import { Committer } from './committer'
import type { DiskConsumeQueue } from './consume-queue/disk-consume-queue'
import { isTopicName } from './consume-queue/queue-path'
import type { ResolvedDiskOptions } from './disk-options'
import { IndexFollower } from './index-follower'
import { LogSync } from './log-sync'
import { PendingAnswers } from './pending-answers'
import { QueueReader } from './queue-reader'
import { notWritable, RecordAppender } from './record-appender'
import { RecordReader } from './record-reader'
import type { RecordCrcRule } from './recovery/check-stored-record'
import { storeFailed } from './store-failed'
import type { StoreParts } from './store-parts'

/** A store on disk between its start and its close. */
export class OpenDiskStore {
  readonly committer: Committer
  readonly appender: RecordAppender
  readonly #options: ResolvedDiskOptions
  readonly #parts: StoreParts
  readonly #sync: LogSync
  readonly #flush: BackgroundFlush
  readonly #index: IndexFollower | undefined
  readonly #records: RecordReader
  readonly #queues: QueueReader
  #failure: StoreError | undefined
  readonly #answers = new PendingAnswers()
  #isClosed = false
  /** How far the background has heard of. */
  #grownTo: number
  /** Store time of the newest record that is visible. */
  #visibleTimestamp: number

  constructor(options: ResolvedDiskOptions, parts: StoreParts, announcer: CommitAnnouncer) {
    const { log, queues, index } = parts
    const { clock, logger, flush, syncFlushTimeoutMs, flushIntervalMs, queueFlushIntervalMs } = options
    const onFailure = (error: unknown): void => void this.#fail(error)
    this.#options = options
    this.#parts = parts
    this.#grownTo = log.endOffset
    this.#visibleTimestamp = parts.state.checkpoint.physicMsgTimestamp
    this.#sync = new LogSync(log)
    this.#index = index === undefined ? undefined : new IndexFollower(log, index)
    this.committer = new Committer({
      ...{ log, clock, logger, flush, syncFlushTimeoutMs, announcer, onFailure, sync: this.#sync },
      newestTimestamp: () => this.appender.newestTimestamp,
      onVisible: (end, storeTimestamp) => this.#visible(end, storeTimestamp),
      onRolledBack: (writtenOffset) => {
        this.#index?.rollBack(writtenOffset)
        parts.state.logEndsAt(writtenOffset)
      }
    })
    this.appender = new RecordAppender({
      ...{ options, parts, committer: this.committer, index: this.#index },
      fail: (error) => this.#failInBackground(error)
    })
    this.#flush = new BackgroundFlush({
      ...{ clock, logger, flushIntervalMs, queueFlushIntervalMs, sync: this.#sync },
      onFailure: (error) => void this.#failInBackground(error),
      flushQueues: () => this.#flushQueues(false),
      checkpoint: () => this.#checkpoint()
    })
    const crcRule = crcRuleFrom(log.endOffset, options, parts)
    this.#records = new RecordReader({ options, log, queues, crcRule, visibleEnd: () => this.committer.visibleEnd })
    this.#queues = new QueueReader(log, this.#records)
    parts.retention.start()
  }

  get documents(): StoreDocuments {
    return this.#parts.documents
  }

  get failure(): StoreError | undefined {
    return this.#failure
  }

  /** Whether nothing more is answered: files are being closed. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  get stats(): LogStats {
    return this.#parts.log.stats
  }

  read(request: ReadRequest): MaybePromise<ReadResult> {
    return this.#answers.note(this.#queues.read(this.find(request.topic, request.queueId), request))
  }

  /** The bytes of the record that begins exactly there. */
  recordBytesAt(physicalOffset: number): MaybePromise<Buffer | undefined> {
    return this.#answers.note(this.#records.at(physicalOffset))
  }

  find(topic: string, queueId: number): DiskConsumeQueue | undefined {
    return this.#parts.queues.find(topic, queueId)
  }

  offsetByTime(topic: string, queueId: number, timestampMs: number, boundary: OffsetBoundary): MaybePromise<number> {
    const queue = this.find(topic, queueId)
    if (queue === undefined) return 0
    const { minOffset, maxOffset } = queue
    const storeTimeAt = (offset: number): Promise<number> => this.#records.storeTimeFrom(queue, offset)
    return this.#answers.note(offsetByTimeLater(minOffset, maxOffset, timestampMs, boundary, storeTimeAt))
  }

  storeTimeAt(topic: string, queueId: number, queueOffset: number): MaybePromise<number> {
    const queue = this.find(topic, queueId)
    if (queue === undefined || queueOffset < queue.minOffset || queueOffset >= queue.maxOffset) return -1
    return this.#answers.note(this.#records.storeTimeAt(queue, queueOffset))
  }

  query(request: QueryRequest): MaybePromise<QueryResult> {
    return this.#answers.note(this.#query(request))
  }

  deleteTopic(topic: string): void {
    const { queues, state, log } = this.#parts
    if (!isTopicName(topic)) return
    // Of one that never had a queue there is nothing in the log.
    if (queues.has(topic)) state.topicDeleted(topic, log)
    this.committer.forgetTopic(topic)
    queues.deleteTopic(topic)
  }

  /** Commits what is staged, brings everything to disk and notes that the store was left in good order. */
  async close(): Promise<void> {
    // First: what those who are told append would be staged, and never committed.
    if (this.#failure === undefined) this.appender.refuse(() => notWritable('it is being closed', this.#options))
    try {
      this.committer.commit()
    } finally {
      await this.#finish()
    }
  }

  async #finish(): Promise<void> {
    await this.committer.idle()
    await Promise.all([this.#parts.retention.stop(), this.#flush.stop()])
    try {
      if (this.#failure === undefined) await this.#leaveInOrder()
    } finally {
      await this.#letGo()
    }
  }

  async #query(request: QueryRequest): Promise<QueryResult> {
    const { index } = this.#parts
    await this.#index?.upTo(this.committer.visibleEnd)
    return index === undefined ? NOT_INDEXED : queryIndex(index, this.#records, request)
  }

  async #leaveInOrder(): Promise<void> {
    await this.#checkpoint()
    this.#isClosed = true
    this.#parts.state.leaveInOrder(this.#parts)
  }

  /** Of a disk that has failed before nothing else is expected. */
  async #letGo(): Promise<void> {
    this.#isClosed = true
    // They would open files again that nobody closes.
    await Promise.all([this.#answers.settled(), this.#index?.idle()])
    try {
      await this.#parts.close()
    } catch (error) {
      if (this.#failure === undefined) throw error
      this.#options.logger.debug('a store whose disk had failed was closed', { error })
    }
  }

  /** Told by whoever finds that the disk has failed: nothing more is appended, what is committed can be read. */
  #fail(error: unknown): StoreError {
    if (this.#failure !== undefined) return this.#failure
    const { directory, logger, onFailure } = this.#options
    const failure = storeFailed(directory, error)
    this.#failure = failure
    this.appender.refuse(() => failure)
    logger.error(failure.message, { error })
    // Closing waits for what is under way.
    void this.#flush.stop()
    void this.#parts.retention.stop()
    try {
      onFailure(failure)
    } catch (thrown) {
      logger.error('whoever was told that the store has stopped failed', { error: thrown })
    }
    return failure
  }

  /** … and not by the committer, which is to give up what is staged. */
  #failInBackground(error: unknown): StoreError {
    const failure = this.#fail(error)
    this.committer.fail()
    return failure
  }

  #visible(end: number, storeTimestamp: number): void {
    // A commit made by someone who was told of one is heard of first.
    if (end <= this.#grownTo) return
    this.#flush.grew(end - this.#grownTo)
    this.#grownTo = end
    this.#visibleTimestamp = storeTimestamp
    this.#index?.advance(end)
  }

  async #flushQueues(sync: boolean): Promise<void> {
    await this.#parts.queues.flush({ sync })
    await this.#parts.index?.flush({ sync })
  }

  /** Makes everything durable that is visible now, and notes that recovery may begin there. */
  async #checkpoint(): Promise<void> {
    const durable = { end: this.committer.visibleEnd, storeTimestamp: this.#visibleTimestamp }
    await this.#index?.upTo(durable.end)
    await this.#sync.upToNow()
    await this.#flushQueues(true)
    const { state, index } = this.#parts
    // More may have come to the index while it was written.
    const written = index && { endPhysicalOffset: index.flushedPhysicalOffset, lastStoreTimestamp: index.lastStoreTimestamp }
    state.durable(durable, { index: written })
  }
}

const NOT_INDEXED: QueryResult = Object.freeze({ records: [], lastUpdateTimestamp: 0, lastUpdatePhysicalOffset: 0 })

/** What is written from `start` on is sealed as the options say; of what was there before, the state knows. */
function crcRuleFrom(start: number, { recordCrc }: ResolvedDiskOptions, { state }: StoreParts): (physicalOffset: number) => RecordCrcRule {
  return (physicalOffset) => (recordCrc && physicalOffset >= start ? 'demanded' : state.crcRule(physicalOffset))
}
