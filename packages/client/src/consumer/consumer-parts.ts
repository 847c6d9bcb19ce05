import type { RemotingClient } from '@rocketmq-ts/remoting'
import type { BodyLimits } from '@rocketmq-ts/remoting/wire'
import type { Clock, Logger } from 'net-ts-protocol-kit'
import type { BrokerLinks } from '../broker-links'
import type { Groups } from '../groups'
import type { RouteTable } from '../route/route-table'
import type { QueueOffsets } from './queue-offsets'

/** What every consumer of a client works with. */
export interface ConsumerParts {
  readonly clientId: string
  readonly clock: Clock
  readonly logger: Logger
  readonly remoting: RemotingClient
  readonly routes: RouteTable
  readonly links: BrokerLinks
  readonly groups: Groups
  readonly offsets: QueueOffsets
  readonly bodyLimits: BodyLimits
  readonly requestTimeoutMs: number
  readonly offsetCommitIntervalMs: number
  readonly rebalanceIntervalMs: number
}
