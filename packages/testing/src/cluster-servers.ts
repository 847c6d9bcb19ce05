import { Nameserver } from '@rocketmq-ts/nameserver'
import type { Clock } from 'net-ts-protocol-kit'
import { BrokerNode } from './broker-node'
import { ClusterError } from './cluster-error'
import type { ClusterNetwork } from './cluster-network'
import type { ClusterGroupOptions, ClusterTopicOptions, ResolvedClusterOptions } from './cluster-options'
import { ServerNode } from './server-node'

/** The nameserver and the brokers of a cluster. */
export class ClusterServers {
  readonly nameserver: ServerNode<Nameserver>
  readonly #options: ResolvedClusterOptions
  readonly #network: ClusterNetwork
  readonly #clock: Clock
  #brokers: readonly BrokerNode[] = []

  constructor(options: ResolvedClusterOptions, network: ClusterNetwork, clock: Clock) {
    this.#options = options
    this.#network = network
    this.#clock = clock
    const { listenAt, network: seen } = network.nameserver
    this.nameserver = new ServerNode(
      'nameserver',
      listenAt,
      (endpoint) => new Nameserver({ ...endpoint, clock, network: seen, logger: options.logger })
    )
  }

  /** Every broker, whether it runs or not. */
  get brokers(): readonly BrokerNode[] {
    return this.#brokers
  }

  /**
   * A broker by its name; without one the only broker.
   *
   * @throws ClusterError `BROKER_UNKNOWN`, `BROKER_AMBIGUOUS`
   */
  broker(name: string | undefined): BrokerNode {
    const names = this.#brokers.map((node) => node.name)
    const [first, ...more] = name === undefined ? this.#brokers : this.#brokers.filter((node) => node.name === name)
    if (first === undefined) throw new ClusterError('BROKER_UNKNOWN', `there is no broker ${name}, only ${names.join(', ')}`, { name })
    if (more.length === 0) return first
    throw new ClusterError('BROKER_AMBIGUOUS', `say which broker: ${names.join(', ')}`, { names })
  }

  /** Servers by name, and whether they run. */
  get states(): ReadonlyMap<string, boolean> {
    const servers = [this.nameserver, ...this.#brokers.map(({ server }) => server)]
    return new Map(servers.map(({ name, running }) => [name, running !== undefined]))
  }

  /** Starts the nameserver, then the brokers, and creates what is to be there from the start. */
  async start(): Promise<void> {
    await this.nameserver.start()
    const { brokers, groups, topics } = this.#options
    this.#brokers = brokers.map((name, position) => this.#node(name, position))
    await Promise.all(this.#brokers.map((node) => node.start()))
    for (const [name, options] of groups) this.createGroup(name, options)
    await Promise.all([...topics].map(([name, options]) => this.createTopic(name, options)))
  }

  /** Settles when clients can find it. Rejects with a `TopicError`, or a `ClusterError` `BROKER_STOPPED`. */
  async createTopic(name: string, { brokers, ...options }: ClusterTopicOptions): Promise<void> {
    const nodes = brokers === undefined ? this.#brokers : brokers.map((broker) => this.broker(broker))
    await Promise.all(nodes.map((node) => node.running.createTopic(name, options)))
  }

  /** @throws GroupError, ClusterError `BROKER_STOPPED` */
  createGroup(name: string, options: ClusterGroupOptions): void {
    for (const broker of this.#brokers.map((node) => node.running)) broker.createGroup(name, options)
  }

  /** Stops all of them, whatever becomes of each; throws the first failure at the end. */
  async stop(): Promise<void> {
    const results = await Promise.allSettled(this.#brokers.map((node) => node.stop()))
    results.push(...(await Promise.allSettled([this.nameserver.stop()])))
    const failure = results.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  #node(name: string, position: number): BrokerNode {
    const { delayLevels, autoCreateTopics, logger } = this.#options
    const place = this.#network.broker(position)
    const nameserver = this.nameserver.address
    return new BrokerNode({ name, place, nameserver, clock: this.#clock, logger, delayLevels, autoCreateTopics })
  }
}
