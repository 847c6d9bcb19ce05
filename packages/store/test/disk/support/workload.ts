import { encodeProperties } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import { type Appended, type AppendRequest, type CommitStatus, FileError, type MessageStore, StoreError } from '../../../src'
import { type Attempt, Ledger } from './ledger'
import { settled } from './settled'

/** A store that is worked with, and what is known of it. */
export class Work {
  readonly store: MessageStore
  readonly clock: ManualClock
  readonly ledger: Ledger
  /** Errors that are no part of a store's interface. */
  readonly untypedErrors: unknown[] = []
  #sent = 0

  constructor(store: MessageStore, clock = new ManualClock(), ledger = new Ledger()) {
    this.store = store
    this.clock = clock
    this.ledger = ledger
  }

  /** Does each step. What a store refuses with an error of its own is part of the game; the steps after it are done all the same. */
  async do(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      try {
        await settled(step(this), this.clock)
      } catch (error) {
        if (!(error instanceof StoreError) && !(error instanceof FileError)) this.untypedErrors.push(error)
      }
    }
  }

  /** Appends and commits so many records; settles with the commit. */
  async send(count: number, request: (index: number) => Partial<AppendRequest>): Promise<void> {
    const attempts: Attempt[] = []
    for (let index = 0; index < count; index++) this.#append(request(index), attempts)
    await this.#commit(attempts)
  }

  /** Appends a batch and commits it. All of it is refused, or none. */
  async sendBatch(changes: readonly Partial<AppendRequest>[]): Promise<void> {
    const requests = changes.map((change) => requestOf(++this.#sent, change))
    const places = this.store.appendAll(requests)
    await this.#commit(requests.map((request, index) => this.ledger.appended(request, places[index] as Appended)))
  }

  async writeDocument(name: string, text: string): Promise<void> {
    const succeeded = this.ledger.documentBegun(name, text)
    await this.store.documents.write(name, text)
    succeeded()
  }

  deleteTopic(topic: string): void {
    this.ledger.topicDeleted(topic)
    this.store.deleteTopic(topic)
  }

  async #commit(attempts: readonly Attempt[]): Promise<void> {
    const status = await new Promise<CommitStatus>((resolve) => {
      this.store.whenCommitted(resolve)
      this.store.commit()
    })
    this.ledger.settled(attempts, status)
  }

  #append(change: Partial<AppendRequest>, attempts: Attempt[]): void {
    this.#sent++
    const request = requestOf(this.#sent, change)
    try {
      attempts.push(this.ledger.appended(request, this.store.append(request)))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
    }
  }
}

export type Step = (work: Work) => Promise<void>

/** Every operation of a store, on a few queues, over several commit log files when these have some 8 KiB. */
export const EVERY_OPERATION: readonly Step[] = [
  ({ store }) => store.start(),
  // Whoever could not start tries again, as somebody would who has seen to the cause.
  ({ store }) => store.start(),
  (work) => work.writeDocument('topics.json', '{"v":1}'),
  (work) => work.send(3, (index) => ({ topic: 'A', queueId: index % 2 })),
  (work) => work.send(1, () => ({ topic: 'B', properties: encodeProperties([['KEYS', 'k1 k2']]) })),
  (work) => work.send(2, () => ({ topic: 'gone' })),
  ({ clock }) => clock.advance(2000),
  (work) => work.writeDocument('topics.json', '{"v":2}'),
  (work) => work.send(12, (index) => ({ topic: 'A', queueId: index % 2, body: Buffer.alloc(1500, 0x61 + index) })),
  (work) => work.send(2, () => ({ topic: 'C', delayMs: 5000 })),
  readEverything,
  async (work) => work.deleteTopic('gone'),
  ({ clock }) => clock.advance(2000),
  (work) => work.writeDocument('consumerOffset.json', '{"offsets":1}'),
  (work) => work.send(4, (index) => ({ topic: 'A', queueId: index % 2 })),
  (work) => work.send(5, () => ({ topic: 'B', body: Buffer.alloc(700, 0x7a) })),
  (work) => work.sendBatch([0, 1, 2].map((index) => ({ topic: 'A', queueId: index % 2, body: Buffer.alloc(1100, 0x41 + index) }))),
  readEverything,
  ({ store }) => store.close()
]

async function readEverything({ store, clock }: Work): Promise<void> {
  for (const topic of ['A', 'B']) {
    const { records } = await store.read({ topic, queueId: 0, queueOffset: 0, maxCount: 32, maxBytes: 65_536 })
    if (records.length > 0) await store.recordAt(0)
    await store.offsetByTime(topic, 0, clock.now() - 1000, 'LOWER')
    await store.storeTimeAt(topic, 0, 0)
  }
  await store.query({ topic: 'B', key: 'k1', maxCount: 8, beginMs: 0, endMs: clock.now() })
}

/** Each field that can be is another one in each record, so that no two can be taken for each other. */
export function requestOf(number: number, change: Partial<AppendRequest>): AppendRequest {
  return {
    ...{ topic: 'A', queueId: 0, flag: number, sysFlag: 0, bornTimestamp: 1_600_000_000_000 + number },
    ...{ bornHost: { host: '10.1.2.3', port: 40_000 }, storeHost: { host: '127.0.0.1', port: 10_911 } },
    ...{ reconsumeTimes: number % 7, preparedTransactionOffset: 0, tagsCode: number },
    ...{ properties: encodeProperties([['UNIQ_KEY', `U${number}`]]) },
    ...change,
    body: Buffer.concat([Buffer.from(`${number} `), change.body ?? Buffer.from('body')])
  }
}
