import { Cluster } from './cluster'
import { type ClusterOptions, resolveClusterOptions } from './cluster-options'

/**
 * Starts a whole RocketMQ cluster in this process: a nameserver and brokers, on an in-memory network and a hand-driven clock
 * unless told otherwise. Resolves when clients can connect and find the topics.
 *
 * Rejects with a `ClusterOptionsError` naming the option, a `TopicError` or `GroupError` for one that cannot be, or `LISTEN_FAILED`.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  return Cluster.start(resolveClusterOptions(options))
}
