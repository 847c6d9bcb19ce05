import { isPassing } from '../files/file-error'
import { IntervalWork } from './interval-work'
import type { LogSync } from './log-sync'
import type { StoreClock, StoreLogger } from './store-clock'

/** A checkpoint is made after so much log at the latest: recovery after a crash reads no more than that. Bytes. */
const CHECKPOINT_EVERY_BYTES = 256 * 1024 * 1024
/** … and so long after the first change. Milliseconds. */
const CHECKPOINT_EVERY_MS = 10_000

/** What is written behind the log's back. */
export interface BackgroundFlushOptions {
  readonly clock: StoreClock
  readonly logger: StoreLogger
  readonly sync: LogSync
  readonly flushIntervalMs: number
  readonly queueFlushIntervalMs: number
  /** Writes what consume queues and index have gathered. */
  readonly flushQueues: () => Promise<void>
  /** Makes everything durable up to a place in the log and notes that place. */
  readonly checkpoint: () => Promise<void>
  /** Told when the disk failed. */
  readonly onFailure: (error: unknown) => void
}

/** Brings to disk in the background what commits leave in memory. Rests while nothing is appended. */
export class BackgroundFlush {
  readonly #options: BackgroundFlushOptions
  readonly #log: IntervalWork
  readonly #queues: IntervalWork
  #bytesSinceCheckpoint = 0
  #checkpointDueAt: number | undefined
  #isWaiting = false

  constructor(options: BackgroundFlushOptions) {
    const { clock, sync, flushIntervalMs, queueFlushIntervalMs, onFailure } = options
    this.#options = options
    this.#log = new IntervalWork({
      clock,
      intervalMs: flushIntervalMs,
      work: async () => {
        await sync.upToNow()
        return sync.isBehind
      },
      onError: (error) => {
        onFailure(error)
        return false
      }
    })
    this.#queues = new IntervalWork({
      clock,
      intervalMs: queueFlushIntervalMs,
      work: () => this.#flushQueues(),
      onError: (error) => this.#queuesFailed(error)
    })
  }

  /** So many bytes became visible. */
  grew(bytes: number): void {
    this.#bytesSinceCheckpoint += bytes
    this.#checkpointDueAt ??= this.#options.clock.monotonic() + CHECKPOINT_EVERY_MS
    this.#log.wake()
    this.#queues.wake()
  }

  /** Nothing is begun any more; settles when what is under way has ended. */
  async stop(): Promise<void> {
    await Promise.all([this.#log.stop(), this.#queues.stop()])
  }

  async #flushQueues(): Promise<boolean> {
    if (this.#isCheckpointDue()) await this.#checkpoint()
    else await this.#options.flushQueues()
    this.#isWaiting = false
    return this.#checkpointDueAt !== undefined
  }

  async #checkpoint(): Promise<void> {
    const dueAt = this.#checkpointDueAt
    this.#bytesSinceCheckpoint = 0
    this.#checkpointDueAt = undefined
    try {
      await this.#options.checkpoint()
    } catch (error) {
      this.#checkpointDueAt = dueAt
      throw error
    }
  }

  #isCheckpointDue(): boolean {
    const dueAt = this.#checkpointDueAt ?? Number.POSITIVE_INFINITY
    return this.#bytesSinceCheckpoint >= CHECKPOINT_EVERY_BYTES || this.#options.clock.monotonic() >= dueAt
  }

  /** Queues and index can be made again from the log, so they may wait until there is space, or may be opened again. */
  #queuesFailed(error: unknown): boolean {
    if (!isPassing(error)) {
      this.#options.onFailure(error)
      return false
    }
    if (!this.#isWaiting)
      this.#options.logger.warn('consume queues and index cannot be written now: they are when that has passed', { error })
    this.#isWaiting = true
    return true
  }
}
