export type { HostAddress } from '@rocketmq-ts/remoting/wire'
export { MemoryMessageStore } from './memory-message-store'
export type { MemoryMessageStoreOptions } from './memory-options'
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
