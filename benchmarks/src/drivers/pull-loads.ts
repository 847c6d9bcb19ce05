import type { Client, PullConsumer } from '@rocketmq-ts/client'
import { Histogram } from '../stats/histogram'
import { type LoadResult, nanoseconds, result } from './load'

const PER_PULL = 32

/** Reads filled topics from their beginning to their end, over and over. */
export class PullLoads {
  readonly #client: Client
  readonly #consumers = new Map<string, PullConsumer>()

  constructor(client: Client) {
    this.#client = client
  }

  /**
   * Passes over all `messages` of a topic until the time is up. What is timed is the wait for one batch; what is counted are
   * messages, and as failed those that came twice or not at all.
   */
  async run(topic: string, messages: number, seconds: number): Promise<LoadResult> {
    const consumer = await this.#consumerOf(topic)
    const histogram = new Histogram()
    const start = nanoseconds()
    let [read, bytes] = [0, 0]
    do {
      await consumer.seekToBegin()
      const pass = await readPass(consumer, messages, histogram)
      read += pass.messages
      bytes += pass.bytes
    } while (nanoseconds() - start < seconds * 1e9)
    if (bytes === 0) throw new Error(`the messages of ${topic} have no bodies`)
    return { ...result(histogram, nanoseconds() - start), messages: read }
  }

  async #consumerOf(topic: string): Promise<PullConsumer> {
    const known = this.#consumers.get(topic)
    if (known !== undefined) return known
    const consumer = this.#client.pullConsumer({
      group: `bench-${topic}`,
      subscriptions: [{ topic }],
      from: 'first',
      queues: 'all',
      maxBatch: PER_PULL
    })
    this.#consumers.set(topic, consumer)
    await consumer.ready
    return consumer
  }
}

async function readPass(consumer: PullConsumer, messages: number, histogram: Histogram): Promise<{ messages: number; bytes: number }> {
  let [read, bytes] = [0, 0]
  let begun = nanoseconds()
  for await (const batch of consumer) {
    const now = nanoseconds()
    histogram.record(now - begun)
    for (const message of batch) bytes += message.body.length
    read += batch.length
    if (read >= messages) break
    begun = nanoseconds()
  }
  if (read !== messages) throw new Error(`${read} messages came, ${messages} are stored`)
  return { messages: read, bytes }
}
