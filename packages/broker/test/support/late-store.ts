import type { MessageRecord } from '@rocketmq-ts/remoting/wire'
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
  StoreDocuments,
  StoreError
} from '@rocketmq-ts/store'

/** A store whose answers come later and which can fail: what a disk does to a broker. */
export class LateStore implements MessageStore {
  /** What every append throws. */
  appendError: StoreError | undefined
  /** What every question is answered with. */
  readError: Error | undefined
  /** What waiters are told, whatever became of their records. */
  commitStatus: CommitStatus = 'COMMITTED'
  /** `maxBytes` of every read so far. */
  readonly maxBytes: number[] = []
  /** What writing a document rejects with. */
  writeError: Error | undefined
  readonly documents: StoreDocuments
  readonly #under: MessageStore
  #writes: Promise<void> | undefined
  #gate: Promise<void> | undefined
  #heldCommits: Array<() => void> | undefined

  constructor(under: MessageStore) {
    this.#under = under
    this.documents = {
      read: (name) => under.documents.read(name),
      write: async (name, text) => {
        await this.#writes
        if (this.writeError !== undefined) throw this.writeError
        await under.documents.write(name, text)
      }
    }
  }

  /** No document is written from now on until the returned function is called. */
  holdWrites(): () => void {
    let open = (): void => {}
    this.#writes = new Promise((resolve) => {
      open = resolve
    })
    return () => {
      this.#writes = undefined
      open()
    }
  }

  /** Answers given from now on do not arrive until the returned function is called. */
  holdAnswers(): () => void {
    let open = (): void => {}
    this.#gate = new Promise((resolve) => {
      open = resolve
    })
    return () => {
      this.#gate = undefined
      open()
    }
  }

  /** Nobody hears of a commit from now on until the returned function is called. */
  holdCommits(): () => void {
    const waiting: Array<() => void> = []
    this.#heldCommits = waiting
    return () => {
      this.#heldCommits = undefined
      for (const tell of waiting) tell()
    }
  }

  start(): Promise<void> {
    return this.#under.start()
  }

  close(): Promise<void> {
    return this.#under.close()
  }

  append(request: AppendRequest): Appended {
    if (this.appendError !== undefined) throw this.appendError
    return this.#under.append(request)
  }

  appendAll(requests: readonly AppendRequest[]): readonly Appended[] {
    if (this.appendError !== undefined) throw this.appendError
    return this.#under.appendAll(requests)
  }

  commit(): void {
    this.#under.commit()
  }

  whenCommitted(waiter: (status: CommitStatus) => void): void {
    this.#under.whenCommitted((status) => {
      const tell = (): void => waiter(this.commitStatus === 'COMMITTED' ? status : this.commitStatus)
      if (this.#heldCommits === undefined) tell()
      else this.#heldCommits.push(tell)
    })
  }

  onArrival(listener: (arrival: Arrival) => void): () => void {
    return this.#under.onArrival(listener)
  }

  /** Reads at once, as the store is now; tells later. */
  async read(request: ReadRequest): Promise<ReadResult> {
    this.maxBytes.push(request.maxBytes)
    const result = await this.#under.read(request)
    return this.#later({ ...result, records: result.records.map((record) => Buffer.from(record)) })
  }

  async recordAt(physicalOffset: number): Promise<MessageRecord | undefined> {
    return this.#later(await this.#under.recordAt(physicalOffset))
  }

  async recordBytesAt(physicalOffset: number): Promise<Buffer | undefined> {
    return this.#later(await this.#under.recordBytesAt(physicalOffset))
  }

  minOffset(topic: string, queueId: number): number {
    return this.#under.minOffset(topic, queueId)
  }

  maxOffset(topic: string, queueId: number): number {
    return this.#under.maxOffset(topic, queueId)
  }

  async offsetByTime(topic: string, queueId: number, timestampMs: number, boundary: OffsetBoundary): Promise<number> {
    return this.#later(await this.#under.offsetByTime(topic, queueId, timestampMs, boundary))
  }

  async storeTimeAt(topic: string, queueId: number, queueOffset: number): Promise<number> {
    return this.#later(await this.#under.storeTimeAt(topic, queueId, queueOffset))
  }

  async query(request: QueryRequest): Promise<QueryResult> {
    return this.#later(await this.#under.query(request))
  }

  deleteTopic(topic: string): void {
    this.#under.deleteTopic(topic)
  }

  async #later<Value>(value: Value): Promise<Value> {
    await this.#gate
    if (this.readError !== undefined) throw this.readError
    return value
  }
}
