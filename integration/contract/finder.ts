import { decodeRecords, parseOffsetMessageId } from '@rocketmq-ts/remoting/wire'
import type { Bench } from './bench'
import { queueName } from './group-watch'
import { digestOfReceived, UID } from './parcel'
import { Probe } from './probe'
import { Answer, Code, type Frame } from './tap/frame'

/** A message that a question brought. */
export interface Found {
  readonly uid: string
  /** Where it is in the broker's log. */
  readonly physicalOffset: number
  readonly storedAt: number
}

/** Bounds of a question by key. */
export interface Bounds {
  readonly max?: number
  /** Store times, milliseconds, both included. */
  readonly from?: number
  readonly to?: number
}

/** The largest `long`, with which clients leave the end of a time range open. */
const OPEN_END = '9223372036854775807'

/** Looks messages of one topic up by key and by id, and writes down what it gets. */
export class Finder {
  readonly #bench: Bench
  readonly #topic: string
  readonly #probe: Probe

  private constructor(bench: Bench, topic: string, probe: Probe) {
    this.#bench = bench
    this.#topic = topic
    this.#probe = probe
  }

  static async start(bench: Bench, topic: string): Promise<Finder> {
    const probe = await Probe.connect(bench.target.brokerAddress, bench.tap.networkOf('finder'))
    bench.owns(async () => probe.close())
    return new Finder(bench, topic, probe)
  }

  /** Messages with a key; none when the broker says that there are none. */
  async byKey(key: string, bounds: Bounds = {}): Promise<readonly Found[]> {
    return this.#found(`key ${key}`, await this.askByKey(key, bounds))
  }

  /** Messages with the id that their client gave them. */
  async byMessageId(messageId: string): Promise<readonly Found[]> {
    const answer = await this.#probe.ask(Code.QUERY_MESSAGE, { ...this.#fields(messageId, {}), _UNIQUE_KEY_QUERY: true })
    return this.#found(`message id ${messageId}`, answer)
  }

  /** The message with the id that the broker gave it. */
  async byOffsetMessageId(id: string): Promise<readonly Found[]> {
    return this.#found(`offset message id ${id}`, await this.askByOffset(parseOffsetMessageId(id).physicalOffset))
  }

  askByKey(key: string, bounds: Bounds = {}): Promise<Frame> {
    return this.#probe.ask(Code.QUERY_MESSAGE, this.#fields(key, bounds))
  }

  askByOffset(offset: number): Promise<Frame> {
    return this.#probe.ask(Code.VIEW_MESSAGE_BY_ID, { offset })
  }

  #fields(key: string, { max = 64, from = 0, to }: Bounds): Record<string, string | number> {
    return { topic: this.#topic, key, maxNum: max, beginTimestamp: from, endTimestamp: to ?? OPEN_END }
  }

  #found(question: string, { code, body }: Frame): readonly Found[] {
    if (code !== Answer.SUCCESS) return []
    return decodeRecords(body).records.map((record) => {
      const uid = record.properties.get(UID) ?? ''
      const keys = record.properties.get('KEYS')?.split(' ') ?? []
      this.#bench.history.add({
        type: 'delivered',
        uid,
        group: question,
        member: 'finder',
        queue: queueName(record.topic, record.queueId),
        offset: record.queueOffset,
        attempt: 1,
        digest: digestOfReceived({ body: record.body, tag: record.properties.get('TAGS'), keys, properties: record.properties })
      })
      return { uid, physicalOffset: record.physicalOffset, storedAt: record.storeTimestamp }
    })
  }
}
