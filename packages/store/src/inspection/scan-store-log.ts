import type { LogFile } from '../disk/commit-log/log-files'
import { type LogScan, type ScanResult, scanLog } from '../disk/recovery/scan-log'
import { StoreState } from '../disk/recovery/store-state'
import { isGone } from './again-when-gone'
import type { InspectedStore } from './inspected-store'

/** What a scan of a store's log is asked for; its files are those that there are. */
export type StoreScan = Omit<LogScan, 'options' | 'files' | 'from' | 'crcRule'> & {
  /** Where a record begins. Default: where the log does. */
  readonly from?: number
  /** Files that are read; the rest is left out. Default: all. */
  readonly isWanted?: (file: LogFile) => boolean
}

/** As `scanLog`. Goes on with the files that are left when retention removes one before its turn. Rejects with a FileError. */
export async function scanStoreLog(store: InspectedStore, scan: StoreScan): Promise<ScanResult> {
  const { isWanted = () => true, from = 0, ...rest } = scan
  const state = StoreState.load(store.options)
  const crcRule = (physicalOffset: number) => state.crcRule(physicalOffset)
  let next = from
  const onRecord: LogScan['onRecord'] = (bytes, at, size, physicalOffset) => {
    next = physicalOffset + size
    scan.onRecord(bytes, at, size, physicalOffset)
  }
  for (;;) {
    const files = store.logFiles().filter(isWanted)
    next = Math.max(next, files[0]?.start ?? 0)
    try {
      return await scanLog({ ...rest, options: store.options, files, from: next, crcRule, onRecord })
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }
}
