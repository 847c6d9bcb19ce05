import { OpenFiles } from '../../files/open-files'
import type { StoreFiles } from '../../files/store-files'
import type { ResolvedDiskOptions } from '../disk-options'
import { ENTRY_BYTES } from './queue-entries'
import { RecentPages } from './recent-pages'

/** Memory for entries that are on disk too, all queues together. Bytes. */
const TAILS_BYTES = 8 * 1024 * 1024
const MIN_TAIL_ENTRIES = 64
const MAX_TAIL_ENTRIES = 16_384

/** What the queues of a store share. */
export class QueueFamily<Queue> {
  readonly options: ResolvedDiskOptions
  /** Entries of a file. */
  readonly fileEntries: number
  /** Half of what the store may have open: the log's files need the rest. */
  readonly openFiles: OpenFiles
  readonly pages = new RecentPages<Queue>()
  /** Queues with something that is not on disk, or not durable there. */
  readonly unflushed = new Set<Queue>()
  /** Directories in which names changed that a power cut could still undo. */
  readonly changedDirectories = new Set<string>()
  /** Memory of what is not on disk. Bytes. */
  pendingBytes = 0
  queueCount = 0

  constructor(options: ResolvedDiskOptions, fileEntries: number) {
    this.options = options
    this.fileEntries = fileEntries
    this.openFiles = new OpenFiles(options.files, Math.ceil(options.maxOpenFiles / 2))
  }

  get files(): StoreFiles {
    return this.options.files
  }

  /** How many entries that are on disk each queue may keep in memory: the more queues, the fewer. */
  get tailEntries(): number {
    const fair = Math.floor(TAILS_BYTES / ENTRY_BYTES / Math.max(1, this.queueCount))
    return Math.min(MAX_TAIL_ENTRIES, Math.max(MIN_TAIL_ENTRIES, fair))
  }
}
