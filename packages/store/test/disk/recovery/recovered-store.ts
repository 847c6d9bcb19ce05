import { ManualClock } from 'net-ts-protocol-kit'
import { CommitLog } from '../../../src/disk/commit-log/commit-log'
import { DiskConsumeQueues } from '../../../src/disk/consume-queue/disk-consume-queues'
import { type DiskMessageStoreOptions, type ResolvedDiskOptions, resolveDiskOptions } from '../../../src/disk/disk-options'
import { IndexFiles } from '../../../src/disk/index-files/index-files'
import { type RecoveryReport, recover } from '../../../src/disk/recovery/recover'
import { StoreState } from '../../../src/disk/recovery/store-state'
import type { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import type { SampleLog } from './sample-log'

/** A store's parts after their recovery. */
export interface RecoveredStore {
  readonly report: RecoveryReport
  readonly log: CommitLog
  readonly queues: DiskConsumeQueues
  readonly index: IndexFiles
  readonly state: StoreState
  /** `topic/queueId` with its minimum offset and the physical offset of each entry, −1 for a blank one. */
  entries(): Promise<Record<string, { min: number; offsets: number[] }>>
  /** Closes in order. */
  leave(): Promise<void>
  /** Closes files and notes nothing, as if the process had ended. */
  drop(): Promise<void>
}

export function diskOptions(files: SimulatedStoreFiles, log: SampleLog, more: Partial<DiskMessageStoreOptions> = {}): ResolvedDiskOptions {
  const small = {
    commitLogFileBytes: log.fileBytes,
    consumeQueueFileEntries: 64,
    indexSlots: 64,
    indexEntries: 256,
    zeroAheadBytes: 16 * 1024
  }
  return resolveDiskOptions({ directory: '/store', files, clock: new ManualClock(), ...small, ...more })
}

/** Opens what is on the disk, as a store does. */
export async function recoverStore(options: ResolvedDiskOptions): Promise<RecoveredStore> {
  const log = CommitLog.load(options)
  const queues = DiskConsumeQueues.load(options)
  const index = IndexFiles.load(options)
  const state = StoreState.load(options)
  const report = await recover({ options, log, queues, index, state })
  const drop = async () => {
    await index.close()
    await queues.close()
    await log.close()
  }
  const leave = async () => {
    await queues.flush({ sync: true })
    await index.flush({ sync: true })
    state.leaveInOrder({ log, queues, index })
    await drop()
  }
  const entries = async () => {
    const found: Record<string, { min: number; offsets: number[] }> = {}
    for (const queue of queues.all()) {
      const all = await queue.entries(queue.minOffset, queue.maxOffset - queue.minOffset)
      const offsets = Array.from({ length: all.count }, (_, index) => (all.isBlank(index) ? -1 : all.physicalOffset(index)))
      found[`${queue.topic}/${queue.queueId}`] = { min: queue.minOffset, offsets }
    }
    return found
  }
  return { report, log, queues, index, state, entries, leave, drop }
}
