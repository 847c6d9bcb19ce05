import { type Client, type Outcome, type Producer, retry } from '@rocketmq-ts/client'
import { type Order, Orders, Parcels } from './topics'

/** One second, by the broker's table of delays. */
const ASK_AGAIN_LEVEL = 1

/** Packs what is ordered and says so. What is not in stock waits, as a message, until it is. */
export class Warehouse {
  readonly #mq: Client
  readonly #producer: Producer
  /** A real warehouse has a database for both. */
  readonly #stock = new Map<string, number>()
  readonly #packed = new Set<string>()

  constructor(mq: Client) {
    this.#mq = mq
    this.#producer = mq.producer({ group: 'warehouse' })
  }

  /** Resolves when it takes orders. It ends when the client is closed. */
  async start(): Promise<void> {
    const options = { group: 'warehouse', subscriptions: [{ topic: Orders }], from: 'first' } as const
    await this.#mq.pushConsumer(options, ({ value }) => this.#pack(value)).ready
  }

  /** Goods come in. */
  take(article: string, count: number): void {
    this.#stock.set(article, this.stockOf(article) + count)
  }

  stockOf(article: string): number {
    return this.#stock.get(article) ?? 0
  }

  /** The parcel is announced before the order is done with: a broker that goes away in between brings the order again. */
  async #pack({ id, article, count }: Order): Promise<Outcome> {
    if (!this.#packed.has(id)) {
      if (this.stockOf(article) < count) return retry({ delayLevel: ASK_AGAIN_LEVEL })
      this.take(article, -count)
      this.#packed.add(id)
    }
    await this.#producer.send(Parcels, { orderId: id }, { keys: [id] })
    return undefined
  }
}
