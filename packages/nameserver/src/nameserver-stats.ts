import type { RemotingServerStats } from '@rocketmq-ts/remoting'

/** How much a nameserver holds now. Each of it is bounded by {@link NameserverLimits} or the limits of its server. */
export interface NameserverStats {
  /** Its connections and what they hold. */
  readonly remoting: RemotingServerStats
  /** Registered broker addresses. */
  readonly brokers: number
  /** Topics of all brokers. */
  readonly topics: number
}
