import type { StoreState } from './store-state'

/** Log offsets at the end of a log that were durable and are gone, or damaged without a valid record behind them. */
export interface LostTail {
  /** Where the log ends now. */
  readonly from: number
  /** Up to where it was durable, as far as was noted: it may have been longer. */
  readonly to: number
}

/**
 * What is missing of the log, when it ends before a place that we had noted as durable: somebody removed its last files, an official broker cut
 * it off at a damaged record (read in store/…/CommitLog.java, `recoverAbnormally`), or the disk has lost what it had synced.
 */
export function lostTail(state: Pick<StoreState, 'durableEnd'>, end: number): LostTail | undefined {
  const to = state.durableEnd
  return to > end ? { from: end, to } : undefined
}
