import type {
  Appended,
  AppendRequest,
  Arrival,
  CommitStatus,
  MaybePromise,
  MessageStore,
  OffsetBoundary,
  ReadRequest,
  ReadResult,
  StoreDocuments
} from '@rocketmq-ts/store'

/** A store that counts how often the log of the one under it is written: commits with records in them, each one write of all of them. */
export class CountingStore implements MessageStore {
  logWrites = 0
  readonly documents: StoreDocuments
  readonly #under: MessageStore
  #isStaged = false

  constructor(under: MessageStore) {
    this.#under = under
    this.documents = under.documents
  }

  append(request: AppendRequest): Appended {
    this.#isStaged = true
    return this.#under.append(request)
  }

  appendAll(requests: readonly AppendRequest[]): readonly Appended[] {
    this.#isStaged = true
    return this.#under.appendAll(requests)
  }

  commit(): void {
    if (this.#isStaged) this.logWrites += 1
    this.#isStaged = false
    this.#under.commit()
  }

  start = (): Promise<void> => this.#under.start()
  close = (): Promise<void> => this.#under.close()
  whenCommitted = (waiter: (status: CommitStatus) => void): void => this.#under.whenCommitted(waiter)
  onArrival = (listener: (arrival: Arrival) => void): (() => void) => this.#under.onArrival(listener)
  read = (request: ReadRequest): MaybePromise<ReadResult> => this.#under.read(request)
  recordAt: MessageStore['recordAt'] = (physicalOffset) => this.#under.recordAt(physicalOffset)
  recordBytesAt: MessageStore['recordBytesAt'] = (physicalOffset) => this.#under.recordBytesAt(physicalOffset)
  minOffset = (topic: string, queueId: number): number => this.#under.minOffset(topic, queueId)
  maxOffset = (topic: string, queueId: number): number => this.#under.maxOffset(topic, queueId)
  offsetByTime = (topic: string, queueId: number, timestampMs: number, boundary: OffsetBoundary): MaybePromise<number> =>
    this.#under.offsetByTime(topic, queueId, timestampMs, boundary)
  storeTimeAt = (topic: string, queueId: number, queueOffset: number): MaybePromise<number> =>
    this.#under.storeTimeAt(topic, queueId, queueOffset)
  query: MessageStore['query'] = (request) => this.#under.query(request)
  deleteTopic = (topic: string): void => this.#under.deleteTopic(topic)
}
