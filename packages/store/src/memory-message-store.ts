import { decodeRecord, MAX_PROPERTIES_BYTES, type MessageRecord, RecordField, recordSize } from '@rocketmq-ts/remoting/wire'
import { checkRequest, isQueued, type RequestLimits } from './check-request'
import { CommitAnnouncer } from './commit-announcer'
import type { ConsumeQueue } from './consume-queue'
import { ConsumeQueues } from './consume-queues'
import { MemoryCommitLog } from './memory-commit-log'
import { MemoryDocuments } from './memory-documents'
import { type MemoryMessageStoreOptions, type ResolvedMemoryOptions, resolveMemoryOptions } from './memory-options'
import type {
  Appended,
  AppendRequest,
  Arrival,
  CommitStatus,
  MessageStore,
  OffsetBoundary,
  QueryRequest,
  QueryResult,
  ReadRequest,
  ReadResult,
  StoreDocuments
} from './message-store'
import { offsetByTime } from './offset-by-time'
import { bytesOf, placeRecords } from './placed-records'
import { MemoryKeyIndex } from './query/memory-key-index'
import { queryMemory } from './query/query-memory'
import { readQueue } from './read-queue'
import { StoreError } from './store-error'

/**
 * A message store in memory, with the same steps as one on disk. What it holds lives as long as the object: it may be
 * closed and started again. When it is full the oldest records go, as a broker's retention would have it.
 */
export class MemoryMessageStore implements MessageStore {
  readonly documents: StoreDocuments = new MemoryDocuments()
  readonly #options: ResolvedMemoryOptions
  readonly #limits: RequestLimits
  readonly #log: MemoryCommitLog
  readonly #index: MemoryKeyIndex
  readonly #queues = new ConsumeQueues()
  readonly #announcer = new CommitAnnouncer()
  /** Staged records that have a place in a queue, in log order. */
  #arrivals: Arrival[] = []
  readonly #stagedQueues = new Set<ConsumeQueue>()
  #waiters: Array<(status: CommitStatus) => void> = []
  #isOpen = false

  /** @throws StoreError `OPTION_INVALID`. */
  constructor(options: MemoryMessageStoreOptions) {
    this.#options = resolveMemoryOptions(options)
    this.#limits = { maxMessageBytes: this.#options.maxMessageBytes, maxPropertiesBytes: MAX_PROPERTIES_BYTES }
    this.#log = new MemoryCommitLog(this.#options)
    this.#index = new MemoryKeyIndex(this.#log)
  }

  async start(): Promise<void> {
    this.#isOpen = true
  }

  async close(): Promise<void> {
    try {
      this.commit()
    } finally {
      this.#isOpen = false
    }
  }

  append(request: AppendRequest): Appended {
    this.#checkWritable()
    checkRequest(request, this.#limits)
    const size = recordSize(request)
    this.#makeRoom(size)
    const queue = this.#queueOf(request)
    const queueOffset = queue?.endOffset ?? 0
    const appended = { physicalOffset: this.#log.endOffset, queueOffset, size, storeTimestamp: this.#options.now() }
    this.#log.append(request, appended)
    if (queue !== undefined) this.#stage(queue, request, appended)
    return appended
  }

  appendAll(requests: readonly AppendRequest[]): readonly Appended[] {
    this.#checkWritable()
    for (const request of requests) checkRequest(request, this.#limits)
    const records = requests.map((request) => ({ request, size: recordSize(request), queue: this.#queueOf(request) }))
    if (records.length === 0) return []
    this.#makeRoom(bytesOf(records))
    const placed = placeRecords(records, this.#log.endOffset, this.#options.now())
    this.#log.appendAll(placed)
    for (const { queue, request, appended } of placed) if (queue !== undefined) this.#stage(queue, request, appended)
    return placed.map(({ appended }) => appended)
  }

  commit(): void {
    if (!this.#isOpen) return
    this.#log.commit()
    // Entries follow one another in each queue: what has been staged in it is what becomes readable.
    for (const queue of this.#stagedQueues) queue.commit()
    const commit = { status: 'COMMITTED', waiters: this.#waiters, arrivals: this.#arrivals } as const
    this.#waiters = []
    this.#arrivals = []
    this.#stagedQueues.clear()
    this.#announcer.announce(commit)
  }

  whenCommitted(waiter: (status: CommitStatus) => void): void {
    if (this.#log.endOffset > this.#log.committedOffset) this.#waiters.push(waiter)
    else this.#options.defer(() => waiter('COMMITTED'))
  }

  onArrival(listener: (arrival: Arrival) => void): () => void {
    return this.#announcer.listen(listener)
  }

  read(request: ReadRequest): ReadResult {
    return readQueue(this.#log, this.#find(request.topic, request.queueId), request)
  }

  recordAt(physicalOffset: number): MessageRecord | undefined {
    const bytes = this.recordBytesAt(physicalOffset)
    return bytes === undefined ? undefined : decodeRecord(bytes).detach()
  }

  recordBytesAt(physicalOffset: number): Buffer | undefined {
    this.#checkOpen()
    const bytes = this.#log.recordBytes(physicalOffset)
    return bytes === undefined ? undefined : this.#log.view(physicalOffset, bytes.readInt32BE(RecordField.SIZE))
  }

  minOffset(topic: string, queueId: number): number {
    return this.#find(topic, queueId)?.minOffset ?? 0
  }

  maxOffset(topic: string, queueId: number): number {
    return this.#find(topic, queueId)?.maxOffset ?? 0
  }

  offsetByTime(topic: string, queueId: number, timestampMs: number, boundary: OffsetBoundary): number {
    const queue = this.#find(topic, queueId)
    if (queue === undefined) return 0
    return offsetByTime(queue.minOffset, queue.maxOffset, timestampMs, boundary, (offset) => this.#storeTime(queue, offset))
  }

  storeTimeAt(topic: string, queueId: number, queueOffset: number): number {
    const queue = this.#find(topic, queueId)
    if (queue === undefined || queueOffset < queue.minOffset || queueOffset >= queue.maxOffset) return -1
    return this.#storeTime(queue, queueOffset)
  }

  query(request: QueryRequest): QueryResult {
    this.#checkOpen()
    return queryMemory(this.#index, request)
  }

  deleteTopic(topic: string): void {
    this.#checkOpen()
    this.#queues.deleteTopic(topic)
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.topic !== topic)
  }

  #makeRoom(size: number): void {
    const before = this.#log.minOffset
    const hasRoom = this.#log.makeRoom(size)
    if (this.#log.minOffset !== before) this.#queues.dropBefore(this.#log.minOffset)
    if (hasRoom) return
    const { maxBytes } = this.#options
    throw new StoreError('STORE_NOT_WRITABLE', `the message store is full: ${maxBytes} bytes, not yet committed`, { maxBytes, size })
  }

  #queueOf({ sysFlag, topic, queueId }: AppendRequest): ConsumeQueue | undefined {
    return isQueued(sysFlag) ? this.#queues.obtain(topic, queueId) : undefined
  }

  #stage(queue: ConsumeQueue, request: AppendRequest, appended: Appended): void {
    const { topic, queueId, delayMs } = request
    const tagsCode = delayMs === undefined ? request.tagsCode : appended.storeTimestamp + delayMs
    queue.stage(appended.physicalOffset, appended.size, tagsCode)
    this.#arrivals.push({ topic, queueId, queueOffset: appended.queueOffset, tagsCode })
    this.#stagedQueues.add(queue)
  }

  #find(topic: string, queueId: number): ConsumeQueue | undefined {
    this.#checkOpen()
    return this.#queues.find(topic, queueId)
  }

  #storeTime(queue: ConsumeQueue, queueOffset: number): number {
    return decodeRecord(this.#log.view(queue.physicalOffsetAt(queueOffset), queue.sizeAt(queueOffset))).storeTimestamp
  }

  #checkWritable(): void {
    if (!this.#isOpen) throw new StoreError('STORE_NOT_WRITABLE', 'the message store is closed')
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new StoreError('STORE_CLOSED', 'the message store is closed')
  }
}
