import type { MessageRecord } from '@rocketmq-ts/remoting/wire'
import { againWhenGone } from './again-when-gone'
import { type FindRequest, type FoundRecords, findById, findRecords, recordAt } from './find-records'
import { type InspectedFiles, inspectFiles } from './inspect-files'
import { type InspectedGroup, inspectGroups } from './inspect-groups'
import { type InspectedTopic, inspectTopics } from './inspect-topics'
import { inspectRecords, type RecordsRequest } from './inspected-records'
import { InspectedStore, type InspectionOptions } from './inspected-store'
import type { FoundRecord } from './log-reader'
import { type VerifyOptions, type VerifyReport, verifyStore } from './verify/verify-store'

/**
 * Looks into a store's directory, ours or an official broker's, without writing: no file is opened for it, no owner is taken. A broker may be at
 * work on it meanwhile; each call sees the store as it is then.
 *
 * Every call throws, or rejects with, a `FileError` when the disk fails.
 */
export interface StoreInspection {
  /** Every file, and how the store was left. */
  files(): InspectedFiles
  /** Topics with their queues. Reads all entries of the queues. */
  topics(): Promise<readonly InspectedTopic[]>
  /** Groups with what they have committed. @throws StoreError `DOCUMENT_UNREADABLE` */
  groups(): readonly InspectedGroup[]
  /**
   * Sound records, in log order, or in queue order when a queue is named; memory is bounded.
   *
   * @throws StoreError `OPTION_INVALID` for a queue without a topic, or queue offsets without a queue
   */
  records(request?: RecordsRequest): AsyncIterable<MessageRecord>
  /** The record that begins exactly at a commit log offset, or why there is none. */
  recordAt(physicalOffset: number): Promise<FoundRecord>
  /** The newest messages with a key, a unique key, or a tag: by the index, and by reading the log where the index does not tell. */
  find(request: FindRequest): Promise<FoundRecords>
  /** The messages that an id names: an offset message id, or a unique key. */
  findById(id: string, topic?: string): Promise<readonly MessageRecord[]>
  /** Holds the whole store against its checksums, and its parts against each other. */
  verify(options?: VerifyOptions): Promise<VerifyReport>
}

/** @throws StoreError `STORE_NOT_FOUND` when the directory has no part of a store; `OPTION_INVALID`. */
export function openInspection(where: string | InspectionOptions): StoreInspection {
  const store = new InspectedStore(typeof where === 'string' ? { directory: where } : where)
  return Object.freeze<StoreInspection>({
    files: () => inspectFiles(store),
    topics: () => againWhenGone(() => inspectTopics(store)),
    groups: () => inspectGroups(store),
    records: (request = {}) => inspectRecords(store, request),
    recordAt: (physicalOffset) => againWhenGone(() => recordAt(store, physicalOffset)),
    find: (request) => againWhenGone(() => findRecords(store, request)),
    findById: (id, topic) => againWhenGone(() => findById(store, id, topic)),
    verify: (options) => verifyStore(store, options)
  })
}
