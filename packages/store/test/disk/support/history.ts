import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import { type AppendRequest, type CommitStatus, type MessageStore, type PowerCut, SimulatedStoreFiles, StoreError } from '../../../src'
import { isRecordOf } from './check-store'
import { type Attempt, Knowledge, Ledger } from './ledger'
import { checkReopened, type StoreOn } from './reopened'
import { settled } from './settled'
import { requestOf } from './workload'

const TOPIC = 'A'

/** What a store was asked to do, what it answered, and what its readers saw, up to the moment in which the power is cut. */
export class History {
  readonly #open: StoreOn
  readonly #files = new SimulatedStoreFiles()
  readonly #clock = new ManualClock()
  readonly #store: MessageStore
  readonly #ledger = new Ledger()
  readonly #seen = new Set<Attempt>()
  readonly #phantoms: string[] = []
  #restedAt = 0

  constructor(open: StoreOn) {
    this.#open = open
    this.#store = open(this.#files, this.#clock)
  }

  async start(): Promise<void> {
    await settled(this.#store.start(), this.#clock)
  }

  /** Appends and commits so many records; whoever waits for the commit may still wait when this settles. */
  async send(count: number, queueId: number, bodyBytes: number): Promise<void> {
    const attempts: Attempt[] = []
    for (let i = 0; i < count; i++) attempts.push(...this.#append(1, queueId, bodyBytes))
    await this.#commit(attempts)
  }

  /** As `send`, as a batch. */
  async sendBatch(count: number, queueId: number, bodyBytes: number): Promise<void> {
    await this.#commit(this.#append(count, queueId, bodyBytes))
  }

  /** Reads a queue from an offset on, as far as it is visible. */
  async read(queueId: number, queueOffset: number): Promise<void> {
    const result = Promise.resolve(this.#store.read({ topic: TOPIC, queueId, queueOffset, maxCount: 32, maxBytes: 65_536 }))
    const { records } = await settled(result, this.#clock)
    for (const record of records.map((bytes) => decodeRecord(bytes))) {
      const attempt = this.#ledger.attempts.find((sent) => isRecordOf(record, sent))
      if (attempt === undefined) this.#phantoms.push(`read what was never sent: ${queueId}/${record.queueOffset}`)
      else this.#seen.add(attempt)
    }
  }

  /** Time in which nobody sends. A second is enough for a store to sync what it has acknowledged, when the disk does its work. */
  async rest(): Promise<void> {
    await this.#clock.advance(1000)
    if (this.#files.held.length === 0) this.#restedAt = this.#ledger.mark
  }

  /** The disk takes its time with syncs. */
  async stallSyncs(): Promise<void> {
    this.#files.hold(({ name }) => name === 'sync')
  }

  /** The oldest sync ends; without a count all do, and those to come. */
  async endSyncs(count?: number): Promise<void> {
    this.#files.release(count)
    await this.#clock.settle()
  }

  /** Of what was sent, how many were acknowledged and how many seen. */
  get counts(): { readonly acknowledged: number; readonly seen: number } {
    return { acknowledged: this.#ledger.at().acknowledged.length, seen: this.#seen.size }
  }

  /** All that is wrong after a power cut now with a store whose acknowledgement, and what is visible in it, survives one. */
  problemsOfDurable(cut: PowerCut): Promise<string[]> {
    return this.#problems(cut, (attempt) => attempt.status === 'COMMITTED' || this.#seen.has(attempt))
  }

  /** All that is wrong after a power cut now with a store that syncs what it has acknowledged a little later. */
  problemsOfLaterDurable(cut: PowerCut): Promise<string[]> {
    return this.#problems(cut, (attempt) => attempt.status === 'COMMITTED' && attempt.settledAt <= this.#restedAt)
  }

  async #problems(cut: PowerCut, mustRemain: (attempt: Attempt) => boolean): Promise<string[]> {
    const { attempts } = this.#ledger
    const known = new Knowledge(attempts.filter(mustRemain), attempts, new Map())
    const found = await checkReopened(this.#open, this.#files.afterPowerCut(cut), known, { mayHaveHoles: true })
    return [...this.#phantoms, ...found]
  }

  async #commit(attempts: readonly Attempt[]): Promise<void> {
    this.#store.whenCommitted((status: CommitStatus) => this.#ledger.settled(attempts, status))
    this.#store.commit()
    await this.#clock.settle()
  }

  #append(count: number, queueId: number, bodyBytes: number): Attempt[] {
    const first = this.#ledger.attempts.length + 1
    const body = Buffer.alloc(bodyBytes, 0x62)
    const requests = Array.from({ length: count }, (_, i) => requestOf(first + i, { topic: TOPIC, queueId, body }))
    try {
      const appended = count === 1 ? requests.map((request) => this.#store.append(request)) : this.#store.appendAll(requests)
      return appended.map((place, i) => this.#ledger.appended(requests[i] as AppendRequest, place))
    } catch (error) {
      // No zeros are ready while the disk stalls: nothing was promised.
      if (!(error instanceof StoreError)) throw error
      return []
    }
  }
}
