import { FileError } from '../../files/file-error'
import type { ResolvedDiskOptions } from '../disk-options'
import { type Deletion, type DiskUse, deletionAt, isExpired, refusesAt } from './deletion-rules'
import { localHour } from './local-hour'

/** What is deleted from: a commit log. */
export interface RetainedLog {
  /** Ascending. */
  readonly files: readonly RetainedFile[]
  readonly minOffset: number
  readonly writtenOffset: number
  /** Removes the files that end at or before there. */
  deleteBefore(physicalOffset: number): void
}

export interface RetainedFile {
  readonly path: string
  /** Where the next one begins. */
  readonly end: number
}

/** What follows the log: consume queues and index. */
export interface LogFollower {
  dropBefore(physicalOffset: number): Promise<void>
}

export interface RetentionParts {
  readonly options: ResolvedDiskOptions
  readonly log: RetainedLog
  /** In this order. */
  readonly followers: readonly LogFollower[]
  /** Hour of the day at a wall clock time. Default: local time. */
  readonly hourOf?: (atMs: number) => number
}

/** Milliseconds between two looks (`cleanResourceInterval`). */
const LOOK_EVERY_MS = 10_000
/** The same while sends are refused: space may be back at any moment. */
const LOOK_WHEN_FULL_EVERY_MS = 1000
/** Files deleted after one look, and milliseconds between two of them (`deleteFileBatchMax`, `deleteCommitLogFilesInterval`). */
const MAX_FILES_PER_LOOK = 10
const PAUSE_MS = 100

/**
 * Deletes the oldest files of the commit log when their time is over or the disk fills up, one by one for as long as there is a reason; then
 * consume queues and index follow. The file that is written to always stays (read in store/…/DefaultMessageStore.java,
 * `CleanCommitLogService`, and store/…/ConsumeQueueStore.java, `CleanConsumeQueueService`).
 */
export class Retention {
  readonly #parts: RetentionParts
  readonly #hourOf: (atMs: number) => number
  #isFull = false
  #isStopped = false
  #droppedBefore = 0
  #looking: Promise<void> = Promise.resolve()
  /** Ends the wait under way. */
  #wake = (): void => {}
  #lastProblem = ''

  constructor(parts: RetentionParts) {
    this.#parts = parts
    this.#hourOf = parts.hourOf ?? localHour
  }

  /** Whether the disk is so full that sends are refused. Known from `start` on. */
  get isFull(): boolean {
    return this.#isFull
  }

  start(): void {
    this.#measure()
    this.#looking = this.#run()
  }

  /**
   * Nothing more is begun: for a store that is closed, or whose disk has failed, of which nothing more is to be changed. Settles when what
   * is under way has ended; never rejects.
   */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake()
    await this.#looking
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#wait(this.#isFull ? LOOK_WHEN_FULL_EVERY_MS : LOOK_EVERY_MS)
      if (!this.#isStopped) await this.#look()
    }
  }

  async #look(): Promise<void> {
    try {
      await this.#deleteFiles()
      await this.#follow()
      this.#lastProblem = ''
    } catch (error) {
      this.#tell(error)
    }
  }

  async #deleteFiles(): Promise<void> {
    for (let deleted = 0; deleted < MAX_FILES_PER_LOOK; deleted++) {
      if (deleted > 0) await this.#wait(PAUSE_MS)
      if (this.#isStopped) return
      const deletion = this.#deletion()
      const file = this.#oldest()
      if (file === undefined || !this.#mayGo(file, deletion)) return
      this.#parts.log.deleteBefore(file.end)
      this.#parts.options.logger.info('a file of the commit log is deleted', { path: file.path, deletion })
    }
  }

  /** The disk is measured anew before each file. */
  #deletion(): Deletion {
    const { options } = this.#parts
    return deletionAt(this.#hourOf(options.clock.now()), this.#measure(), options)
  }

  #oldest(): RetainedFile | undefined {
    const { files, writtenOffset } = this.#parts.log
    const [oldest] = files
    return files.length > 1 && oldest !== undefined && oldest.end <= writtenOffset ? oldest : undefined
  }

  #mayGo({ path }: RetainedFile, deletion: Deletion): boolean {
    if (deletion !== 'expired') return deletion === 'oldest'
    const { options } = this.#parts
    const modifiedAt = options.files.stat(path)?.modifiedAt
    return modifiedAt === undefined || isExpired(modifiedAt, options.clock.now(), options)
  }

  async #follow(): Promise<void> {
    const { log, followers } = this.#parts
    const { minOffset } = log
    if (minOffset <= this.#droppedBefore) return
    for (const follower of followers) {
      if (this.#isStopped) return
      await follower.dropBefore(minOffset)
    }
    this.#droppedBefore = minOffset
  }

  #measure(): DiskUse {
    const { options } = this.#parts
    const use = this.#diskUse()
    const isFull = refusesAt(use, this.#isFull, options)
    if (isFull && !this.#isFull) options.logger.error('the disk is nearly full: sends are refused', { directory: options.directory, use })
    if (!isFull && this.#isFull) options.logger.warn('the disk has space again: sends are accepted', { directory: options.directory, use })
    this.#isFull = isFull
    return use
  }

  #diskUse(): DiskUse {
    const { files, directory } = this.#parts.options
    try {
      const { totalBytes, freeBytes } = files.space(directory)
      return totalBytes > 0 ? (totalBytes - freeBytes) / totalBytes : undefined
    } catch (error) {
      if (error instanceof FileError) return undefined
      throw error
    }
  }

  /** A problem that lasts is told once. */
  #tell(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error)
    if (problem !== this.#lastProblem) this.#parts.options.logger.warn('old messages cannot be deleted', { error })
    this.#lastProblem = problem
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.options.clock.setTimeout(resolve, delayMs, { keepsProcessAlive: false })
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
  }
}
