import { DEFAULT_DELAY_LEVELS } from '@rocketmq-ts/remoting/wire'
import type { StoreFiles } from '../files/store-files'
import { StoreError } from '../store-error'
import { loggedProgress } from './logged-progress'
import type { StoreClock, StoreLogger } from './store-clock'

/** When a commit counts as durable. */
export type FlushMode = 'ASYNC_FLUSH' | 'SYNC_FLUSH'

/** What a store on disk is made with. Names in brackets are the official broker's settings. */
export interface DiskMessageStoreOptions {
  /** The store's directory (`storePathRootDir`); made when it is missing. */
  readonly directory: string
  readonly files: StoreFiles
  readonly clock: StoreClock
  /** Default: no output. */
  readonly logger?: StoreLogger
  /**
   * `ASYNC_FLUSH`: a commit is in the system's page cache, which survives this process but not a power cut, and is synced every
   * `flushIntervalMs`. `SYNC_FLUSH`: it is synced first. Default `ASYNC_FLUSH` (`flushDiskType`).
   */
  readonly flush?: FlushMode
  /** Milliseconds between two syncs of what `ASYNC_FLUSH` has written. Default 500 (`flushIntervalCommitLog`). */
  readonly flushIntervalMs?: number
  /** Milliseconds that a commit of `SYNC_FLUSH` waits for its sync until it ends as `FLUSH_DISK_TIMEOUT`. Default 5000 (`syncFlushTimeout`). */
  readonly syncFlushTimeoutMs?: number
  /** Milliseconds between two writes of consume queues, index and checkpoint. Default 1000 (`flushIntervalConsumeQueue`). */
  readonly queueFlushIntervalMs?: number
  /** Length of a commit log file, bytes. A store's own files decide when it has some. Default 1 GiB (`mappedFileSizeCommitLog`). */
  readonly commitLogFileBytes?: number
  /** Length of a consume queue file, entries of 20 bytes. Default 300,000 (`mappedFileSizeConsumeQueue`). */
  readonly consumeQueueFileEntries?: number
  /** Hash slots of an index file. Default 5,000,000 (`maxHashSlotNum`). */
  readonly indexSlots?: number
  /** Entries of an index file. Default 20,000,000 (`maxIndexNum`). */
  readonly indexEntries?: number
  /** Whether keys are indexed, so that messages are found by key and id. Default `true` (`messageIndexEnable`). */
  readonly index?: boolean
  /** Longest body, bytes. Default 4 MiB (`maxMessageSize`). */
  readonly maxMessageBytes?: number
  /** Whether each record gets a checksum over all of it, which official brokers read too. Default `true` (`enabledAppendPropCRC`). */
  readonly recordCrc?: boolean
  /** Real zeros kept ahead of the write position, so that a full disk shows there. Bytes. Default 16 MiB. */
  readonly zeroAheadBytes?: number
  /** Newest records kept in memory, bytes. Default 32 MiB. */
  readonly tailBytes?: number
  /** Memory for what was read from disk, bytes. Default 32 MiB. */
  readonly readCacheBytes?: number
  /** Files kept open beside those that are written. Default 256. */
  readonly maxOpenFiles?: number
  /** Delay levels of the broker: the entries of delayed messages are rebuilt with them. Default: the official 18 levels (`messageDelayLevel`). */
  readonly delayLevels?: string
  /** Hours for which messages are kept. Default 72 (`fileReservedTime`). */
  readonly retentionHours?: number
  /** Hours of the day, local time, at which old messages go, such as `04` or `04;16`. Default `04` (`deleteWhen`). */
  readonly deleteWhen?: string
  /** Share of the disk above which old messages go at any hour. Default 0.75 (`diskMaxUsedSpaceRatio`). */
  readonly deleteAboveDiskUse?: number
  /** Share above which messages go even before their time. Default 0.85 (`diskSpaceCleanForciblyRatio`). */
  readonly forceDeleteAboveDiskUse?: number
  /** Share above which sends are refused. Default 0.9 (`diskSpaceWarningLevelRatio`). */
  readonly refuseAboveDiskUse?: number
  /** Told how far a long recovery is. Default: the logger is, every few seconds. */
  readonly onProgress?: (progress: RecoveryProgress) => void
  /** Told once when the disk has failed and the store has stopped: close it, and start it again when the disk is well. Default: the logger is. */
  readonly onFailure?: (failure: StoreError) => void
}

/** How far the recovery of a store is. */
export interface RecoveryProgress {
  readonly doneBytes: number
  readonly totalBytes: number
}

/** Options with everything decided. */
export type ResolvedDiskOptions = Readonly<Required<DiskMessageStoreOptions>>

const MIB = 1024 * 1024
const silent: StoreLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

const DEFAULTS = {
  logger: silent,
  flush: 'ASYNC_FLUSH',
  flushIntervalMs: 500,
  syncFlushTimeoutMs: 5000,
  queueFlushIntervalMs: 1000,
  commitLogFileBytes: 1024 * MIB,
  consumeQueueFileEntries: 300_000,
  indexSlots: 5_000_000,
  indexEntries: 20_000_000,
  index: true,
  maxMessageBytes: 4 * MIB,
  recordCrc: true,
  zeroAheadBytes: 16 * MIB,
  tailBytes: 32 * MIB,
  readCacheBytes: 32 * MIB,
  maxOpenFiles: 256,
  delayLevels: DEFAULT_DELAY_LEVELS,
  retentionHours: 72,
  deleteWhen: '04',
  deleteAboveDiskUse: 0.75,
  forceDeleteAboveDiskUse: 0.85,
  refuseAboveDiskUse: 0.9,
  onProgress: () => {},
  onFailure: () => {}
} as const satisfies Omit<ResolvedDiskOptions, 'directory' | 'files' | 'clock'>

/** Least value of each option that is a whole number. */
const WHOLE_NUMBERS = {
  flushIntervalMs: 1,
  syncFlushTimeoutMs: 1,
  queueFlushIntervalMs: 1,
  commitLogFileBytes: 1024,
  consumeQueueFileEntries: 1,
  indexSlots: 1,
  indexEntries: 2,
  maxMessageBytes: 1,
  zeroAheadBytes: 1,
  tailBytes: 1,
  readCacheBytes: 1,
  maxOpenFiles: 1,
  retentionHours: 1
} as const

/** Two digits or one, with `;` between. */
const HOURS = /^([01]?\d|2[0-3])(;([01]?\d|2[0-3]))*$/

const RATIOS = ['deleteAboveDiskUse', 'forceDeleteAboveDiskUse', 'refuseAboveDiskUse'] as const

/** @throws StoreError `OPTION_INVALID` naming the option. */
export function resolveDiskOptions(options: DiskMessageStoreOptions): ResolvedDiskOptions {
  const known = new Set(['directory', 'files', 'clock', ...Object.keys(DEFAULTS)])
  for (const name of Object.keys(options)) if (!known.has(name)) throw illegal(name, 'is no option of a store on disk')
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const decided = { ...DEFAULTS, ...(given as unknown as DiskMessageStoreOptions) }
  const resolved: ResolvedDiskOptions = { ...decided, onProgress: options.onProgress ?? loggedProgress(decided) }
  for (const [name, min] of Object.entries(WHOLE_NUMBERS)) checkWhole(name, resolved[name as keyof typeof WHOLE_NUMBERS], min)
  for (const name of RATIOS) {
    const ratio = resolved[name]
    if (!(ratio > 0 && ratio <= 1)) throw illegal(name, 'must be above 0 and at most 1')
  }
  if (typeof resolved.directory !== 'string' || resolved.directory === '') throw illegal('directory', 'must be a path')
  if (resolved.flush !== 'ASYNC_FLUSH' && resolved.flush !== 'SYNC_FLUSH') throw illegal('flush', 'must be ASYNC_FLUSH or SYNC_FLUSH')
  if (!HOURS.test(resolved.deleteWhen)) throw illegal('deleteWhen', 'must be hours of the day, 00 to 23, such as 04 or 04;16')
  return Object.freeze(resolved)
}

function checkWhole(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) throw illegal(name, `must be a whole number, at least ${min}`)
}

function illegal(name: string, problem: string): StoreError {
  return new StoreError('OPTION_INVALID', `option ${name} ${problem}`, { option: name })
}
