import type { RemotingCommand } from '@rocketmq-ts/remoting/wire'
import type { Endpoint } from 'net-ts-protocol-kit'

/** What a client says of itself with each heartbeat. */
export interface ClientIdentity {
  readonly clientId: string
  /** Such as `JAVA`; the number where the language has no name. */
  readonly language: RemotingCommand['language']
  /** Version ordinal: see `releaseVersion`. */
  readonly version: number
}

/** A consumer group that a client is a member of. */
export interface ConsumerMembership {
  readonly group: string
  /** `CLUSTERING` or `BROADCASTING`. */
  readonly messageModel: string
  /** What the group subscribes to. */
  readonly subscriptions: ReadonlyArray<{
    readonly topic: string
    /** `*`, or tags joined by `||`. Cut off, and ending in `…`, when it is very long. */
    readonly expression: string
  }>
}

/** A connection that is in a producer or consumer group. */
export interface ConnectedClient extends ClientIdentity {
  /** Where it comes from. */
  readonly address: Endpoint
  readonly producerGroups: readonly string[]
  readonly consumerGroups: readonly ConsumerMembership[]
}
