import type { MessageRecord, RecordContent } from '@rocketmq-ts/remoting/wire'

/** What a store needs to know of a message to append it. The store adds offsets and store time. */
export interface AppendRequest extends RecordContent {
  /** What the consume queue carries for filtering: Java's `String.hashCode` of the tag, 0 without one, or a delivery time for scheduled messages. */
  readonly tagsCode: number
  /** Of a delayed message: milliseconds from its store time to its delivery. The consume queue then carries that time in place of `tagsCode`. */
  readonly delayMs?: number
}

/** Which messages a query by key wants. */
export interface QueryRequest {
  readonly topic: string
  /** What was given at the send: one of the message's keys, its unique key, or its tag. */
  readonly key: string
  /** What `key` is: a key or unique key (`K`, `U`), or a tag (`T`, as since 5.4.0). Default `K`. */
  readonly indexType?: 'K' | 'U' | 'T'
  /** At most this many records. */
  readonly maxCount: number
  /** At most this many bytes, the newest records first, but always one when there is one. Default: no bound. */
  readonly maxBytes?: number
  /** Store times from here on. Milliseconds. */
  readonly beginMs: number
  /** Store times up to here, included. Milliseconds. */
  readonly endMs: number
}

export interface QueryResult {
  /** Whole records in log order, those of hash collisions left out. Views as those of {@link ReadResult}. */
  readonly records: readonly Buffer[]
  /** Store time of the newest message that is indexed; 0 without any. */
  readonly lastUpdateTimestamp: number
  /** Where in the log the index ends. */
  readonly lastUpdatePhysicalOffset: number
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
  /** At most this many records, but always one when there is one. */
  readonly maxCount: number
  /** At most this many bytes, but always one record when there is one. */
  readonly maxBytes: number
  /** Whether a consume-queue entry is wanted, by its tags code. Absent: all are. */
  readonly matches?: (tagsCode: number) => boolean
}

/**
 * How a read ended. The names are Java's `GetMessageStatus`; the broker maps them to response codes
 * (read in broker/…/PullMessageProcessor.java). A queue that never had a record is `NO_MESSAGE_IN_QUEUE`, as in Java,
 * which makes a queue when one is asked for; `NO_MATCHED_LOGIC_QUEUE` is for stores that cannot.
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

/** Records of so many bytes may be sent by reference: views of them stay valid for as long as someone holds them. */
export const HELD_VIEW_BYTES = 32 * 1024

export interface ReadResult {
  readonly status: ReadStatus
  /** Whole records in queue order; views on the store's memory, valid until the turn ends or, of {@link HELD_VIEW_BYTES} or more, for ever. */
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
 * `append` and `appendAll` stage, `commit` (once per turn) makes durable and visible. Reads, arrivals and offsets follow *committed*
 * records only.
 */
export interface MessageStore {
  /**
   * Opens (recovers) the store. Idempotent. Before it, and after `close`, appending throws `STORE_NOT_WRITABLE`, whatever
   * asks for records or offsets `STORE_CLOSED`, and `commit` does nothing.
   */
  start(): Promise<void>
  /** Commits what is staged, releases everything. A closed memory store may be started again with all it held. */
  close(): Promise<void>

  /**
   * Stages one record and tells where it will be. Body and properties are copied in this call.
   *
   * Prepared and rolled-back transaction messages (by system flag) are stored without a place in a queue: their queue
   * offset is 0, no read finds them and no arrival tells of them (read in store/…/CommitLog.java).
   *
   * @throws StoreError `MESSAGE_TOO_LARGE`, `PROPERTIES_TOO_LARGE`, `TOPIC_TOO_LONG`; `STORE_NOT_WRITABLE` when it is full
   * of records that are not committed yet, or not started; on disk also when that is full, `TOPIC_NAME_ILLEGAL` for a topic
   * or queue id that no directory can be named by, and `STORE_FAILED` once the disk has failed. Nothing was staged then.
   */
  append(request: AppendRequest): Appended
  /**
   * Stages the messages of a batch: all of them, or none when any is refused. In the log they follow one another, on disk in one file, and have
   * one store time (read in store/…/CommitLog.java, `asyncPutMessages`). As of all that is staged, a crash before the commit has ended may
   * leave the first ones.
   *
   * @throws StoreError as `append`, and `MESSAGE_TOO_LARGE` for what no file holds together. Nothing was staged then.
   */
  appendAll(requests: readonly AppendRequest[]): readonly Appended[]
  /**
   * Makes the staged records as durable as the mode promises; then calls this turn's waiters, then arrival listeners.
   * Called by one of them it makes visible at once, and its own waiters and listeners come after those under way.
   */
  commit(): void
  /** Calls back when everything staged so far is committed, or has failed. Never inside this call. */
  whenCommitted(waiter: (status: CommitStatus) => void): void
  /** Told of every committed record that has a place in a queue, in log order. Returns the way to stop listening. */
  onArrival(listener: (arrival: Arrival) => void): () => void

  /**
   * Records of a queue from an offset on. At most 800 entries (or `maxCount`, if more) are looked at, so that a filter that
   * matches little costs little: `NO_MATCHED_MESSAGE` then, to be continued at `nextBeginOffset`
   * (read in store/…/DefaultMessageStore.java, `getMessage`).
   */
  read(request: ReadRequest): MaybePromise<ReadResult>
  /** The record at a commit log offset, decoded, or `undefined` when there is none (removed, never written, inside another). */
  recordAt(physicalOffset: number): MaybePromise<MessageRecord | undefined>
  /** The bytes of that record, whole. A view as those of {@link ReadResult}. */
  recordBytesAt(physicalOffset: number): MaybePromise<Buffer | undefined>
  /** First readable queue offset; 0 for a queue that never existed. */
  minOffset(topic: string, queueId: number): number
  /** Next queue offset to be committed; 0 for a queue that never existed. */
  maxOffset(topic: string, queueId: number): number
  /**
   * A queue offset by store time. LOWER: the first record stored then or later, the maximum offset when there is none.
   * UPPER: the last record stored then or earlier, the minimum offset when there is none. So with nothing stored at that
   * very time UPPER is before LOWER (read in store/…/ConsumeQueue.java, `binarySearchInQueueByTime`).
   */
  offsetByTime(topic: string, queueId: number, timestampMs: number, boundary: OffsetBoundary): MaybePromise<number>
  /** Store time of the record at a queue offset, or −1. */
  storeTimeAt(topic: string, queueId: number, queueOffset: number): MaybePromise<number>
  /** The newest messages that carry a key, found by the index (read in store/…/DefaultMessageStore.java, `queryMessage`). */
  query(request: QueryRequest): MaybePromise<QueryResult>
  /**
   * Drops all queues of the topic, staged records included: a queue of that name begins at 0 again. On disk, that is noted
   * first.
   *
   * @throws FileError when it cannot be noted: the topic is there as before; or when files cannot be removed: then they are
   * at the next try, or start.
   */
  deleteTopic(topic: string): void

  /** Small named texts that must survive a restart (`topics.json`, `consumerOffset.json`, `delayOffset.json`, `subscriptionGroup.json`). */
  readonly documents: StoreDocuments
}

export interface StoreDocuments {
  /**
   * The text, or `undefined` when it was never written. Names are `[A-Za-z0-9._-]`, at most 64, not starting with a dot nor ending in `.bak`,
   * `.tmp` or `.broken`; others throw `DOCUMENT_NAME_ILLEGAL`.
   */
  read(name: string): string | undefined
  /** Replaces the text atomically; durable when the returned promise settles. */
  write(name: string, text: string): Promise<void>
}
