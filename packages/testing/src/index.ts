export type { GroupOptions, TopicOptions } from '@rocketmq-ts/broker'
export { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
export { Cluster } from './cluster'
export type { ClusterClientOptions, ClusterConnection } from './cluster-clients'
export { ClusterError, type ClusterErrorCode, ClusterOptionsError } from './cluster-error'
export type { ClusterGroupOptions, ClusterOptions, ClusterTopicOptions } from './cluster-options'
export type { WaitOptions } from './cluster-time'
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
export { startCluster } from './start-cluster'
