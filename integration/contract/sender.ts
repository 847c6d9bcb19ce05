import { NotSentError } from '@rocketmq-ts/client'
import type { Bench, Client } from './bench'
import { queueName } from './group-watch'
import { digestOf, type Parcel, propertiesOf } from './parcel'

export type Receipt = Awaited<ReturnType<Producer['send']>>
export type Producer = ReturnType<Client['producer']>

/** Sends parcels to one topic and writes down what became of each. */
export class Sender {
  readonly topic: string
  readonly #bench: Bench
  readonly #producer: Producer
  readonly #brokerName: string

  private constructor(bench: Bench, topic: string, producer: Producer, brokerName: string) {
    this.topic = topic
    this.#bench = bench
    this.#producer = producer
    this.#brokerName = brokerName
  }

  static async start(bench: Bench, topic: string): Promise<Sender> {
    const client = await bench.connect('sender')
    return new Sender(bench, topic, client.producer({ group: bench.name('senders') }), await bench.brokerOf(topic))
  }

  /** Resolves when the send is over, well or not; says whether it was acknowledged. */
  async send(one: Parcel, queueId?: number): Promise<boolean> {
    return (await this.receiptOf(one, queueId)) !== undefined
  }

  /** The same, with what the broker said of it; `undefined` when it was not acknowledged. */
  async receiptOf(one: Parcel, queueId?: number): Promise<Receipt | undefined> {
    this.#attempt(one)
    try {
      const options = { ...messageOptions(one), ...this.#place(queueId) }
      const receipt = await this.#producer.send(this.topic, one.body, options)
      this.#acknowledged(one, receipt.queue.queueId, receipt.queueOffset)
      return receipt
    } catch (error) {
      this.#failed(one, error)
      return undefined
    }
  }

  /** The same for several as one: they are stored side by side, or not at all. */
  async sendBatch(parcels: readonly Parcel[], queueId?: number): Promise<boolean> {
    for (const one of parcels) this.#attempt(one)
    try {
      const entries = parcels.map((one) => ({ value: one.body, ...messageOptions(one) }))
      const { queue, queueOffset } = await this.#producer.sendBatch(this.topic, entries, this.#place(queueId))
      for (const [at, one] of parcels.entries()) this.#acknowledged(one, queue.queueId, queueOffset + at)
      return true
    } catch (error) {
      for (const one of parcels) this.#failed(one, error)
      return false
    }
  }

  /** Sends without asking whether it arrived. */
  async sendOneway(one: Parcel): Promise<void> {
    this.#attempt(one)
    await this.#producer.sendOneway(this.topic, one.body, messageOptions(one))
  }

  #place(queueId: number | undefined): { readonly queue?: { readonly brokerName: string; readonly queueId: number } } {
    return queueId === undefined ? {} : { queue: { brokerName: this.#brokerName, queueId } }
  }

  #attempt(one: Parcel): void {
    const { uid, tag, lane } = one
    this.#bench.history.add({
      type: 'attempted',
      uid,
      digest: digestOf(one),
      ...(tag === undefined ? {} : { tag }),
      ...(lane === undefined ? {} : { lane })
    })
  }

  #acknowledged({ uid }: Parcel, queueId: number, offset: number): void {
    this.#bench.history.add({ type: 'acknowledged', uid, queue: queueName(this.topic, queueId), offset })
  }

  #failed({ uid }: Parcel, error: unknown): void {
    this.#bench.history.add({ type: 'failed', uid, stored: error instanceof NotSentError ? 'no' : 'unknown' })
  }
}

function messageOptions(one: Parcel): {
  readonly properties: Record<string, string>
  readonly tag?: string
  readonly keys?: readonly string[]
} {
  const { tag, keys } = one
  return { properties: propertiesOf(one), ...(tag === undefined ? {} : { tag }), ...(keys === undefined ? {} : { keys }) }
}
