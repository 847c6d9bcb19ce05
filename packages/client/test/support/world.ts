import { RemotingServer } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { type Logger, ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { type Client, type ClientOptions, connect } from '../../src/index'
import { FakeBroker } from './fake-broker'

export interface WorldOptions {
  readonly seed?: number
  /** Names of the brokers. Default one, `broker-a`. */
  readonly brokers?: readonly string[]
  /** Queues per broker by topic. Default `orders: 4`. */
  readonly topics?: Readonly<Record<string, number>>
  /** Whether TBW102 has a route. Default `true`. */
  readonly autoCreate?: boolean
}

/** A nameserver, brokers and clients on one network and one clock, both driven by hand. */
export class World {
  readonly clock: ManualClock
  readonly network: MemoryNetwork
  readonly brokers: readonly FakeBroker[]
  readonly logged: string[] = []
  readonly #autoCreate: boolean
  readonly #clients: Client[] = []
  #nameserver: RemotingServer | undefined
  #hosts = 1

  private constructor({ seed = 1, brokers = ['broker-a'], autoCreate = true }: WorldOptions) {
    this.clock = new ManualClock({ seed })
    this.network = new MemoryNetwork({ clock: this.clock, seed })
    this.brokers = brokers.map(
      (name, at) => new FakeBroker(this.clock, this.network.at(`10.0.1.${at + 1}`), name, { host: `10.0.1.${at + 1}`, port: 10911 })
    )
    this.#autoCreate = autoCreate
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const world = new World(options)
    await world.startNameserver()
    for (const broker of world.brokers) await broker.start(() => undefined)
    for (const [topic, queues] of Object.entries(options.topics ?? { orders: 4 })) {
      for (const broker of world.brokers) broker.createTopic(topic, queues)
    }
    return world
  }

  readonly nameservers = '10.0.0.1:9876'

  get broker(): FakeBroker {
    const [broker] = this.brokers
    if (broker === undefined) throw new Error('a world without a broker')
    return broker
  }

  async startNameserver(): Promise<void> {
    const server = new RemotingServer({ clock: this.clock, network: this.network.at('10.0.0.1'), host: '10.0.0.1', port: 9876 })
    server.register(RequestCode.GET_ROUTEINFO_BY_TOPIC, ({ header }) => this.#routeOf(header.topic))
    await server.listen()
    this.#nameserver = server
  }

  async stopNameserver(): Promise<void> {
    for (const peer of this.#nameserver?.peers ?? []) peer.close()
    await this.#nameserver?.close({ timeoutMs: 0 })
  }

  /** Each client is on a machine of its own. */
  async connect(options: Partial<ClientOptions> = {}): Promise<Client> {
    const network = this.network.at(`10.0.2.${this.#hosts++}`)
    const client = await connect({ nameservers: this.nameservers, clock: this.clock, network, logger: this.#logger(), ...options })
    this.#clients.push(client)
    return client
  }

  /** Ends everything and shows that nothing of it is left. */
  async close(): Promise<void> {
    const closing = Promise.all(this.#clients.map((client) => client.close({ timeoutMs: 1000 })))
    await this.clock.advance(10_000)
    await closing
    for (const broker of this.brokers) await broker.stop()
    await this.stopNameserver()
  }

  #routeOf(topic: string) {
    const isPattern = topic === 'TBW102' && this.#autoCreate
    const owners = this.brokers.filter((broker) => broker.queues.has(topic) || isPattern)
    if (owners.length === 0)
      return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `No topic route info in name server for the topic: ${topic}` }
    return {
      code: ResponseCode.SUCCESS,
      body: {
        queueDatas: owners.map((broker) => {
          const queues = isPattern ? 8 : (broker.queues.get(topic)?.length ?? 0)
          return { brokerName: broker.name, readQueueNums: queues, writeQueueNums: queues, perm: isPattern ? 7 : 6, topicSysFlag: 0 }
        }),
        brokerDatas: owners.map((broker) => ({ cluster: 'c', brokerName: broker.name, brokerAddrs: new Map([[0, broker.address]]) })),
        filterServerTable: new Map()
      }
    }
  }

  #logger(): Logger {
    const keep = (message: string): void => void this.logged.push(message)
    return { debug: keep, info: keep, warn: keep, error: keep }
  }
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it was not rejected')
}
