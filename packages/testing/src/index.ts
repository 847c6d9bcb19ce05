export { GroupError, type GroupOptions, TopicError, type TopicOptions } from '@rocketmq-ts/broker'
export { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
export { type Clock, type LinkDirection, type Logger, ManualClock, type PendingTimer } from 'net-ts-protocol-kit'
export { Cluster } from './cluster'
export type { ClusterClientOptions, ClusterConnection } from './cluster-clients'
export { ClusterError, type ClusterErrorCode, ClusterOptionsError } from './cluster-error'
export type { ClusterGroupOptions, ClusterOptions, ClusterTopicOptions } from './cluster-options'
export type { ExpectOptions } from './expectation/expect-options'
export { ExpectationError } from './expectation/expectation-error'
export type { Match, MessageMatch } from './expectation/message-match'
export {
  type AnswerWithOptions,
  type Fault,
  type FaultFilter,
  FaultNeverStruckError,
  FaultOptionsError,
  type Faults,
  type FrameFaultOptions,
  type HalfOpenOptions,
  type RequestKind,
  type Requests,
  type StallOptions,
  type WhichFrames
} from './faults/index'
export type { ConnectedClient } from './inspection/connected-clients'
export type { GroupLag, QueueProgress } from './inspection/group-progress'
export type { DeadLetterDetails } from './inspection/inspection'
export type { StoredMessage, StoredMessageOf } from './inspection/stored-message'
export type { DelayedDetails, RetryDetails } from './inspection/waiting-messages'
export { startCluster } from './start-cluster'
export type { WaitOptions } from './wait-options'
