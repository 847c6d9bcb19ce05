import { type Message, type MessageQueue, unsettled } from '@rocketmq-ts/client'
import { Delivery, type DeliverySource } from './delivery'

/** The deliveries of one stream that are handed out and not settled. */
export class OpenDeliveries<M extends Message> implements DeliverySource<M> {
  readonly #open = new Map<Message, Delivery<M>>()
  readonly #left = new WeakSet<Delivery<M>>()
  #isClosing = false

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** Returns what the handler behind it returns. */
  handOut(message: M, context: { readonly signal: AbortSignal }, next: (delivery: Delivery<M>) => void): unknown {
    if (this.#isClosing) return unsettled()
    const delivery = new Delivery(message, context, this)
    this.#open.set(message, delivery)
    next(delivery)
    return delivery.ending()
  }

  settled(delivery: Delivery<M>): void {
    this.#open.delete(delivery.message)
  }

  /** In a stream that goes on nothing would ever settle it, or hand it out again: it is given up when the stream closes. */
  left(delivery: Delivery<M>): void {
    if (this.#isClosing) delivery.giveUp()
    else this.#left.add(delivery)
  }

  /** Nothing more is handed out. */
  close(): void {
    this.#isClosing = true
    for (const delivery of [...this.#open.values()]) if (this.#left.has(delivery)) delivery.giveUp()
  }

  voidMessage(message: Message): void {
    const delivery = this.#open.get(message)
    if (delivery !== undefined) this.#void([delivery])
  }

  voidQueue({ topic, brokerName, queueId }: MessageQueue): void {
    const isLost = ({ message: { queue } }: Delivery<M>): boolean =>
      queue.queueId === queueId && queue.topic === topic && queue.brokerName === brokerName
    this.#void([...this.#open.values()].filter(isLost))
  }

  voidAll(): void {
    this.#void([...this.#open.values()])
  }

  /** Told when all are void that become so in this turn: whoever hears of one may begin with another. */
  #void(deliveries: readonly Delivery<M>[]): void {
    for (const delivery of deliveries) {
      this.settled(delivery)
      delivery.makeVoid()
    }
    void Promise.resolve().then(() => {
      for (const delivery of deliveries) delivery.tellVoid()
    })
  }
}
