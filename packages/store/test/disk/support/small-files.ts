import { DiskMessageStore, type DiskMessageStoreOptions } from '../../../src'
import type { StoreOn } from './reopened'

/** Options of stores whose files are so small that a few records begin new ones. */
export const SMALL_FILES = {
  commitLogFileBytes: 8 * 1024,
  consumeQueueFileEntries: 8,
  indexSlots: 16,
  indexEntries: 32,
  zeroAheadBytes: 4 * 1024,
  tailBytes: 4 * 1024,
  readCacheBytes: 16 * 1024,
  maxOpenFiles: 4,
  maxMessageBytes: 4 * 1024
} as const

/** Makes stores with such files. */
export const smallStore =
  (options: Partial<DiskMessageStoreOptions> = {}): StoreOn =>
  (files, clock) =>
    new DiskMessageStore({ directory: '/store', files, clock, ...SMALL_FILES, ...options })
