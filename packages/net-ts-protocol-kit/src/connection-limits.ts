import type { ByteBudget } from './byte-budget'
import type { Clock } from './clock'

/** Bounds of the connections of a {@link ConnectionGroup}. Times in milliseconds, sizes in bytes; `Infinity` switches one off. */
export interface ConnectionLimits {
  /** Longest frame together with its length. Default 16 MiB. */
  readonly maxFrameBytes: number
  /** Shortest content of a frame. Default 0. */
  readonly minContentBytes: number
  /** All unfinished frames of all connections together. Default 128 MiB. */
  readonly totalPartialBytes: number
  /** A frame that has begun must go on within this time. Default 30 000. */
  readonly partialFrameTimeoutMs: number
  /** The first frame must be complete within this time. Default off. */
  readonly firstFrameTimeoutMs: number
  /** A connection on which nothing is sent or received is closed after this time. Default off. */
  readonly idleTimeoutMs: number
  /** Stops reading from a peer for which more is waiting. Default 4 MiB. */
  readonly pauseReadingAboveBytes: number
  /** Closes a connection for which more is waiting. Default 16 MiB. */
  readonly closeAboveBytes: number
  /** Closes a connection whose peer took nothing of what is waiting for this time. Default 60 000. */
  readonly drainTimeoutMs: number
  /** All that is waiting for peers of all connections together. Default 256 MiB. */
  readonly totalUnsentBytes: number
  /** How long a peer may take to agree to an end. Default 5000. */
  readonly endTimeoutMs: number
}

/** When frames that were sent are written. */
export type FlushAt =
  /** At the end of the turn in which they were sent: the choice of a side that asks. */
  | 'end-of-turn'
  /**
   * Then only if they are many, or a single one after a quiet turn; few wait until the input that is ready has been read: the choice
   * of a side that answers.
   */
  | 'after-input'

/** What the connections of a group share. */
export interface ConnectionSurroundings {
  readonly clock: Clock
  readonly flushAt: FlushAt
  readonly limits: ConnectionLimits
  /** Memory of unfinished frames. */
  readonly partialFrames: ByteBudget
  /** Memory of bytes that peers have not taken. */
  readonly unsent: ByteBudget
}

/** What went over connections. */
export interface ConnectionCounters {
  /** Chunks received, and bytes and frames in them. */
  readonly reads: number
  readonly bytesIn: number
  readonly framesIn: number
  /** Writes to the transport, and bytes and frames in them. */
  readonly writes: number
  readonly bytesOut: number
  readonly framesOut: number
}

const MIB = 1024 * 1024

/** Used for whatever is not set. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  maxFrameBytes: 16 * MIB,
  minContentBytes: 0,
  totalPartialBytes: 128 * MIB,
  partialFrameTimeoutMs: 30_000,
  firstFrameTimeoutMs: Number.POSITIVE_INFINITY,
  idleTimeoutMs: Number.POSITIVE_INFINITY,
  pauseReadingAboveBytes: 4 * MIB,
  closeAboveBytes: 16 * MIB,
  drainTimeoutMs: 60_000,
  totalUnsentBytes: 256 * MIB,
  endTimeoutMs: 5000
}
