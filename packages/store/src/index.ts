export type { HostAddress } from '@rocketmq-ts/remoting/wire'
export type {
  Appended,
  AppendRequest,
  Arrival,
  CommitStatus,
  MaybePromise,
  MessageStore,
  OffsetBoundary,
  ReadRequest,
  ReadResult,
  ReadStatus,
  StoreDocuments
} from './message-store'
export { StoreError, type StoreErrorCode } from './store-error'
