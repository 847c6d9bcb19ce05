import type { CommitAnnouncer } from '../commit-announcer'
import { isPassing } from '../files/file-error'
import type { Appended, AppendRequest, Arrival, CommitStatus } from '../message-store'
import type { CommitGroup, CommitWaiter } from './commit-group'
import type { CommitLog } from './commit-log/commit-log'
import type { DiskConsumeQueue } from './consume-queue/disk-consume-queue'
import type { FlushMode } from './disk-options'
import { GroupCommit } from './group-commit'
import type { LogSync } from './log-sync'
import type { StoreClock, StoreLogger } from './store-clock'

/** What a committer works with. */
export interface CommitterOptions {
  readonly log: CommitLog
  readonly sync: LogSync
  readonly clock: StoreClock
  readonly logger: StoreLogger
  readonly flush: FlushMode
  readonly syncFlushTimeoutMs: number
  /** Tells waiters and listeners. */
  readonly announcer: CommitAnnouncer
  /** Store time of the newest record that is staged, milliseconds. */
  readonly newestTimestamp: () => number
  /** Told how far the log is visible, and of when the newest record there is, after waiters and listeners. */
  readonly onVisible: (end: number, storeTimestamp: number) => void
  /** Told that the log ends there again: what was appended behind it could not be written. */
  readonly onRolledBack: (writtenOffset: number) => void
  /** Told once when the disk failed: nothing more may be appended. */
  readonly onFailure: (error: unknown) => void
}

/** Takes records from staged to durable and visible, and tells who waits for that. */
export class Committer {
  readonly #options: CommitterOptions
  readonly #groupCommit: GroupCommit | undefined
  /** Staged queues, and where their staged entries begin. */
  #staged = new Map<DiskConsumeQueue, number>()
  #arrivals: Arrival[] = []
  #waiters: CommitWaiter[] = []
  #visibleEnd: number
  #hasFailed = false

  constructor(options: CommitterOptions) {
    const { log, sync, clock, flush, syncFlushTimeoutMs: timeoutMs } = options
    this.#options = options
    this.#visibleEnd = log.writtenOffset
    if (flush === 'ASYNC_FLUSH') return
    this.#groupCommit = new GroupCommit({
      ...{ sync, clock, timeoutMs },
      onDurable: (group) => this.#unasked(() => this.#makeVisible(group)),
      onTimeout: (group) => this.#timedOut(group),
      onFailure: (error, groups) => {
        options.onFailure(error)
        this.fail(groups)
      }
    })
  }

  /** Records before this commit log offset may be read. */
  get visibleEnd(): number {
    return this.#visibleEnd
  }

  /** A record with a place in a queue has been appended. */
  staged(queue: DiskConsumeQueue, { topic, queueId, tagsCode: hash, delayMs }: AppendRequest, appended: Appended): void {
    const { physicalOffset, queueOffset, size, storeTimestamp } = appended
    // Of a delayed message the queue carries the time of its delivery (read in store/…/CommitLog.java, `checkMessageAndReturnSize`).
    const tagsCode = delayMs === undefined ? hash : storeTimestamp + delayMs
    if (!this.#staged.has(queue)) this.#staged.set(queue, queueOffset)
    queue.stage(physicalOffset, size, tagsCode)
    this.#arrivals.push({ topic, queueId, queueOffset, tagsCode })
  }

  /** Writes what is staged. Visible then, or once it is synced. */
  commit(): void {
    const { log } = this.#options
    if (log.endOffset === log.writtenOffset && this.#waiters.length === 0) return
    try {
      log.write()
    } catch (error) {
      this.#writeFailed(error)
      return
    }
    const group = this.#takeGroup()
    if (this.#groupCommit === undefined) this.#makeVisible(group)
    else this.#groupCommit.add(group)
  }

  whenCommitted(waiter: CommitWaiter): void {
    const { log, clock } = this.#options
    if (log.endOffset > log.writtenOffset) this.#waiters.push(waiter)
    else if (this.#groupCommit?.join(waiter) !== true) {
      const status = this.#hasFailed ? 'FAILED' : 'COMMITTED'
      clock.defer(() => waiter(status))
    }
  }

  /** Nobody is told of what was stored in a topic that is gone. */
  forgetTopic(topic: string): void {
    const isKept = (arrival: Arrival): boolean => arrival.topic !== topic
    this.#arrivals = this.#arrivals.filter(isKept)
    for (const group of this.#groupCommit?.waiting ?? []) group.arrivals = group.arrivals.filter(isKept)
    for (const queue of this.#staged.keys()) if (queue.topic === topic) this.#staged.delete(queue)
  }

  /** Settles when everything committed is visible, or has failed. */
  async idle(): Promise<void> {
    await this.#groupCommit?.idle()
  }

  /** The disk has failed: what is staged is given up, and whoever waits for that, or for these groups, hears so. */
  fail(groups: readonly CommitGroup[] = []): void {
    this.#hasFailed = true
    for (const group of [...groups, this.#rollBack()]) this.#unasked(() => this.#tell('FAILED', group))
  }

  #rollBack(): CommitGroup {
    const { log, onRolledBack } = this.#options
    for (const [queue, begin] of this.#staged) queue.rollBack(begin)
    log.rollBack()
    onRolledBack(log.writtenOffset)
    return this.#takeGroup()
  }

  #takeGroup(): CommitGroup {
    const queues = new Map([...this.#staged.keys()].map((queue) => [queue, queue.endOffset]))
    const { log, newestTimestamp } = this.#options
    const group = { end: log.endOffset, storeTimestamp: newestTimestamp(), queues, arrivals: this.#arrivals, waiters: this.#waiters }
    this.#staged = new Map()
    this.#arrivals = []
    this.#waiters = []
    return group
  }

  /** Nobody called, so nobody can be thrown at: what a waiter or listener throws is told to the logger. */
  #unasked(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#options.logger.error('someone who was told of stored messages failed', { error })
    }
  }

  #makeVisible(group: CommitGroup): void {
    for (const [queue, end] of group.queues) queue.commit(end)
    this.#visibleEnd = group.end
    try {
      this.#tell('COMMITTED', group)
    } finally {
      this.#options.onVisible(group.end, group.storeTimestamp)
    }
  }

  /** Nothing of it is in the log: its offsets are given out again. */
  #writeFailed(error: unknown): void {
    if (!isPassing(error)) {
      this.#hasFailed = true
      this.#options.onFailure(error)
    }
    this.#tell('FAILED', this.#rollBack())
  }

  #timedOut(group: CommitGroup): void {
    const { waiters } = group
    group.waiters = []
    this.#unasked(() => this.#tell('FLUSH_DISK_TIMEOUT', { ...group, waiters }))
  }

  #tell(status: CommitStatus, { waiters, arrivals }: CommitGroup): void {
    this.#options.announcer.announce({ status, waiters, arrivals: status === 'COMMITTED' ? arrivals : [] })
  }
}
