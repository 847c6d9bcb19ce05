import type { RemotingClient } from '@rocketmq-ts/remoting'
import type { Clock } from 'net-ts-protocol-kit'
import type { ResolvedProducerOptions } from './producer-options'
import type { PublishTopic } from './publish-topic'
import type { QueueChoice } from './queue-choice'

/** What every send of a producer works with. */
export interface ProducerParts {
  readonly clock: Clock
  readonly remoting: RemotingClient
  readonly choice: QueueChoice
  readonly options: ResolvedProducerOptions
  /** Asks for a topic's route and keeps it in `topic.entry`. Rejects with a NoRouteError. */
  findRoute(topic: PublishTopic): Promise<void>
  /** What is known of the topic's brokers seems wrong. */
  refreshRoute(topic: PublishTopic): void
}
