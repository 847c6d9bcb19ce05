/** What a broker takes at most. Who asks for more gets an official response code and a remark; everyone else is served on. */
export interface BrokerLimits {
  /** Longest message or batch body, bytes. Default 4 MiB (official `maxMessageSize`). */
  readonly maxMessageBytes: number
  /** Most messages in a batch. Default 16,384. */
  readonly maxBatchMessages: number
  /** Most messages in one answer to a pull. Default 1,024. */
  readonly maxPullMessages: number
  /** Most bytes in one answer to a pull; a single longer message is still answered. Default 1 MiB. */
  readonly maxPullBytes: number
  /** Longest time for which a client may ask to be held, milliseconds. Default 600,000. */
  readonly maxSuspendMs: number
  /** Pulls held at a time. Default 100,000. */
  readonly maxHeldPulls: number
  /** Topics, of whatever origin. Default 10,000. */
  readonly maxTopics: number
  /** Queues of one topic. Default 1,024. */
  readonly maxQueuesPerTopic: number
  /** Topics created by a first send: this many at once … Default 100. */
  readonly autoCreateBurst: number
  /** … and then this many a second. Default 10. */
  readonly autoCreatePerSecond: number
  /** Consumer groups. Default 10,000. */
  readonly maxGroups: number
  /** Committed offsets, one for each group, topic and queue. Default 1,000,000. */
  readonly maxOffsets: number
  /** Producer and consumer groups of one client. Default 1,024. */
  readonly maxGroupsPerClient: number
  /** Subscriptions of one group. Default 1,024. */
  readonly maxSubscriptions: number
  /** Tags of one subscription. Default 1,024. */
  readonly maxTags: number
  /** Tags of all subscriptions of all groups; a subscription without tags counts as one. Default 1,000,000. */
  readonly maxTagsInTotal: number
  /** Longest heartbeat body, bytes. Default 1 MiB. */
  readonly maxHeartbeatBytes: number
  /** Queues in one lock or unlock request. Default 10,000. */
  readonly maxLocksPerRequest: number
  /** Locked queues of all groups; above it none is locked that was free. Default 200,000. */
  readonly maxLocks: number
}

export const DEFAULT_BROKER_LIMITS: BrokerLimits = Object.freeze({
  maxMessageBytes: 4 * 1024 * 1024,
  maxBatchMessages: 16_384,
  maxPullMessages: 1024,
  maxPullBytes: 1024 * 1024,
  maxSuspendMs: 600_000,
  maxHeldPulls: 100_000,
  maxTopics: 10_000,
  maxQueuesPerTopic: 1024,
  autoCreateBurst: 100,
  autoCreatePerSecond: 10,
  maxGroups: 10_000,
  maxOffsets: 1_000_000,
  maxGroupsPerClient: 1024,
  maxSubscriptions: 1024,
  maxTags: 1024,
  maxTagsInTotal: 1_000_000,
  maxHeartbeatBytes: 1024 * 1024,
  maxLocksPerRequest: 10_000,
  maxLocks: 200_000
})
