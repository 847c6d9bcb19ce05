import type { RemotingServerStats } from '@rocketmq-ts/remoting'

/** How much a broker holds now. Each of it is bounded by {@link BrokerLimits} or the limits of its server. */
export interface BrokerStats {
  /** Its connections and what they hold. */
  readonly remoting: RemotingServerStats
  /** Topics, its own included. */
  readonly topics: number
  /** Consumer groups whose settings are known. */
  readonly groups: number
  /** Committed offsets, one for each group, topic and queue. */
  readonly offsets: number
  /** Clients that are in a producer or consumer group. */
  readonly clients: number
  readonly heldPulls: number
  /** Queues that are locked for a client. */
  readonly locks: number
}
