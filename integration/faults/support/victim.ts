import { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode, type SendMessageRequestHeaderV2 } from '@rocketmq-ts/remoting/wire'
import { type Server, type ServerOptions, startServer } from '@rocketmq-ts/server'
import {
  type Clock,
  ManualClock,
  MemoryNetwork,
  type MemoryNetworkOptions,
  type Network,
  realClock,
  realNetwork
} from 'net-ts-protocol-kit'
import { LogLines } from './log-lines'
import { RawPeer } from './raw-peer'

export type Role = 'broker' | 'nameserver'

/** Nameserver and broker under attack, with an honest client beside. */
export class Victim {
  readonly server: Server
  readonly network: Network
  readonly log: LogLines
  readonly honest: RemotingClient
  readonly #peers: RawPeer[] = []

  /** On real sockets and the real clock. */
  static onSockets(options: ServerOptions = {}): Promise<Victim> {
    return Victim.#start(realNetwork, realClock, options)
  }

  /** In memory, on a clock that stands still until it is advanced. */
  static async inMemory(options: ServerOptions = {}, conditions: Partial<MemoryNetworkOptions> = {}): Promise<MemoryVictim> {
    const clock = new ManualClock()
    const network = new MemoryNetwork({ clock, ...conditions })
    const victim = await Victim.#start(network, clock, options)
    return Object.assign(victim, { clock, memory: network })
  }

  static async #start(network: Network, clock: Clock, options: ServerOptions): Promise<Victim> {
    const log = new LogLines()
    const topics = { orders: { queues: 4 }, ...options.topics }
    const server = await startServer({ nameserverPort: 0, brokerPort: 0, ...options, topics, network, clock, logger: log })
    const honest = new RemotingClient({ network, clock, version: 513 })
    return new Victim(server, network, log, honest)
  }

  private constructor(server: Server, network: Network, log: LogLines, honest: RemotingClient) {
    this.server = server
    this.network = network
    this.log = log
    this.honest = honest
  }

  addressOf(role: Role): string {
    return role === 'broker' ? this.server.brokerAddress : this.server.nameserverAddress
  }

  statsOf(role: Role): Server['broker']['stats']['remoting'] {
    return role === 'broker' ? this.server.broker.stats.remoting : this.server.nameserver.stats.remoting
  }

  /** A peer that sends what it likes. */
  async attacker(role: Role): Promise<RawPeer> {
    const peer = await RawPeer.connect(this.network, this.addressOf(role))
    this.#peers.push(peer)
    return peer
  }

  /** An honest send; resolves with its response code. */
  async send(body = 'honest', changed: Partial<SendMessageRequestHeaderV2> = {}): Promise<number> {
    const header = { ...HONEST, ...changed }
    return (await this.honest.invoke(this.addressOf('broker'), RequestCode.SEND_MESSAGE_V2, header, Buffer.from(body))).code
  }

  /** An honest question to the nameserver; resolves with its response code. */
  async route(topic = 'orders'): Promise<number> {
    return (await this.honest.invoke(this.addressOf('nameserver'), RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })).code
  }

  /** Whether an honest client is served by both. */
  async serves(): Promise<boolean> {
    return (await this.send()) === 0 && (await this.route()) === 0
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close()
    await this.honest.close()
    await this.server.close()
  }
}

/** A {@link Victim} in memory. */
export type MemoryVictim = Victim & { readonly clock: ManualClock; readonly memory: MemoryNetwork }

const HONEST: SendMessageRequestHeaderV2 = {
  producerGroup: 'shop',
  topic: 'orders',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId: 0,
  sysFlag: 0,
  bornTimestamp: 1_700_000_000_000,
  flag: 0,
  properties: '',
  reconsumeTimes: 0,
  unitMode: false,
  batch: false
}
