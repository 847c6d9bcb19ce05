import type { Bench, Client } from './bench'
import { deliveryOf } from './member'

export type PullConsumer = ReturnType<Client['pullConsumer']>
type Batch = PullConsumer extends AsyncIterable<infer One> ? One : never

export interface PullerOptions {
  readonly group: string
  readonly topic: string
  /** Also the name of its connections on the tap. */
  readonly member: string
  readonly maxBatch?: number
}

/** One pull consumer with a client of its own, which writes into the history what it gets. */
export class Puller {
  readonly consumer: PullConsumer
  /** Messages handed out so far. */
  read = 0
  readonly #bench: Bench
  readonly #options: PullerOptions
  readonly #batches: AsyncIterator<Batch>

  private constructor(bench: Bench, options: PullerOptions, consumer: PullConsumer) {
    this.#bench = bench
    this.#options = options
    this.consumer = consumer
    this.#batches = consumer[Symbol.asyncIterator]()
  }

  /** Joins the group and resolves when it has its queues. */
  static async start(bench: Bench, options: PullerOptions): Promise<Puller> {
    const { group, topic, member, maxBatch = 32 } = options
    const client = await bench.connect(member)
    const consumer = client.pullConsumer({ group, subscriptions: [{ topic }], from: 'first', maxBatch })
    await consumer.ready
    return new Puller(bench, options, consumer)
  }

  /** The next batch; `undefined` when none comes in time. */
  async next(): Promise<Batch | undefined> {
    let result: IteratorResult<Batch> | undefined
    let failure: unknown
    this.#batches.next().then(
      (one) => {
        result = one
      },
      (error) => {
        failure = error
      }
    )
    const { group, member } = this.#options
    const isThere = await this.#bench.eventually(() => ((result ?? failure) === undefined ? `a batch for ${member}` : undefined))
    if (failure !== undefined) throw failure
    const batch: Batch | undefined = isThere && result?.done !== true ? result?.value : undefined
    for (const message of batch ?? []) this.#bench.history.add(deliveryOf(message, group, member))
    this.read += batch?.length ?? 0
    return batch
  }

  /** Reads on until each queue has brought something; the offset of the first message of each. */
  async firstOffsets(queues: number): Promise<Map<number, number>> {
    const offsets = new Map<number, number>()
    while (offsets.size < queues) {
      const batch = await this.next()
      if (batch === undefined) return offsets
      const { queueId } = batch.queue
      offsets.set(queueId, offsets.get(queueId) ?? batch.messages[0]?.queueOffset ?? -1)
    }
    return offsets
  }

  async close(): Promise<void> {
    await this.consumer.close({ timeoutMs: 5_000 })
  }
}
