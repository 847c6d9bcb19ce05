import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import {
  type Appended,
  type AppendRequest,
  type CommitStatus,
  DiskMessageStore,
  type DiskMessageStoreOptions,
  type ReadResult,
  SimulatedStoreFiles,
  type StoreError
} from '../../../src'
import { SMALL_FILES } from './small-files'
import { requestOf } from './workload'

const GIB = 1024 ** 3

/** What a bench is made with, beside the options of its store. */
export interface BenchOptions extends Partial<Omit<DiskMessageStoreOptions, 'files' | 'clock'>> {
  readonly on?: SimulatedStoreFiles
  readonly startAt?: number
}

/** A store on a simulated disk with files so small that a few records fill one, and what it has told its owner. */
export class Bench {
  readonly files: SimulatedStoreFiles
  readonly clock: ManualClock
  readonly store: DiskMessageStore
  readonly failures: StoreError[] = []
  readonly errors: string[] = []
  readonly #options: BenchOptions
  #sent = 0

  constructor(options: BenchOptions = {}) {
    const { on, startAt, ...given } = options
    this.#options = options
    this.clock = new ManualClock(startAt === undefined ? {} : { startAt })
    this.files = on ?? new SimulatedStoreFiles({ totalBytes: GIB, now: () => this.clock.now() })
    const { files, clock } = this
    const error = (message: string): void => void this.errors.push(message)
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error }
    const onFailure = (failure: StoreError): void => void this.failures.push(failure)
    this.store = new DiskMessageStore({ directory: '/store', files, clock, logger, onFailure, ...SMALL_FILES, ...given })
  }

  static async start(options: BenchOptions = {}): Promise<Bench> {
    const bench = new Bench(options)
    await bench.store.start()
    return bench
  }

  /** The next process on what this one left: killed, or as it is when this one was closed. */
  async next(files = this.files.afterKill()): Promise<Bench> {
    return Bench.start({ ...this.#options, on: files, startAt: this.clock.now() + 1000 })
  }

  /** The number of the last message that was appended, or was to be. */
  get sent(): number {
    return this.#sent
  }

  append(change: Partial<AppendRequest> = {}): Appended {
    return this.store.append(this.#next(change))
  }

  /** Appends a batch of one message for each change. */
  appendAll(changes: readonly Partial<AppendRequest>[]): readonly Appended[] {
    return this.store.appendAll(changes.map((change) => this.#next(change)))
  }

  /** Commits; the status is in the list once the commit has ended. */
  commit(): CommitStatus[] {
    const statuses: CommitStatus[] = []
    this.store.whenCommitted((status) => statuses.push(status))
    this.store.commit()
    return statuses
  }

  async send(count = 1, change: Partial<AppendRequest> = {}): Promise<CommitStatus | undefined> {
    let status: CommitStatus | undefined
    for (let i = 0; i < count; i++) {
      this.append(change)
      const statuses = this.commit()
      await this.clock.settle()
      status = statuses[0]
    }
    return status
  }

  async read(topic: string, queueOffset: number, queueId = 0): Promise<ReadResult> {
    return this.store.read({ topic, queueId, queueOffset, maxCount: 32, maxBytes: 1024 * 1024 })
  }

  /** Bodies of a queue, from its first offset on; what they begin with is their number. */
  async bodies(topic: string, queueId = 0): Promise<string[]> {
    const bodies: string[] = []
    const end = this.store.maxOffset(topic, queueId)
    for (let next = this.store.minOffset(topic, queueId); next < end; ) {
      const { records, nextBeginOffset } = await this.read(topic, next, queueId)
      if (nextBeginOffset <= next) throw new Error(`stuck at ${next}`)
      for (const record of records) bodies.push(decodeRecord(record).body.toString())
      next = nextBeginOffset
    }
    return bodies
  }

  #next(change: Partial<AppendRequest>): AppendRequest {
    this.#sent++
    return requestOf(this.#sent, { topic: 'T', queueId: 0, ...change })
  }
}

/** The code of what is thrown. */
export function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return (error as StoreError).code
  }
  return 'nothing was refused'
}
