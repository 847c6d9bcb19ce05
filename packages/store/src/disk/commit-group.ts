import type { Arrival, CommitStatus } from '../message-store'

/** Calls back when a commit has ended. */
export type CommitWaiter = (status: CommitStatus) => void

/** A queue as a commit sees it. */
export interface CommittedQueue {
  commit(upTo: number): void
}

/** What one `commit()` covers. */
export interface CommitGroup {
  /** Commit log offset up to which its records reach. */
  readonly end: number
  /** Store time of the newest of them, milliseconds. */
  readonly storeTimestamp: number
  /** Where the staged entries of each queue end. */
  readonly queues: ReadonlyMap<CommittedQueue, number>
  /** Its records that have a place in a queue, in log order. */
  arrivals: Arrival[]
  /** Emptied when they have been called before their time. */
  waiters: CommitWaiter[]
}
