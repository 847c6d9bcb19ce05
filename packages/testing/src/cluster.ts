import type { AnyTopic, Client } from '@rocketmq-ts/client'
import type { Clock, PendingTimer } from 'net-ts-protocol-kit'
import type { ClusterClientOptions, ClusterConnection } from './cluster-clients'
import { ClusterError } from './cluster-error'
import {
  type ClusterGroupOptions,
  type ClusterTopicOptions,
  checkGroupOptions,
  checkTopicOptions,
  type ResolvedClusterOptions
} from './cluster-options'
import { type ClusterParts, clusterParts } from './cluster-parts'
import type { ExpectOptions } from './expectation/expect-options'
import { type Match, readMatch } from './expectation/message-match'
import type { Faults } from './faults/index'
import type { ConnectedClient } from './inspection/connected-clients'
import { type GroupLag, lagOf, type QueueProgress } from './inspection/group-progress'
import type { DeadLetterDetails } from './inspection/inspection'
import type { StoredMessageOf } from './inspection/stored-message'
import type { DelayedDetails, RetryDetails } from './inspection/waiting-messages'
import { resolveWaitOptions, type WaitOptions } from './wait-options'

/** How far a call of the cluster itself may move time: more than any of them can take. Milliseconds. */
const OWN_CALLS_MS = 120_000

/** How long `drive()` waits when it is not told. Milliseconds. */
const DRIVE_WITHIN_MS = 60_000

/** A whole cluster in this process. Made by `startCluster()`. */
export class Cluster {
  /** Time as servers and clients of this cluster have it. */
  readonly clock: Clock
  /** Faults on demand: connections that break, frames that get lost. */
  readonly faults: Faults
  readonly #options: ResolvedClusterOptions
  readonly #parts: ClusterParts
  #closing: Promise<void> | undefined

  /** @internal */
  static async start(options: ResolvedClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options)
    try {
      await cluster.#do('startCluster()', cluster.#parts.servers.start())
      return cluster
    } catch (error) {
      // Why it did not start tells more than why what had been started did not stop.
      await cluster.close().catch(() => undefined)
      throw error
    }
  }

  private constructor(options: ResolvedClusterOptions) {
    this.#options = options
    this.#parts = clusterParts(options, (call) => this.#requireOpen(call))
    this.clock = this.#parts.clock
    this.faults = this.#parts.faults
  }

  /** `host:port` of the nameserver, for any client. */
  get nameservers(): string {
    return this.#parts.servers.nameserver.address
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
    return this.#parts.clients.connection()
  }

  /**
   * A client of the cluster, on its network and its clock, closed with it.
   * Rejects with a `ClusterOptionsError` for an option that the cluster decides, and with what `connect()` rejects with.
   */
  async connect(options: ClusterClientOptions = {}): Promise<Client> {
    this.#requireOpen('connect')
    return this.#do('connect()', this.#parts.clients.connect(options))
  }

  /**
   * Moves a hand-driven clock: fires all that falls due, in order, and returns when everything that this triggered has happened.
   * Rejects with a `ClusterError` `CLOCK_IS_REAL`, or with a `ClusterOptionsError` when `ms` is no time.
   */
  async advance(ms: number): Promise<void> {
    this.#requireOpen('advance')
    await this.#parts.time.advance(ms)
  }

  /** Returns when nothing is left to do without moving time. Rejects with a `ClusterError` `CLOCK_IS_REAL`. */
  async settle(): Promise<void> {
    this.#requireOpen('settle')
    await this.#parts.time.settle()
  }

  /**
   * Waits for a promise that needs time to pass, such as a send that is tried again or a close that waits: moves a hand-driven
   * clock until it settles, by `withinMs` at most (default 60,000).
   * Rejects with what the promise rejects with, or with a `ClusterError` `NOT_SETTLED`.
   */
  async drive<T>(promise: Promise<T>, options: WaitOptions = {}): Promise<T> {
    this.#requireOpen('drive')
    const { withinMs } = resolveWaitOptions('drive', options, DRIVE_WITHIN_MS)
    return this.#parts.time.drive('the promise', promise, withinMs)
  }

  /**
   * Timers of the hand-driven clock that have not fired, next one first.
   *
   * @throws ClusterError `CLOCK_IS_REAL`
   */
  pendingTimers(): readonly PendingTimer[] {
    this.#requireOpen('pendingTimers')
    return this.#parts.time.pendingTimers()
  }

  /**
   * What is stored of a topic, in store order. Values are typed by a topic made by `defineTopic`. Messages that wait for a delay are
   * not there yet: see {@link delayed}. Rejects with a `ClusterError` `TOPIC_UNKNOWN`.
   */
  async messages<const T extends AnyTopic | string>(topic: T): Promise<Array<StoredMessageOf<T>>> {
    this.#requireOpen('messages')
    return (await this.#parts.inspection.messages(topic)) as Array<StoredMessageOf<T>>
  }

  /** Messages to a topic that wait for their delay to be over. Rejects with a `ClusterError` `TOPIC_UNKNOWN`. */
  async delayed<const T extends AnyTopic | string>(topic: T): Promise<Array<StoredMessageOf<T> & DelayedDetails>> {
    this.#requireOpen('delayed')
    return (await this.#parts.inspection.delayed(topic)) as Array<StoredMessageOf<T> & DelayedDetails>
  }

  /**
   * Messages that a group failed to consume and gets again, of one topic or of all.
   * Rejects with a `ClusterError` `GROUP_UNKNOWN`.
   */
  async retries<const T extends AnyTopic | string = string>(group: string, topic?: T): Promise<Array<StoredMessageOf<T> & RetryDetails>> {
    this.#requireOpen('retries')
    return (await this.#parts.inspection.retries(group, topic)) as Array<StoredMessageOf<T> & RetryDetails>
  }

  /** Messages that a group has given up, of one topic or of all. Rejects with a `ClusterError` `GROUP_UNKNOWN`. */
  async deadLetters<const T extends AnyTopic | string = string>(
    group: string,
    topic?: T
  ): Promise<Array<StoredMessageOf<T> & DeadLetterDetails>> {
    this.#requireOpen('deadLetters')
    return (await this.#parts.inspection.deadLetters(group, topic)) as Array<StoredMessageOf<T> & DeadLetterDetails>
  }

  /**
   * How far a consumer group is in each queue of the topics that it has offsets for or subscribes to, its retry topic last.
   * Rejects with a `ClusterError` `GROUP_UNKNOWN`.
   */
  async offsets(group: string): Promise<QueueProgress[]> {
    this.#requireOpen('offsets')
    return this.#parts.inspection.progress(group).queues()
  }

  /** How many messages of these topics a consumer group has not consumed. Rejects with a `ClusterError` `GROUP_UNKNOWN`. */
  async lag(group: string): Promise<GroupLag> {
    return lagOf(await this.offsets(group))
  }

  /**
   * Clients that are in a producer or consumer group at a broker that runs.
   *
   * @throws ClusterError `CLUSTER_CLOSED`
   */
  clients(): ConnectedClient[] {
    this.#requireOpen('clients')
    return this.#parts.inspection.clients
  }

  /**
   * Waits until a group has consumed the stored messages that match: it was given them, and has settled or committed them (a loop
   * over a pull consumer settles what it is handed). Moves a hand-driven clock as far as that takes. Resolves with the messages.
   *
   * Rejects with an `ExpectationError` that says what there is, at the end of `withinMs`, or at once when it can no longer happen.
   */
  async expectDelivered<const T extends AnyTopic | string = string>(
    group: string,
    match?: Match<T>,
    options: ExpectOptions = {}
  ): Promise<Array<StoredMessageOf<T>>> {
    this.#requireOpen('expectDelivered')
    const delivered = await this.#parts.expectations.delivered(group, readMatch('expectDelivered', match), options)
    return delivered as Array<StoredMessageOf<T>>
  }

  /** Waits until a group has given up messages that match, as {@link expectDelivered} does. Resolves with the dead letters. */
  async expectDeadLetter<const T extends AnyTopic | string = string>(
    group: string,
    match?: Match<T>,
    options: ExpectOptions = {}
  ): Promise<Array<StoredMessageOf<T> & DeadLetterDetails>> {
    this.#requireOpen('expectDeadLetter')
    const dead = await this.#parts.expectations.deadLetter(group, readMatch('expectDeadLetter', match), options)
    return dead as Array<StoredMessageOf<T> & DeadLetterDetails>
  }

  /** Creates a topic, or changes its settings; clients can find it then. Rejects with a `TopicError` or `ClusterError`. */
  async createTopic(name: string, options: ClusterTopicOptions = {}): Promise<void> {
    this.#requireOpen('createTopic')
    checkTopicOptions('createTopic', options, this.brokers)
    await this.#do('createTopic()', this.#parts.servers.createTopic(name, options))
  }

  /** Creates a consumer group on every broker, or changes its settings. Rejects with a `GroupError` or `ClusterError`. */
  async createGroup(name: string, options: ClusterGroupOptions = {}): Promise<void> {
    this.#requireOpen('createGroup')
    checkGroupOptions('createGroup', options)
    this.#parts.servers.createGroup(name, options)
  }

  /** Stops a broker, by default the only one, as an orderly shutdown does. What it stored stays. */
  async stopBroker(name?: string): Promise<void> {
    this.#requireOpen('stopBroker')
    await this.#do('stopBroker()', this.#parts.servers.broker(name).stop())
  }

  /** Starts a broker that was stopped, at its old address, over what it stored. Rejects with `LISTEN_FAILED` when its port is taken. */
  async startBroker(name?: string): Promise<void> {
    this.#requireOpen('startBroker')
    await this.#do('startBroker()', this.#parts.servers.broker(name).start())
  }

  /** Stops a broker and starts it again. */
  async restartBroker(name?: string): Promise<void> {
    await this.stopBroker(name)
    await this.startBroker(name)
  }

  /** Stops the nameserver. Clients go on with the routes they know. */
  async stopNameserver(): Promise<void> {
    this.#requireOpen('stopNameserver')
    await this.#do('stopNameserver()', this.#parts.servers.nameserver.stop())
  }

  /** Starts the nameserver at its old address. It knows nothing until the brokers register again, within 30 s. */
  async startNameserver(): Promise<void> {
    this.#requireOpen('startNameserver')
    await this.#do('startNameserver()', this.#parts.servers.nameserver.start())
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

  /** `await using` closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#parts.watch?.stop()
    this.faults.endAll()
    const closed = await Promise.allSettled([this.#do('close() of the clients', this.#parts.clients.close())])
    closed.push(...(await Promise.allSettled([this.#do('close()', this.#parts.servers.stop())])))
    const failure = closed.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  #do<T>(what: string, promise: Promise<T>): Promise<T> {
    return this.#parts.time.drive(what, promise, OWN_CALLS_MS)
  }

  #requireOpen(call: string): void {
    if (this.#closing !== undefined) throw new ClusterError('CLUSTER_CLOSED', `${call}: the cluster is closed`, { call })
  }
}
