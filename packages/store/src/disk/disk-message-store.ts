import { decodeRecord, type MessageRecord } from '@rocketmq-ts/remoting/wire'
import { CommitAnnouncer } from '../commit-announcer'
import type {
  Appended,
  AppendRequest,
  Arrival,
  CommitStatus,
  MaybePromise,
  MessageStore,
  OffsetBoundary,
  QueryRequest,
  QueryResult,
  ReadRequest,
  ReadResult,
  StoreDocuments
} from '../message-store'
import { StoreError } from '../store-error'
import { type DiskMessageStoreOptions, type ResolvedDiskOptions, resolveDiskOptions } from './disk-options'
import { OpenDiskStore } from './open-disk-store'
import type { RecordAppender } from './record-appender'
import type { RecoveryReport } from './recovery/recover'
import { StoreParts } from './store-parts'

/**
 * A message store in RocketMQ's own files: official brokers open its directory, and it opens theirs. What it promises in either flush mode is
 * said at `DiskMessageStoreOptions.flush`.
 *
 * `start` rejects with a StoreError: `STORE_IN_USE`, `STORE_READ_ONLY`, `STORE_DAMAGED`, `DOCUMENT_UNREADABLE`, `STORE_CLOSED` when it is closed
 * before it has recovered, or a FileError when the disk fails. A disk that fails later stops the store: `append` throws `STORE_FAILED` from
 * then on, what is committed can still be read.
 */
export class DiskMessageStore implements MessageStore {
  readonly documents: StoreDocuments
  readonly #options: ResolvedDiskOptions
  readonly #announcer = new CommitAnnouncer()
  #open: OpenDiskStore | undefined
  #recovery: RecoveryReport | undefined
  /** Ends the recovery under way. */
  #recovering: AbortController | undefined
  /** Starts and closes, one after the other. */
  #steps: Promise<void> = Promise.resolve()

  /** @throws StoreError `OPTION_INVALID`. */
  constructor(options: DiskMessageStoreOptions) {
    this.#options = resolveDiskOptions(options)
    this.documents = {
      read: (name) => this.#opened().documents.read(name),
      write: async (name, text) => this.#opened().documents.write(name, text)
    }
  }

  /** What the last start found, `undefined` before the first. */
  get recovery(): RecoveryReport | undefined {
    return this.#recovery
  }

  /** Why the store has stopped, `undefined` while it has not. */
  get failure(): StoreError | undefined {
    return this.#open?.failure
  }

  /** How often the log was written and synced since the start. */
  get stats(): { readonly writes: number; readonly bytesWritten: number; readonly syncs: number } {
    return this.#opened().stats
  }

  start(): Promise<void> {
    return this.#step(async () => {
      if (this.#open !== undefined) return
      const recovering = new AbortController()
      this.#recovering = recovering
      try {
        const { parts, recovery } = await StoreParts.open(this.#options, recovering.signal)
        this.#recovery = recovery
        this.#open = new OpenDiskStore(this.#options, parts, this.#announcer)
      } finally {
        this.#recovering = undefined
      }
    })
  }

  close(): Promise<void> {
    this.#recovering?.abort(this.#closed('was closed before it had recovered'))
    return this.#step(async () => {
      const open = this.#open
      if (open === undefined) return
      try {
        await open.close()
      } finally {
        this.#open = undefined
      }
    })
  }

  append(request: AppendRequest): Appended {
    return this.#appender().append(request)
  }

  appendAll(requests: readonly AppendRequest[]): readonly Appended[] {
    return this.#appender().appendAll(requests)
  }

  commit(): void {
    this.#open?.committer.commit()
  }

  whenCommitted(waiter: (status: CommitStatus) => void): void {
    if (this.#open === undefined) this.#options.clock.defer(() => waiter('COMMITTED'))
    else this.#open.committer.whenCommitted(waiter)
  }

  onArrival(listener: (arrival: Arrival) => void): () => void {
    return this.#announcer.listen(listener)
  }

  read(request: ReadRequest): MaybePromise<ReadResult> {
    return this.#opened().read(request)
  }

  recordAt(physicalOffset: number): MaybePromise<MessageRecord | undefined> {
    const bytes = this.recordBytesAt(physicalOffset)
    return bytes instanceof Promise ? bytes.then(decoded) : decoded(bytes)
  }

  recordBytesAt(physicalOffset: number): MaybePromise<Buffer | undefined> {
    return this.#opened().recordBytesAt(physicalOffset)
  }

  minOffset(topic: string, queueId: number): number {
    return this.#opened().find(topic, queueId)?.minOffset ?? 0
  }

  maxOffset(topic: string, queueId: number): number {
    return this.#opened().find(topic, queueId)?.maxOffset ?? 0
  }

  offsetByTime(topic: string, queueId: number, timestampMs: number, boundary: OffsetBoundary): MaybePromise<number> {
    return this.#opened().offsetByTime(topic, queueId, timestampMs, boundary)
  }

  storeTimeAt(topic: string, queueId: number, queueOffset: number): MaybePromise<number> {
    return this.#opened().storeTimeAt(topic, queueId, queueOffset)
  }

  query(request: QueryRequest): MaybePromise<QueryResult> {
    return this.#opened().query(request)
  }

  deleteTopic(topic: string): void {
    this.#opened().deleteTopic(topic)
  }

  #appender(): RecordAppender {
    if (this.#open === undefined) throw new StoreError('STORE_NOT_WRITABLE', `the store in ${this.#options.directory} is closed`)
    return this.#open.appender
  }

  #opened(): OpenDiskStore {
    if (this.#open?.isClosed === false) return this.#open
    throw this.#closed('is closed')
  }

  #closed(what: string): StoreError {
    const { directory } = this.#options
    return new StoreError('STORE_CLOSED', `the store in ${directory} ${what}`, { directory })
  }

  /** One step after the other, whether or not the one before succeeded. */
  #step(step: () => Promise<void>): Promise<void> {
    const result = this.#steps.then(step)
    this.#steps = result.catch(() => {})
    return result
  }
}

function decoded(bytes: Buffer | undefined): MessageRecord | undefined {
  return bytes === undefined ? undefined : decodeRecord(bytes).detach()
}
