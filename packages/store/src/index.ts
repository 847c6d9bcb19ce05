export type { HostAddress } from '@rocketmq-ts/remoting/wire'
export { DiskMessageStore } from './disk/disk-message-store'
export type { DiskMessageStoreOptions, FlushMode, RecoveryProgress } from './disk/disk-options'
export type { Checkpoint } from './disk/recovery/checkpoint-file'
export type { DamagedRange } from './disk/recovery/damage'
export type { LostTail } from './disk/recovery/lost-tail'
export type { RecoveryReport } from './disk/recovery/recover'
export type { StoreClock, StoreLogger } from './disk/store-clock'
export { FileError } from './files/file-error'
export { nodeStoreFiles } from './files/node-store-files'
export type { FailureChoice, FileOperation, FileOperationName, PlannedFailure } from './files/simulated/fault-plan'
export { type PowerCut, SimulatedStoreFiles, type SimulatedStoreFilesOptions } from './files/simulated-store-files'
export type { DiskSpace, FileAccess, FileFacts, ProcessIdentity, StoreFile, StoreFiles } from './files/store-files'
export type { FindRequest, FoundRecords } from './inspection/find-records'
export type { IndexFileSummary, InspectedFile, InspectedFileKind, InspectedFiles } from './inspection/inspect-files'
export type { GroupOffset, InspectedGroup } from './inspection/inspect-groups'
export type { InspectedTopic, QueueSummary } from './inspection/inspect-topics'
export type { RecordsRequest } from './inspection/inspected-records'
export type { InspectionOptions } from './inspection/inspected-store'
export type { FoundRecord } from './inspection/log-reader'
export { openInspection, type StoreInspection } from './inspection/open-inspection'
export type { Finding, FindingKind } from './inspection/verify/finding'
export type { VerifyOptions, VerifyReport } from './inspection/verify/verify-store'
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
