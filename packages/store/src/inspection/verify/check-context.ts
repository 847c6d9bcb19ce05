import type { InspectedStore } from '../inspected-store'
import type { LogTail } from '../log-tail'
import type { DamagedPlaces } from './damaged-places'
import type { Findings } from './finding'

/** What the parts of a store are held against the log with. */
export interface CheckContext {
  readonly store: InspectedStore
  readonly logStart: number
  readonly damaged: DamagedPlaces
  readonly findings: Findings
  /** What may be in the log only. */
  readonly tail: LogTail
}
