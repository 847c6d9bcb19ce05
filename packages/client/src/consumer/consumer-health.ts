import type { MessageQueue } from '../message-queue'

/**
 * `starting`: not ready yet; `running`; `recovering`: some queue cannot be read at the moment; `closing`; `closed`;
 * `failed`: the broker refused for good, see `done`.
 */
export type ConsumerState = 'starting' | 'running' | 'recovering' | 'closing' | 'closed' | 'failed'

/** How one queue of a consumer is doing. */
export interface QueueHealth {
  readonly queue: MessageQueue
  /** Messages pulled and not settled, or not yet handed out. */
  readonly pending: number
  /** Bytes of their bodies. */
  readonly pendingBytes: number
  /** Everything below is settled, or was handed out by a pull consumer; `undefined` until the first offset is known. */
  readonly position: number | undefined
  /** Messages between position and the end of the queue, as of the last answer. */
  readonly lag: number | undefined
  /** Milliseconds since the last pull went out. */
  readonly lastPullAgoMs: number | undefined
  /** Failures in a row, since the last answer. */
  readonly failures: number
  /** Whether it is being read, or would be if there were room. */
  readonly isWorking: boolean
}

/** How a consumer is doing. */
export interface ConsumerHealth {
  readonly state: ConsumerState
  readonly group: string
  readonly queues: readonly QueueHealth[]
  /** Handlers running; 0 for a pull consumer. */
  readonly handlers: number
}

/** What a queue's reader says of itself. */
export interface QueueState {
  readonly count: number
  readonly bytes: number
  readonly position: number | undefined
  readonly maxOffset: number | undefined
  /** On the monotonic clock. */
  readonly lastPullAt: number | undefined
  readonly failures: number
  readonly isWorking: boolean
}

export function queueHealth(queue: MessageQueue, state: QueueState, nowMs: number): QueueHealth {
  const { count, bytes, position, maxOffset, lastPullAt, failures, isWorking } = state
  return {
    queue,
    pending: count,
    pendingBytes: bytes,
    position,
    lag: position === undefined || maxOffset === undefined ? undefined : Math.max(0, maxOffset - position),
    lastPullAgoMs: lastPullAt === undefined ? undefined : nowMs - lastPullAt,
    failures,
    isWorking
  }
}
