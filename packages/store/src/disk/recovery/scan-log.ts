import type { MaybePromise } from '../../message-store'
import type { RecoveryProgress, ResolvedDiskOptions } from '../disk-options'
import type { DamagedRange } from './damage'
import { LogScanner } from './log-scanner'
import type { ScannedFile } from './log-window'
import type { RecordCrcRule } from './stored-record'

/** A scan of the log. Offsets are log offsets. */
export interface LogScan {
  readonly options: Pick<ResolvedDiskOptions, 'files'>
  /** Ascending, one behind the other. */
  readonly files: readonly ScannedFile[]
  /** Where a record begins. */
  readonly from: number
  readonly signal?: AbortSignal
  /** What the checksum over all of a record must be, by its place. Default: `optional`. */
  readonly crcRule?: (physicalOffset: number) => RecordCrcRule
  /**
   * Whether a record found in damaged bytes is one, and not part of a body made to look like it: asked only where a damaged record's own
   * lengths do not tell where it ends. `undefined`: cannot be told; what follows it decides.
   */
  readonly isGenuine?: (bytes: Buffer, at: number, size: number, physicalOffset: number) => MaybePromise<boolean | undefined>
  /** Every valid record, in log order. `bytes` is good during the call. */
  readonly onRecord: (bytes: Buffer, at: number, size: number, physicalOffset: number) => void
  /** Waited for every few MiB, between records. */
  readonly onPause?: () => MaybePromise<void>
  /** Bytes between valid records that are none. */
  readonly onDamage?: (range: DamagedRange) => void
  readonly onProgress?: (progress: RecoveryProgress) => void
}

export interface ScanResult {
  /** Where the log ends: behind its last valid record. */
  readonly end: number
  /** Bytes behind the end, up to the last that is not zero. */
  readonly tornBytes: number
  readonly scannedBytes: number
  readonly records: number
  /** Valid records without a right checksum over all of them: their body is protected, the rest is not. */
  readonly recordsWithoutCrc: number
}

/**
 * Reads the log from a record on, once, in order. Damaged bytes are stepped over to the next valid record, in the same file or a later one, and
 * reported; those with no valid record behind them are the torn end of the log and not reported. Official brokers stop at the first damaged
 * record and cut the log there (read in store/…/CommitLog.java, `recoverNormally`, `recoverAbnormally`).
 *
 * Linear in the bytes of the log, whatever they are; the event loop turns every few MiB.
 *
 * @throws FileError when the disk does; the reason of `signal`.
 */
export async function scanLog(scan: LogScan): Promise<ScanResult> {
  const scanner = new LogScanner(scan)
  try {
    return await scanner.run()
  } finally {
    await scanner.close()
  }
}
