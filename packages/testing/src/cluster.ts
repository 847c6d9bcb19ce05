import type { Client } from '@rocketmq-ts/client'
import { type Clock, formatEndpoint, type PendingTimer } from 'net-ts-protocol-kit'
import { type ClusterClientOptions, ClusterClients, type ClusterConnection } from './cluster-clients'
import { ClusterError } from './cluster-error'
import { loopbackNetwork, memoryNetwork } from './cluster-network'
import {
  type ClusterGroupOptions,
  type ClusterTopicOptions,
  checkGroupOptions,
  checkTopicOptions,
  type ResolvedClusterOptions
} from './cluster-options'
import { ClusterServers } from './cluster-servers'
import { ClusterTime, type WaitOptions } from './cluster-time'
import { faultyNetwork } from './faults/faulty-network'
import { FaultNetwork, type Faults } from './faults/index'

/** How far a call of the cluster itself may move time: more than any of them can take. Milliseconds. */
const OWN_CALLS_MS = 120_000

/** A whole cluster in this process. Made by `startCluster()`. */
export class Cluster {
  /** Time as servers and clients of this cluster have it. */
  readonly clock: Clock
  /** Faults on demand: connections that break, frames that get lost. */
  readonly faults: Faults
  readonly #options: ResolvedClusterOptions
  readonly #servers: ClusterServers
  readonly #clients: ClusterClients
  readonly #time: ClusterTime
  #closing: Promise<void> | undefined

  /** @internal */
  static async start(options: ResolvedClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options)
    try {
      await cluster.#do('startCluster()', cluster.#servers.start())
      return cluster
    } catch (error) {
      await cluster.close()
      throw error
    }
  }

  private constructor(options: ResolvedClusterOptions) {
    const { clock: manual, listen, logger } = options
    this.#options = options
    const hasRealNetwork = listen
    this.#time = new ClusterTime({ manual, hasRealNetwork, handlersMark: () => this.#clients.handlersMark })
    this.clock = this.#time.clock
    const faultNetwork = new FaultNetwork({ clock: this.clock, addressesOf: (clientId) => this.#addressesOf(clientId) })
    this.faults = faultNetwork.faults
    const places = listen ? loopbackNetwork() : memoryNetwork(this.clock, options.seed)
    const network = faultyNetwork(places, faultNetwork, options.brokers)
    this.#servers = new ClusterServers(options, network, this.clock)
    this.#clients = new ClusterClients({
      nameservers: () => this.nameservers,
      clock: this.clock,
      logger,
      networkOf: (clientId) => network.clientNetwork(clientId)
    })
  }

  /** `host:port` of the nameserver, for any client. */
  get nameservers(): string {
    return this.#servers.nameserver.address
  }

  /** Names of the brokers, running or not. */
  get brokers(): readonly string[] {
    return this.#options.brokers
  }

  /**
   * What a client that is made elsewhere connects with: `connect({ ...cluster.connection(), … })`, inside an application under test,
   * say. Its owner closes it.
   *
   * @throws ClusterError `CLUSTER_CLOSED`
   */
  connection(): ClusterConnection {
    this.#requireOpen('connection')
    return this.#clients.connection()
  }

  /**
   * A client of the cluster, on its network and its clock, closed with it.
   * Rejects with a `ClusterOptionsError` for an option that the cluster decides, and with what `connect()` rejects with.
   */
  async connect(options: ClusterClientOptions = {}): Promise<Client> {
    this.#requireOpen('connect')
    return this.#do('connect()', this.#clients.connect(options))
  }

  /**
   * Moves a hand-driven clock: fires all that falls due, in order, and returns when everything that this triggered has happened.
   * Rejects with a `ClusterError` `CLOCK_IS_REAL`.
   */
  async advance(ms: number): Promise<void> {
    this.#requireOpen('advance')
    await this.#time.advance(ms)
  }

  /** Returns when nothing is left to do without moving time. Rejects with a `ClusterError` `CLOCK_IS_REAL`. */
  async settle(): Promise<void> {
    this.#requireOpen('settle')
    await this.#time.settle()
  }

  /**
   * Waits for a promise that needs time to pass, such as a send that is tried again or a close that waits: moves a hand-driven
   * clock until it settles, by `withinMs` at most (default 60,000).
   * Rejects with what the promise rejects with, or with a `ClusterError` `NOT_SETTLED`.
   */
  async drive<T>(promise: Promise<T>, { withinMs = 60_000 }: WaitOptions = {}): Promise<T> {
    this.#requireOpen('drive')
    return this.#time.drive('the promise', promise, withinMs)
  }

  /**
   * Timers of the hand-driven clock that have not fired, next one first.
   *
   * @throws ClusterError `CLOCK_IS_REAL`
   */
  pendingTimers(): readonly PendingTimer[] {
    this.#requireOpen('pendingTimers')
    return this.#time.pendingTimers()
  }

  /** Creates a topic, or changes its settings; clients can find it then. Rejects with a `TopicError` or `ClusterError`. */
  async createTopic(name: string, options: ClusterTopicOptions = {}): Promise<void> {
    this.#requireOpen('createTopic')
    checkTopicOptions('createTopic', options, this.brokers)
    await this.#do('createTopic()', this.#servers.createTopic(name, options))
  }

  /** Creates a consumer group on every broker, or changes its settings. Rejects with a `GroupError` or `ClusterError`. */
  async createGroup(name: string, options: ClusterGroupOptions = {}): Promise<void> {
    this.#requireOpen('createGroup')
    checkGroupOptions('createGroup', options)
    this.#servers.createGroup(name, options)
  }

  /** Stops a broker, by default the only one, as an orderly shutdown does. What it stored stays. */
  async stopBroker(name?: string): Promise<void> {
    this.#requireOpen('stopBroker')
    await this.#do('stopBroker()', this.#servers.broker(name).stop())
  }

  /** Starts a broker that was stopped, at its old address, over what it stored. Rejects with `LISTEN_FAILED` when its port is taken. */
  async startBroker(name?: string): Promise<void> {
    this.#requireOpen('startBroker')
    await this.#do('startBroker()', this.#servers.broker(name).start())
  }

  /** Stops a broker and starts it again. */
  async restartBroker(name?: string): Promise<void> {
    await this.stopBroker(name)
    await this.startBroker(name)
  }

  /** Stops the nameserver. Clients go on with the routes they know. */
  async stopNameserver(): Promise<void> {
    this.#requireOpen('stopNameserver')
    await this.#do('stopNameserver()', this.#servers.nameserver.stop())
  }

  /** Starts the nameserver at its old address. It knows nothing until the brokers register again, within 30 s. */
  async startNameserver(): Promise<void> {
    this.#requireOpen('startNameserver')
    await this.#do('startNameserver()', this.#servers.nameserver.start())
  }

  /** Stops the nameserver and starts it again. */
  async restartNameserver(): Promise<void> {
    await this.stopNameserver()
    await this.startNameserver()
  }

  /**
   * Closes the clients of `connect()`, the brokers and the nameserver. Moves a hand-driven clock as far as that takes; what a
   * consumer has not finished after a second of the cluster's time is left. May be called twice.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #addressesOf(clientId: string): readonly string[] {
    const clients = this.#servers.brokers.flatMap((node) => node.snapshot.clients)
    return clients.filter((client) => client.clientId === clientId).map(({ address }) => formatEndpoint(address))
  }

  async #close(): Promise<void> {
    this.faults.endAll()
    const closed = await Promise.allSettled([this.#do('close() of the clients', this.#clients.close())])
    closed.push(...(await Promise.allSettled([this.#do('close()', this.#servers.stop())])))
    const failure = closed.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  #do<T>(what: string, promise: Promise<T>): Promise<T> {
    return this.#time.drive(what, promise, OWN_CALLS_MS)
  }

  #requireOpen(call: string): void {
    if (this.#closing !== undefined) throw new ClusterError('CLUSTER_CLOSED', `${call}(): the cluster is closed`, { call })
  }
}
