import { RemotingServer } from '@rocketmq-ts/remoting'
import { type ClusterInfo, RequestCode, type TopicRouteData } from '@rocketmq-ts/remoting/wire'
import { CodedError, type Endpoint, formatEndpoint, type Timer } from 'net-ts-protocol-kit'
import { type NameserverOptions, type ResolvedNameserverOptions, resolveNameserverOptions } from './nameserver-options'
import type { NameserverStats } from './nameserver-stats'
import { OrderTopics } from './order-topics'
import { brokerHeartbeat, queryDataVersion, unregisterBroker } from './processor/broker-liveness'
import { registerBroker } from './processor/register-broker'
import { clusterInfo, deleteTopic, routeOfTopic } from './processor/routes'
import { RouteTable } from './route-table'

/** How often silent brokers are looked for. Milliseconds. */
export const SCAN_MS = 5000

/** A RocketMQ nameserver: tells clients which broker has which topic. It keeps nothing; brokers tell it again after a restart. */
export class Nameserver {
  readonly #options: ResolvedNameserverOptions
  readonly #routes: RouteTable
  readonly #server: RemotingServer
  #endpoint: Endpoint | undefined
  #scan: Timer | undefined
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** @throws NameserverOptionsError naming the option. */
  constructor(options: NameserverOptions = {}) {
    this.#options = resolveNameserverOptions(options)
    const { listenAt, clock, network, logger, limits } = this.#options
    this.#routes = new RouteTable(limits)
    this.#server = new RemotingServer({ ...listenAt, clock, network, logger })
    this.#register(this.#server)
  }

  /** `host:port` where it listens: with the port that was chosen for 0. */
  get address(): string {
    return formatEndpoint(this.endpoint)
  }

  get endpoint(): Endpoint {
    if (this.#endpoint !== undefined) return this.#endpoint
    throw new CodedError('NAMESERVER_NOT_RUNNING', 'the nameserver is not running: start it first, and do not use it after close')
  }

  /** The route of a topic as it is now, or `undefined` when no broker has it. */
  routeOf(topic: string): TopicRouteData | undefined {
    return this.#routes.routeOf(topic)
  }

  /** Every broker that is registered now. */
  clusterInfo(): ClusterInfo {
    return this.#routes.clusterInfo()
  }

  /** How much it holds now. */
  get stats(): NameserverStats {
    return { remoting: this.#server.stats, brokers: this.#routes.brokerCount, topics: this.#routes.topicCount }
  }

  /** Listens. Rejects with a `CodedError` `LISTEN_FAILED`. */
  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /** Stops listening and closes all connections. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #start(): Promise<void> {
    const endpoint = await this.#server.listen()
    if (this.#closing !== undefined) return
    this.#endpoint = endpoint
    this.#server.onDisconnect((peer) => this.#routes.connectionClosed(peer))
    this.#scan = this.#options.clock.setInterval(() => this.#dropSilent(), SCAN_MS)
  }

  async #close(): Promise<void> {
    this.#endpoint = undefined
    this.#scan?.cancel()
    await this.#server.close()
  }

  #dropSilent(): void {
    for (const peer of this.#routes.dropSilent(this.#options.clock.monotonic())) peer.close()
  }

  #register(server: RemotingServer): void {
    const { clock, limits, orderTopicConf } = this.#options
    const routes = this.#routes
    const orderTopics = new OrderTopics(orderTopicConf)
    server.register(RequestCode.REGISTER_BROKER, registerBroker({ routes, clock, orderTopics, limits }))
    server.register(RequestCode.UNREGISTER_BROKER, unregisterBroker(routes))
    server.register(RequestCode.BROKER_HEARTBEAT, brokerHeartbeat(routes, clock))
    server.register(RequestCode.QUERY_DATA_VERSION, queryDataVersion(routes, clock))
    server.register(RequestCode.GET_ROUTEINFO_BY_TOPIC, routeOfTopic(routes, orderTopics))
    server.register(RequestCode.GET_BROKER_CLUSTER_INFO, clusterInfo(routes))
    server.register(RequestCode.DELETE_TOPIC_IN_NAMESRV, deleteTopic(routes))
  }
}
