import { encodeProperties } from '@rocketmq-ts/remoting/wire'
import type { AppendRequest, MessageStore } from '@rocketmq-ts/store'
import { turn } from './opened-store'

const QUEUES_OF_A_TOPIC = 8
const BATCH = 64
const PER_READ = 32
const KEY_DIGITS = 8

/** Many small messages over many queues, in topics of 8, each with a key of its own. */
export class SmallMessages {
  readonly #store: MessageStore
  readonly #queues: readonly AppendRequest[]
  /** Shared by all requests: the store copies it in `append`, so the key in it may change afterwards. */
  readonly #properties: Buffer
  readonly #keyAt: number

  constructor(store: MessageStore, queues: number, bytes: number) {
    this.#store = store
    const key = 'C0A8000100002A9F5B7D4F3C'
    this.#properties = Buffer.from(
      encodeProperties(
        new Map([
          ['UNIQ_KEY', key + '0'.repeat(KEY_DIGITS)],
          ['TAGS', 'created']
        ])
      )
    )
    this.#keyAt = this.#properties.indexOf(key) + key.length
    const body = Buffer.alloc(bytes, 'x')
    this.#queues = Array.from({ length: queues }, (_, at) => this.#requestOf(at, body))
  }

  /** Stores so many, the queues in turn. Resolves with seconds. */
  async fill(messages: number): Promise<number> {
    const begun = performance.now()
    for (let sent = 0; sent < messages; ) {
      for (const last = Math.min(messages, sent + BATCH); sent < last; sent++) this.#append(sent)
      this.#store.commit()
      await turn()
    }
    const stored = this.#queues.reduce((sum, { topic, queueId }) => sum + this.#store.maxOffset(topic, queueId), 0)
    if (stored < messages) throw new Error(`${stored} of ${messages} messages are stored`)
    return (performance.now() - begun) / 1000
  }

  /** Reads the oldest messages of every queue. Resolves with how many came. */
  async readSome(perQueue: number): Promise<number> {
    let read = 0
    for (const { topic, queueId } of this.#queues) {
      for (let queueOffset = 0; queueOffset < perQueue; ) {
        const { records, nextBeginOffset } = await this.#store.read({ topic, queueId, queueOffset, maxCount: PER_READ, maxBytes: 2 ** 20 })
        if (records.length === 0) throw new Error(`nothing at ${queueOffset} of ${topic}/${queueId}`)
        read += records.length
        queueOffset = nextBeginOffset
      }
    }
    return read
  }

  #append(sent: number): void {
    this.#properties.write(sent.toString(16).toUpperCase().padStart(KEY_DIGITS, '0'), this.#keyAt, 'latin1')
    this.#store.append(this.#queues[sent % this.#queues.length] as AppendRequest)
  }

  #requestOf(at: number, body: Buffer): AppendRequest {
    return {
      topic: `bench-footprint-${Math.floor(at / QUEUES_OF_A_TOPIC)}`,
      queueId: at % QUEUES_OF_A_TOPIC,
      flag: 0,
      sysFlag: 0,
      bornTimestamp: 1_700_000_000_000,
      bornHost: { host: '10.0.0.5', port: 40_000 },
      storeHost: { host: '10.9.8.7', port: 10_911 },
      reconsumeTimes: 0,
      preparedTransactionOffset: 0,
      body,
      properties: this.#properties,
      // Java's hash of the tag.
      tagsCode: 1_028_554_472
    }
  }
}
