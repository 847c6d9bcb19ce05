import { CommitLog } from './commit-log/commit-log'
import { DiskConsumeQueues } from './consume-queue/disk-consume-queues'
import type { ResolvedDiskOptions } from './disk-options'
import { DiskDocuments } from './documents/disk-documents'
import { IndexFiles } from './index-files/index-files'
import { StoreOwner } from './owner/store-owner'
import { Retention } from './retention/retention'

/** What a store on disk consists of while it is open. */
export class StoreParts {
  readonly documents: DiskDocuments
  readonly log: CommitLog
  readonly queues: DiskConsumeQueues
  readonly index: IndexFiles | undefined
  readonly retention: Retention
  readonly #owner: StoreOwner

  static async open(options: ResolvedDiskOptions): Promise<StoreParts> {
    const owner = await StoreOwner.take(options)
    try {
      const parts = new StoreParts(options, owner)
      await parts.log.startAppending(0)
      return parts
    } catch (error) {
      owner.release()
      throw error
    }
  }

  private constructor(options: ResolvedDiskOptions, owner: StoreOwner) {
    this.#owner = owner
    this.documents = new DiskDocuments(options)
    this.log = CommitLog.load(options)
    this.queues = DiskConsumeQueues.load(options)
    this.index = options.index ? IndexFiles.load(options) : undefined
    const followers = this.index === undefined ? [this.queues] : [this.queues, this.index]
    this.retention = new Retention({ options, log: this.log, followers })
  }

  checkpoint(_end: number): void {}
  topicDeleted(_topic: string, _end: number): void {}
  async leaveInOrder(): Promise<void> {}

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
