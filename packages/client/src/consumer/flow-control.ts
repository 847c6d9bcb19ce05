/** How much of one queue may be fetched ahead of its handlers. */
export interface FlowLimits {
  /** Messages not settled yet. */
  readonly maxCount: number
  /** Their bodies, bytes. */
  readonly maxBytes: number
  /** Distance from the lowest to the highest offset not settled: how much a stuck message may make come again. */
  readonly maxSpan: number
}

/** What one queue holds now. */
export interface FlowState {
  readonly count: number
  readonly bytes: number
  readonly span: number
}

export type FlowDecision = 'PULL' | 'WAIT_COUNT' | 'WAIT_BYTES' | 'WAIT_SPAN'

/**
 * Whether the next pull may go out: above any limit it waits until messages were settled
 * (read in client/…/consumer/DefaultMQPushConsumerImpl.java).
 */
export function flowControl(state: FlowState, limits: FlowLimits): FlowDecision {
  if (state.count > limits.maxCount) return 'WAIT_COUNT'
  if (state.bytes > limits.maxBytes) return 'WAIT_BYTES'
  if (state.span > limits.maxSpan) return 'WAIT_SPAN'
  return 'PULL'
}
