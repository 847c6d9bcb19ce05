import { type LogFile, listLogFiles } from '../disk/commit-log/log-files'
import { loadQueues, type QueueProblem } from '../disk/consume-queue/load-queues'
import { type ResolvedDiskOptions, resolveDiskOptions } from '../disk/disk-options'
import { IndexFiles } from '../disk/index-files/index-files'
import { isRunning, readProcess } from '../disk/owner/process-record'
import type { StoreClock } from '../disk/store-clock'
import { nodeStoreFiles } from '../files/node-store-files'
import type { ProcessIdentity, StoreFiles } from '../files/store-files'
import { StoreError } from '../store-error'
import { InspectedQueue } from './inspected-queue'
import { readOnlyFiles } from './read-only-files'

/** Where a store is. */
export interface InspectionOptions {
  /** The store's directory (`storePathRootDir`). */
  readonly directory: string
  /** Default: the disks of this machine. */
  readonly files?: StoreFiles
  /**
   * Hash slots and entries of an index file (`maxHashSlotNum`, `maxIndexNum`): only needed where there are not four entries for each slot, since
   * then the length of a file does not tell. Default 5,000,000 and 20,000,000.
   */
  readonly indexSlots?: number
  readonly indexEntries?: number
}

/** A directory that makes a directory a store. */
const PARTS = ['commitlog', 'consumequeue', 'config'] as const

/** A store's directory, looked at anew each time: a broker may be working on it. Nothing here can write. */
export class InspectedStore {
  readonly directory: string
  readonly files: StoreFiles
  readonly options: ResolvedDiskOptions

  /** @throws StoreError `STORE_NOT_FOUND`, `OPTION_INVALID` */
  constructor({ directory, files = nodeStoreFiles, ...index }: InspectionOptions) {
    this.directory = directory
    this.files = readOnlyFiles(files)
    this.options = resolveDiskOptions({ ...index, directory, files: this.files, clock: noClock })
    if (PARTS.some((part) => this.files.stat(this.path(part))?.kind === 'directory')) return
    const missing = `there is no store in ${directory}: it has none of ${PARTS.join(', ')}`
    throw new StoreError('STORE_NOT_FOUND', missing, { directory })
  }

  path(name: string): string {
    return `${this.directory}/${name}`
  }

  /** Ascending; there may be gaps between them. @throws StoreError `STORE_DAMAGED` for an impossible name */
  logFiles(): readonly LogFile[] {
    return listLogFiles(this.files, this.path('commitlog'))
  }

  queues(): { readonly queues: readonly InspectedQueue[]; readonly problems: readonly QueueProblem[] } {
    const { fileEntries, queues, problems } = loadQueues(this.options)
    return { queues: queues.map((found) => new InspectedQueue(this.files, found, fileEntries)), problems }
  }

  index(): IndexFiles {
    return IndexFiles.load(this.options)
  }

  /** The process of ours that has the store, whether or not it is still running. */
  owner(): (ProcessIdentity & { readonly isRunning: boolean }) | undefined {
    const owner = readProcess(this.files, this.path('rocketmq-ts/owner.json'))
    return owner === undefined ? undefined : { ...owner, isRunning: isRunning(this.files, owner) }
  }

  /** Processes that hold the official lock. */
  lockHolders(): readonly number[] {
    return this.files.lockHolders(this.path('lock'))
  }

  /** Whether a process has the store open, as far as can be told: then its end moves while it is looked at. */
  get isOpen(): boolean {
    return this.owner()?.isRunning === true || this.lockHolders().length > 0
  }
}

/** Who only reads needs no time. */
const noClock: StoreClock = {
  now: () => 0,
  monotonic: () => 0,
  defer: () => {},
  setTimeout: () => ({ cancel: () => {} })
}
