import { NotSentError } from '@rocketmq-ts/client'
import type { Bench, Client } from './bench'
import { queueName } from './group-watch'
import { digestOf, type Parcel, propertiesOf } from './parcel'

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
    const { history } = this.#bench
    history.add({
      type: 'attempted',
      uid: one.uid,
      digest: digestOf(one),
      ...(one.tag === undefined ? {} : { tag: one.tag }),
      ...(one.lane === undefined ? {} : { lane: one.lane })
    })
    try {
      const receipt = await this.#producer.send(this.topic, one.body, {
        properties: propertiesOf(one),
        ...(one.tag === undefined ? {} : { tag: one.tag }),
        ...(one.keys === undefined ? {} : { keys: one.keys }),
        ...(queueId === undefined ? {} : { queue: { brokerName: this.#brokerName, queueId } })
      })
      history.add({ type: 'acknowledged', uid: one.uid, queue: queueName(this.topic, receipt.queue.queueId), offset: receipt.queueOffset })
      return true
    } catch (error) {
      history.add({ type: 'failed', uid: one.uid, stored: error instanceof NotSentError ? 'no' : 'unknown' })
      return false
    }
  }
}
