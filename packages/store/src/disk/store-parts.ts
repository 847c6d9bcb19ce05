import { placedFiles } from '../files/placed-files'
import { CommitLog } from './commit-log/commit-log'
import { batchTopics } from './consume-queue/batch-topics'
import { DiskConsumeQueues } from './consume-queue/disk-consume-queues'
import type { ResolvedDiskOptions } from './disk-options'
import { DiskDocuments } from './documents/disk-documents'
import { IndexFiles } from './index-files/index-files'
import { StoreOwner } from './owner/store-owner'
import { type RecoveryReport, recover } from './recovery/recover'
import { StoreState } from './recovery/store-state'
import { Retention } from './retention/retention'

/** Documents that a broker cannot do without: when both copies of one are broken, the store does not open. The topics come first. */
const DOCUMENTS = ['topics.json', 'subscriptionGroup.json', 'consumerOffset.json', 'delayOffset.json'] as const

/** What a store on disk consists of while it is open. */
export class StoreParts {
  readonly documents: DiskDocuments
  readonly log: CommitLog
  readonly queues: DiskConsumeQueues
  readonly index: IndexFiles | undefined
  readonly state: StoreState
  readonly retention: Retention
  readonly #options: ResolvedDiskOptions
  readonly #owner: StoreOwner

  /** Takes the directory, loads what is in it, and recovers. Lets go of everything when that fails, or is ended by the signal. */
  static async open(
    options: ResolvedDiskOptions,
    signal: AbortSignal
  ): Promise<{ readonly parts: StoreParts; readonly recovery: RecoveryReport }> {
    const owner = await StoreOwner.take(options)
    let parts: StoreParts | undefined
    try {
      parts = new StoreParts({ ...options, files: placedFiles(options.files, options.directory) }, owner)
      return { parts, recovery: await parts.#recover(signal) }
    } catch (error) {
      await parts?.close().catch(() => {})
      owner.release()
      throw error
    }
  }

  private constructor(options: ResolvedDiskOptions, owner: StoreOwner) {
    this.#options = options
    this.#owner = owner
    this.documents = new DiskDocuments(options)
    const [topics] = DOCUMENTS.map((name) => this.documents.read(name))
    this.state = StoreState.load(options)
    this.log = CommitLog.load(options)
    this.queues = DiskConsumeQueues.load(options, batchTopics(options, topics))
    this.index = options.index ? IndexFiles.load(options) : undefined
    const followers = this.index === undefined ? [this.queues] : [this.queues, this.index]
    this.retention = new Retention({ options, log: this.log, followers })
  }

  #recover(signal: AbortSignal): Promise<RecoveryReport> {
    return recover({ options: this.#options, log: this.log, queues: this.queues, index: this.index, state: this.state, signal })
  }

  /** Lets go of everything, whatever fails. Rejects with the first failure. */
  async close(): Promise<void> {
    const closes = [() => this.documents.settled(), () => this.index?.close(), () => this.queues.close(), () => this.log.close()]
    const failures: unknown[] = []
    for (const close of closes) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    this.#owner.release()
    if (failures.length > 0) throw failures[0]
  }
}
