export type { HostAddress } from '@rocketmq-ts/remoting/wire'
export { DiskMessageStore } from './disk/disk-message-store'
export type { DiskMessageStoreOptions, FlushMode, RecoveryProgress } from './disk/disk-options'
export type { StoreClock, StoreLogger } from './disk/store-clock'
export { FileError } from './files/file-error'
export { nodeStoreFiles } from './files/node-store-files'
export type { FailureChoice, FileOperation, FileOperationName, PlannedFailure } from './files/simulated/fault-plan'
export { type PowerCut, SimulatedStoreFiles, type SimulatedStoreFilesOptions } from './files/simulated-store-files'
export type { DiskSpace, FileAccess, FileFacts, ProcessIdentity, StoreFile, StoreFiles } from './files/store-files'
export { MemoryMessageStore } from './memory-message-store'
export type { MemoryMessageStoreOptions } from './memory-options'
export {
  type Appended,
  type AppendRequest,
  type Arrival,
  type CommitStatus,
  HELD_VIEW_BYTES,
  type MaybePromise,
  type MessageStore,
  type OffsetBoundary,
  type QueryRequest,
  type QueryResult,
  type ReadRequest,
  type ReadResult,
  type ReadStatus,
  type StoreDocuments
} from './message-store'
export { StoreError, type StoreErrorCode } from './store-error'
