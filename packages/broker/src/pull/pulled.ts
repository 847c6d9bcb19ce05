/** Messages that a pull handed to a consumer group. */
export interface Pulled {
  readonly group: string
  readonly topic: string
  readonly queueId: number
  /** Whole records, in the order of the queue: views on the store's memory, valid in this call only. */
  readonly records: readonly Buffer[]
}

/** Told of messages handed to a group. It must not throw: the pull would fail with it. */
export type PulledListener = (pulled: Pulled) => void
