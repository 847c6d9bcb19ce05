import { type Client, type ClientOptions, connect, type Producer } from '@rocketmq-ts/client'
import { type Server, startServer } from '@rocketmq-ts/server'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'

/** How many listeners somebody has on a client's events, of those that begin to listen from now on. */
export function listenersOf({ events }: Client): () => number {
  const on = events.on.bind(events)
  let count = 0
  const counted: typeof on = (name, listener) => {
    count++
    const stop = on(name, listener)
    return () => {
      count--
      stop()
    }
  }
  Object.assign(events, { on: counted })
  return () => count
}

/** A whole cluster on an in-memory network and a clock driven by hand. */
export class Cluster {
  readonly clock = new ManualClock({ seed: 7 })
  readonly network = new MemoryNetwork({ clock: this.clock, seed: 7 })
  readonly #clients: Client[] = []
  #server: Server | undefined
  #batches: Producer | undefined

  static async start(queues: number): Promise<Cluster> {
    const cluster = new Cluster()
    await cluster.#startServer(queues)
    return cluster
  }

  async connect(options: Partial<ClientOptions> = {}): Promise<Client> {
    const network = this.network.at(`10.0.1.${this.#clients.length + 1}`)
    const client = await this.#driven(connect({ nameservers: '10.0.0.1:9876', clock: this.clock, network, ...options }))
    this.#clients.push(client)
    return client
  }

  /** Sends texts to the topic `orders` and waits for the answers. */
  async send(mq: Client, texts: readonly string[]): Promise<void> {
    const producer = mq.producer({ group: 'senders' })
    await this.#driven(Promise.all(texts.map((text) => producer.send('orders', text))))
  }

  /** The same in one request: all of them to one queue. */
  async sendBatch(mq: Client, texts: readonly string[]): Promise<void> {
    this.#batches ??= mq.producer({ group: 'senders' })
    const entries = texts.map((value) => ({ value }))
    await this.#driven(this.#batches.sendBatch('orders', entries))
  }

  /** The broker refuses a group from now on. */
  forbid(group: string): void {
    this.#server?.broker.createGroup(group, { mayConsume: false })
  }

  /** The broker goes away; what it stored stays. */
  async stopBroker(): Promise<void> {
    await this.#driven(this.#server?.stopBroker() ?? Promise.resolve())
  }

  /** The broker goes away for a while; what it stored stays. */
  async restartBroker(awayMs: number): Promise<void> {
    await this.stopBroker()
    await this.clock.advance(awayMs)
    await this.#driven(this.#server?.startBroker() ?? Promise.resolve())
  }

  /** The server is replaced by one that has nothing of what the last one stored. */
  async forgetEverything(queues: number): Promise<void> {
    await this.#driven(this.#server?.close() ?? Promise.resolve())
    await this.#startServer(queues)
  }

  async close(): Promise<void> {
    await this.#driven(Promise.all(this.#clients.map((client) => client.close({ timeoutMs: 1000 }))))
    await this.#driven(this.#server?.close() ?? Promise.resolve())
  }

  async #startServer(queues: number): Promise<void> {
    const network = this.network.at('10.0.0.1')
    this.#server = await this.#driven(startServer({ clock: this.clock, network, host: '10.0.0.1', topics: { orders: { queues } } }))
  }

  /** Moves time on until the promise has settled, at most two minutes of it. */
  async #driven<T>(promise: Promise<T>): Promise<T> {
    let isOver = false
    const over = (): void => {
      isOver = true
    }
    promise.then(over, over)
    await this.clock.settle()
    for (let step = 0; step < 1200 && !isOver; step++) await this.clock.advance(100)
    return promise
  }
}
