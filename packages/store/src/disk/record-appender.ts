import { MAX_PROPERTIES_BYTES, RECORD_CRC_BYTES } from '@rocketmq-ts/remoting/wire'
import { checkRequest, isQueued, type RequestLimits } from '../check-request'
import { isPassing } from '../files/file-error'
import type { Appended, AppendRequest } from '../message-store'
import { bytesOf, placeRecords } from '../placed-records'
import { StoreError } from '../store-error'
import type { Committer } from './committer'
import type { DiskConsumeQueue } from './consume-queue/disk-consume-queue'
import { queueDirectory } from './consume-queue/queue-path'
import type { ResolvedDiskOptions } from './disk-options'
import type { IndexFollower } from './index-follower'
import type { StoreParts } from './store-parts'

/** Entries of consume queues that may wait for the disk, bytes, until no more is appended. */
const MAX_PENDING_QUEUE_BYTES = 64 * 1024 * 1024

/** What a {@link RecordAppender} works with. */
export interface RecordAppenderOptions {
  readonly options: ResolvedDiskOptions
  readonly parts: StoreParts
  readonly committer: Committer
  readonly index: IndexFollower | undefined
  /** Told that the disk failed. Returns why nothing more is appended. */
  readonly fail: (error: unknown) => StoreError
}

/** Takes messages into a store on disk, where they wait for the commit: in the log, in their queues, and for the index. */
export class RecordAppender {
  readonly #options: ResolvedDiskOptions
  readonly #parts: StoreParts
  readonly #committer: Committer
  readonly #index: IndexFollower | undefined
  readonly #fail: (error: unknown) => StoreError
  readonly #limits: RequestLimits
  #refusal: (() => StoreError) | undefined
  #newestTimestamp: number

  constructor({ options, parts, committer, index, fail }: RecordAppenderOptions) {
    this.#options = options
    this.#parts = parts
    this.#committer = committer
    this.#index = index
    this.#fail = fail
    this.#newestTimestamp = parts.state.checkpoint.physicMsgTimestamp
    // The checksum stands among the properties.
    const maxPropertiesBytes = MAX_PROPERTIES_BYTES - (options.recordCrc ? RECORD_CRC_BYTES : 0)
    this.#limits = { maxMessageBytes: options.maxMessageBytes, maxPropertiesBytes }
  }

  /** Store time of the newest record, milliseconds. */
  get newestTimestamp(): number {
    return this.#newestTimestamp
  }

  /** As `append` of the store. */
  append(request: AppendRequest): Appended {
    this.#checkWritable()
    checkRequest(request, this.#limits)
    const { log } = this.#parts
    const queue = this.#queueOf(request)
    const queueOffset = queue?.endOffset ?? 0
    const storeTimestamp = this.#options.clock.now()
    const size = log.measure(request)
    const physicalOffset = log.append(request, size, queueOffset, storeTimestamp)
    const appended = { physicalOffset, queueOffset, size, storeTimestamp }
    this.#staged(queue, request, appended)
    return appended
  }

  /** As `appendAll` of the store. Whatever can be refused is, before anything is staged. */
  appendAll(requests: readonly AppendRequest[]): readonly Appended[] {
    this.#checkWritable()
    for (const request of requests) checkRequest(request, this.#limits)
    const { log } = this.#parts
    const records = requests.map((request) => ({ request, queue: this.#queueOf(request), size: log.measure(request) }))
    if (records.length === 0) return []
    const start = log.reserve(bytesOf(records))
    const placed = placeRecords(records, start, this.#options.clock.now())
    log.appendAll(placed)
    for (const { queue, request, appended } of placed) this.#staged(queue, request, appended)
    return placed.map(({ appended }) => appended)
  }

  /** Nothing more is appended, for that reason. */
  refuse(why: () => StoreError): void {
    this.#refusal = why
  }

  #staged(queue: DiskConsumeQueue | undefined, request: AppendRequest, appended: Appended): void {
    this.#newestTimestamp = appended.storeTimestamp
    if (queue !== undefined) this.#committer.staged(queue, request, appended)
    this.#index?.note(appended.physicalOffset, appended.size)
  }

  /** The queue of a message that has a place in one. Its name is checked in any case: later the place may come. */
  #queueOf({ sysFlag, topic, queueId }: AppendRequest): DiskConsumeQueue | undefined {
    if (isQueued(sysFlag)) return this.#parts.queues.obtain(topic, queueId)
    queueDirectory(this.#options.directory, topic, queueId)
    return undefined
  }

  #checkWritable(): void {
    const { retention, queues, state } = this.#parts
    if (this.#refusal !== undefined) throw this.#refusal()
    if (retention.isFull) throw notWritable('the disk is nearly full', this.#options)
    if (queues.pendingBytes > MAX_PENDING_QUEUE_BYTES) throw notWritable('consume queues wait for the disk', this.#options)
    if (this.#index?.isCrowded === true) throw notWritable('the index waits for the disk', this.#options)
    if (state.isBehind) this.#catchUp()
  }

  #catchUp(): void {
    try {
      this.#parts.state.catchUp()
    } catch (error) {
      if (isPassing(error)) throw notWritable('a deleted topic cannot be noted now', this.#options)
      throw this.#fail(error)
    }
  }
}

/** A refusal that may pass. */
export function notWritable(why: string, { directory }: ResolvedDiskOptions): StoreError {
  return new StoreError('STORE_NOT_WRITABLE', `the store in ${directory} takes no messages: ${why}`, { directory })
}
