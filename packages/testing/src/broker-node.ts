import { Broker, type BrokerContents } from '@rocketmq-ts/broker'
import { MemoryMessageStore } from '@rocketmq-ts/store'
import type { Clock, Logger } from 'net-ts-protocol-kit'
import { ClusterError } from './cluster-error'
import type { Place } from './cluster-network'
import { PulledOffsets } from './pulled-offsets'
import { ServerNode } from './server-node'

/** What a broker of a cluster is made with. */
export interface BrokerNodeOptions {
  readonly name: string
  readonly place: Place
  readonly nameserver: string
  readonly clock: Clock
  readonly logger: Logger
  readonly delayLevels: string
  readonly autoCreateTopics: boolean
}

/** Memory is taken in pieces of this size: a cluster that stores little stays small. Bytes. */
const STORE_CHUNK_BYTES = 1024 * 1024

/** A broker of a cluster: what it stores outlives its stops and starts. */
export class BrokerNode {
  readonly name: string
  readonly server: ServerNode<Broker>
  /** What has been handed to consumer groups since the cluster began. */
  readonly pulled = new PulledOffsets()
  readonly #store: MemoryMessageStore
  readonly #own = { topics: new Set<string>(), groups: new Set<string>() }
  #latest: Broker | undefined
  #arrivals = 0

  constructor(options: BrokerNodeOptions) {
    const { name, place, clock } = options
    this.name = name
    this.#store = new MemoryMessageStore({
      now: () => clock.now(),
      defer: (callback) => clock.defer(callback),
      chunkBytes: STORE_CHUNK_BYTES
    })
    this.#store.onArrival(() => this.#arrivals++)
    this.server = new ServerNode(name, place.listenAt, ({ host, port }) => this.#make(options, host, port))
  }

  /** @throws ClusterError `BROKER_STOPPED` */
  get running(): Broker {
    const { running } = this.server
    if (running !== undefined) return running
    throw new ClusterError('BROKER_STOPPED', `${this.name} is stopped: call startBroker('${this.name}')`, { broker: this.name })
  }

  /** A number that grows with every message stored. */
  get arrivals(): number {
    return this.#arrivals
  }

  /** What the broker knows, or knew when it was stopped. */
  get contents(): BrokerContents {
    if (this.#latest !== undefined) return this.#latest.contents
    return { topics: new Map(), groups: [], offsets: [], delayOffsets: new Map(), clients: [] }
  }

  /** Whether users made a topic or group, rather than the broker for itself. */
  isUsers(kind: 'topics' | 'groups', name: string): boolean {
    return !this.#own[kind].has(name)
  }

  async start(): Promise<void> {
    const isFirst = this.#latest === undefined
    await this.server.start()
    this.#latest = this.server.running
    if (!isFirst) return
    const { topics, groups } = this.contents
    for (const name of topics.keys()) this.#own.topics.add(name)
    for (const name of groups) this.#own.groups.add(name)
  }

  stop(): Promise<void> {
    return this.server.stop()
  }

  /** Looks into the store, also while the broker is stopped. */
  async read<T>(look: (store: MemoryMessageStore) => T): Promise<T> {
    if (this.server.running !== undefined) return look(this.#store)
    return this.server.step(async (running) => {
      if (running !== undefined) return look(this.#store)
      await this.#store.start()
      try {
        return look(this.#store)
      } finally {
        await this.#store.close()
      }
    })
  }

  #make(options: BrokerNodeOptions, host: string, port: number): Broker {
    const { name, nameserver, place, clock, logger, delayLevels, autoCreateTopics } = options
    return new Broker({
      store: this.#store,
      nameservers: [nameserver],
      host,
      port,
      name,
      autoCreateTopics,
      clock,
      network: place.network,
      logger,
      delayLevels,
      onPulled: (pulled) => this.pulled.add(pulled)
    })
  }
}
