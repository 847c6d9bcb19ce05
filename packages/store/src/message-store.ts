import type { MessageRecord } from '@rocketmq-ts/remoting/wire'

/** What a store needs to know of a message to append it. The store adds offsets, store time and host. */
export interface AppendRequest {
  readonly topic: string
  readonly queueId: number
  /** Application flag, int32, stored as it came. */
  readonly flag: number
  readonly sysFlag: number
  readonly bornTimestamp: number
  readonly bornHost: HostAddress
  readonly storeHost: HostAddress
  readonly reconsumeTimes: number
  /** Offset of the half message for transactions, else 0. */
  readonly preparedTransactionOffset: number
  readonly body: Buffer
  /** Encoded properties: `name \x01 value \x02 …`, at most 32,767 bytes. */
  readonly properties: Buffer
  /** What the consume queue carries for filtering: Java's `String.hashCode` of the tag, 0 without one, or a delivery time for scheduled messages. */
  readonly tagsCode: number
}

export interface HostAddress {
  readonly host: string
  readonly port: number
}

/** Where a staged record will be. Stable from the moment `append` returns. */
export interface Appended {
  readonly physicalOffset: number
  readonly queueOffset: number
  /** Whole record, bytes. */
  readonly size: number
  readonly storeTimestamp: number
}

/** How the commit of a turn ended: as durable as the mode promises, or not. */
export type CommitStatus = 'COMMITTED' | 'FLUSH_DISK_TIMEOUT' | 'FLUSH_SLAVE_TIMEOUT' | 'SLAVE_NOT_AVAILABLE' | 'FAILED'

/** A record that has become visible. */
export interface Arrival {
  readonly topic: string
  readonly queueId: number
  readonly queueOffset: number
  readonly tagsCode: number
}

export interface ReadRequest {
  readonly topic: string
  readonly queueId: number
  /** First queue offset wanted. */
  readonly queueOffset: number
  /** At most this many records. */
  readonly maxCount: number
  /** At most this many bytes, but always one record when there is one. */
  readonly maxBytes: number
  /** Whether a consume-queue entry is wanted, by its tags code. Absent: all are. */
  readonly matches?: (tagsCode: number) => boolean
}

/**
 * How a read ended. The names are Java's `GetMessageStatus`; the broker maps them to response codes
 * (read in broker/…/PullMessageProcessor.java).
 */
export type ReadStatus =
  | 'FOUND'
  | 'NO_MATCHED_MESSAGE'
  | 'NO_MATCHED_LOGIC_QUEUE'
  | 'NO_MESSAGE_IN_QUEUE'
  | 'MESSAGE_WAS_REMOVING'
  | 'OFFSET_FOUND_NULL'
  | 'OFFSET_OVERFLOW_ONE'
  | 'OFFSET_OVERFLOW_BADLY'
  | 'OFFSET_TOO_SMALL'

export interface ReadResult {
  readonly status: ReadStatus
  /** Whole records in queue order; views on the store's memory, valid until the turn ends. */
  readonly records: readonly Buffer[]
  readonly totalBytes: number
  /** Where to read on; filtered records are skipped in it. */
  readonly nextBeginOffset: number
  readonly minOffset: number
  readonly maxOffset: number
}

export type OffsetBoundary = 'LOWER' | 'UPPER'

/** A value now (hot tail, memory) or later (disk). */
export type MaybePromise<T> = T | Promise<T>

/**
 * RocketMQ's message store: one commit log, a consume queue per topic and queue, and a few small documents
 * (topics, groups, offsets). Implementations: memory, and disk in RocketMQ's own layout.
 *
 * `append` stages, `commit` (once per turn) makes durable and visible. Reads, arrivals and offsets follow *committed*
 * records only.
 */
export interface MessageStore {
  /** Opens (recovers) the store. Idempotent. */
  start(): Promise<void>
  /** Commits what is staged, releases everything. A closed memory store may be started again with all it held. */
  close(): Promise<void>

  /**
   * Stages one record and tells where it will be. Throws a `StoreError`: `MESSAGE_TOO_LARGE`, `PROPERTIES_TOO_LARGE`,
   * `TOPIC_TOO_LONG`, `STORE_NOT_WRITABLE`.
   */
  append(request: AppendRequest): Appended
  /** Makes the staged records as durable as the mode promises; then calls this turn's waiters, then arrival listeners. */
  commit(): void
  /** Calls back when everything staged so far is committed, or has failed. Never inside this call. */
  whenCommitted(waiter: (status: CommitStatus) => void): void
  /** Told of every committed record, in log order. Returns the way to stop listening. */
  onArrival(listener: (arrival: Arrival) => void): () => void

  read(request: ReadRequest): MaybePromise<ReadResult>
  /** The record at a commit log offset, decoded, or `undefined` when there is none (removed, never written, inside another). */
  recordAt(physicalOffset: number): MaybePromise<MessageRecord | undefined>
  /** First readable queue offset; 0 for a queue that never existed. */
  minOffset(topic: string, queueId: number): number
  /** Next queue offset to be committed; 0 for a queue that never existed. */
  maxOffset(topic: string, queueId: number): number
  /** The queue offset of the first (LOWER) or last (UPPER) record at a store time; the nearest end when outside. */
  offsetByTime(topic: string, queueId: number, timestampMs: number, boundary: OffsetBoundary): MaybePromise<number>
  /** Store time of the record at a queue offset, or −1. */
  storeTimeAt(topic: string, queueId: number, queueOffset: number): MaybePromise<number>
  /** Drops all queues of the topic; its records in the log become unreachable. */
  deleteTopic(topic: string): void

  /** Small named texts that must survive a restart (`topics.json`, `consumerOffset.json`, `delayOffset.json`, `subscriptionGroup.json`). */
  readonly documents: StoreDocuments
}

export interface StoreDocuments {
  /** The text, or `undefined` when it was never written. */
  read(name: string): string | undefined
  /** Replaces the text atomically; durable when the returned promise settles. */
  write(name: string, text: string): Promise<void>
}
