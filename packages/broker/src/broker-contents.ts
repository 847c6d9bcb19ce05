import type { TopicConfig } from '@rocketmq-ts/remoting/wire'
import type { ConnectedClient } from './client/connected-client'
import type { CommittedOffset } from './offset/consumer-offsets'

/** What a broker knows. Each property is a copy, made when it is asked for. */
export interface BrokerContents {
  /** Every topic by name, the broker's own included. */
  readonly topics: ReadonlyMap<string, TopicConfig>
  /** Names of the consumer groups whose settings are known. */
  readonly groups: readonly string[]
  /** How far each group has consumed each queue. */
  readonly offsets: readonly CommittedOffset[]
  /** The first message not delivered yet, by delay level. Levels that never had one are left out. */
  readonly delayOffsets: ReadonlyMap<number, number>
  /** Clients that are in a producer or consumer group. */
  readonly clients: readonly ConnectedClient[]
}
