import type { CommitGroup, CommitWaiter } from './commit-group'
import type { LogSync } from './log-sync'
import type { StoreClock } from './store-clock'

/** What a group commit needs of its store. */
export interface GroupCommitOptions {
  readonly sync: LogSync
  readonly clock: StoreClock
  /** Milliseconds that waiters wait for the disk at most. */
  readonly timeoutMs: number
  /** Told of each group whose records are durable, in order. */
  readonly onDurable: (group: CommitGroup) => void
  /** Told of a group whose waiters have waited long enough: those are to be told, and taken from it. */
  readonly onTimeout: (group: CommitGroup) => void
  /** Told once when the disk failed; `groups` are not durable. */
  readonly onFailure: (error: unknown, groups: readonly CommitGroup[]) => void
}

/**
 * `SYNC_FLUSH`: one `fdatasync` at a time for all commits that gathered while the one before was under way
 * (read in store/…/CommitLog.java, `GroupCommitService`, but a sync that failed is never tried again).
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  #gathered: CommitGroup[] = []
  /** Groups with a timer: they have waiters. */
  readonly #watched = new Set<CommitGroup>()
  #underWay: readonly CommitGroup[] = []
  #running: Promise<void> = Promise.resolve()
  #isSyncing = false
  #hasFailed = false

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  /** Every group that is not durable yet, oldest first. */
  get waiting(): readonly CommitGroup[] {
    return [...this.#underWay, ...this.#gathered]
  }

  /** A group whose records are written. */
  add(group: CommitGroup): void {
    this.#gathered.push(group)
    this.#watch(group)
    if (!this.#isSyncing && !this.#hasFailed) this.#running = this.#syncAll()
  }

  /** Adds a waiter to the newest group that is not durable yet. Whether there is one. */
  join(waiter: CommitWaiter): boolean {
    const newest = this.#gathered.at(-1) ?? this.#underWay.at(-1)
    newest?.waiters.push(waiter)
    if (newest !== undefined) this.#watch(newest)
    return newest !== undefined
  }

  /** Settles when no group waits any more. */
  async idle(): Promise<void> {
    while (this.#isSyncing) await this.#running
  }

  async #syncAll(): Promise<void> {
    this.#isSyncing = true
    while (this.#gathered.length > 0) {
      this.#underWay = this.#gathered
      this.#gathered = []
      try {
        await this.#options.sync.upToNow()
      } catch (error) {
        this.#fail(error)
        break
      }
      const durable = this.#underWay
      this.#underWay = []
      for (const group of durable) this.#options.onDurable(group)
    }
    // In the same step as the last look: a group that comes later begins anew.
    this.#isSyncing = false
  }

  #fail(error: unknown): void {
    this.#hasFailed = true
    const groups = this.waiting
    this.#underWay = []
    this.#gathered = []
    this.#options.onFailure(error, groups)
  }

  /** A disk that takes too long: senders hear that their messages are stored, but not yet durable. */
  #watch(group: CommitGroup): void {
    if (group.waiters.length === 0 || this.#watched.has(group)) return
    const { clock, timeoutMs, onTimeout } = this.#options
    const timer = clock.setTimeout(() => onTimeout(group), timeoutMs, { keepsProcessAlive: false })
    this.#watched.add(group)
    group.waiters.unshift(() => {
      timer.cancel()
      this.#watched.delete(group)
    })
  }
}
