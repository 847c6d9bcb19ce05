import { LogPeek } from '../disk/recovery/log-peek'
import { notedStart } from '../disk/recovery/proven-start'
import { StoreState } from '../disk/recovery/store-state'
import type { InspectedStore } from './inspected-store'

/** The records that may be in the log only: a broker writes queues and index later, and makes them at its start when it was killed before. */
export interface LogTail {
  /** Where they begin, a log offset at which a record begins; infinite when there are none. */
  readonly from: number
  /** Who sees to what they lack, for a person. */
  readonly remedy: string
}

/**
 * What is behind the place up to which all was durable, as the store has noted; nothing in a store that was left in order.
 *
 * Ask before the queues are listed: what they lack then is behind it, also while a broker is at work. @throws FileError
 */
export function logTailOf(store: InspectedStore): LogTail {
  const { isOpen } = store
  const remedy = isOpen ? 'the broker at work sees to it' : 'the next start sees to it'
  const state = StoreState.load(store.options)
  if (!isOpen && state.isLeftInOrder) return { from: Number.POSITIVE_INFINITY, remedy }
  const files = store.logFiles()
  const [first] = files
  if (first === undefined) return { from: 0, remedy }
  const log = new LogPeek(store.files, { files, fileBytes: first.end - first.start, minOffset: first.start })
  return { from: notedStart(log, state), remedy }
}
