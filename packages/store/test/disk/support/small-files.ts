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
