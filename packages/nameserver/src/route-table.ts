import {
  type BrokerData,
  type ClusterInfo,
  type DataVersion,
  Perm,
  type QueueData,
  ResponseCode,
  type TopicConfig,
  type TopicRouteData
} from '@rocketmq-ts/remoting/wire'
import { isSameVersion, stateOf } from './data-version'
import type { NameserverLimits } from './nameserver-limits'
import { ownText } from './own-text'
import { Refusal } from './refusal'
import { TopicRoutes } from './topic-routes'

/** The master of a broker name has this id. */
export const MASTER_ID = 0

/** How long a broker is kept after its last word when it does not say. Milliseconds. */
export const DEFAULT_BROKER_TIMEOUT_MS = 120_000

/** What a broker registered over. */
export interface Connection {
  close(): void
}

/** Which broker says something: its address in its cluster. */
export interface BrokerPlace {
  readonly clusterName: string
  readonly brokerAddr: string
}

/** What a broker says when it registers. */
export interface Registration extends BrokerPlace {
  readonly brokerName: string
  readonly brokerId: number
  readonly haServerAddr: string
  /** Milliseconds. Default 120,000. */
  readonly timeoutMs?: number | undefined
  /** Absent from brokers before 5.0. */
  readonly enableActingMaster?: boolean | undefined
  readonly topics: ReadonlyMap<string, TopicConfig>
  readonly dataVersion: DataVersion
  readonly filterServers: readonly string[]
}

/** What a registered slave learns about its master. */
export interface Registered {
  readonly masterAddr?: string
  readonly haServerAddr?: string
}

/** Official brokers have none any more; those of long ago had a few. */
const MAX_FILTER_SERVERS = 64

interface LiveBroker extends BrokerPlace {
  readonly brokerName: string
  readonly connection: Connection
  readonly timeoutMs: number
  readonly dataVersion: DataVersion
  readonly haServerAddr: string
  readonly filterServers: readonly string[]
  lastWordAt: number
}

interface Broker {
  readonly cluster: string
  readonly brokerName: string
  readonly addresses: Map<number, string>
  enableActingMaster: boolean
}

/**
 * Which broker has which topic, and which brokers are alive. Pure: it is told the time and what happened
 * (read in namesrv/…/routeinfo/RouteInfoManager.java).
 */
export class RouteTable {
  readonly #limits: NameserverLimits
  readonly #topics = new TopicRoutes()
  readonly #brokers = new Map<string, Broker>()
  readonly #clusters = new Map<string, Set<string>>()
  readonly #live = new Map<string, LiveBroker>()

  constructor(limits: NameserverLimits) {
    this.#limits = limits
  }

  get brokerCount(): number {
    return this.#live.size
  }

  get topicCount(): number {
    return this.#topics.topicCount
  }

  get topicNames(): readonly string[] {
    return this.#topics.topicNames
  }

  /**
   * Takes a broker and its topics. `connection` is what it came over: when that closes the broker goes.
   * Topics are looked at only when the version differs from the last one, or the broker is new.
   */
  register(registration: Registration, connection: Connection, nowMs: number): Registered | Refusal {
    const refusal = this.#problemOf(registration)
    if (refusal !== undefined) return refusal
    const known = this.#brokers.get(registration.brokerName)
    if (known !== undefined && this.#isOutdated(known, registration)) {
      this.#live.delete(placeKey(registration))
      return {}
    }
    if (known?.addresses.has(registration.brokerId) !== true && registration.topics.size === 1) {
      return new Refusal(
        ResponseCode.SYSTEM_ERROR,
        'register broker failed: the first registration must carry every topic of the broker, not one'
      )
    }
    this.#forgetOldName(registration)
    const broker = known ?? this.#addBroker(registration)
    const isNew = this.#setAddress(broker, registration)
    this.#updateTopics(broker, registration, isNew)
    this.#live.set(placeKey(registration), liveBroker(registration, connection, nowMs))
    return this.#masterOf(broker, registration)
  }

  /** Takes a broker's word that it leaves. */
  unregister(brokerName: string, place: BrokerPlace): void {
    this.#live.delete(placeKey(place))
    const broker = this.#brokers.get(brokerName)
    if (broker === undefined) return
    for (const [id, address] of broker.addresses) if (address === place.brokerAddr) broker.addresses.delete(id)
    if (broker.addresses.size === 0) this.#removeBroker(broker)
    else if (broker.enableActingMaster && !broker.addresses.has(MASTER_ID)) this.#topics.makeReadOnly(brokerName)
  }

  /** Notes that a broker is alive; nothing for one that is not registered. */
  heard(place: BrokerPlace, nowMs: number): void {
    const live = this.#live.get(placeKey(place))
    if (live !== undefined) live.lastWordAt = nowMs
  }

  /** The version under which a broker's topics were taken. */
  versionOf(place: BrokerPlace): DataVersion | undefined {
    return this.#live.get(placeKey(place))?.dataVersion
  }

  /** Drops every broker that registered over a connection. */
  connectionClosed(connection: Connection): void {
    this.#drop((live) => live.connection === connection)
  }

  /** Drops brokers that said nothing for longer than they may, and returns the connections they had. */
  dropSilent(nowMs: number): Connection[] {
    const isSilent = (live: LiveBroker): boolean => nowMs - live.lastWordAt > live.timeoutMs
    return this.#drop(isSilent).map((live) => live.connection)
  }

  /** The route of a topic, or `undefined` when no live broker has it. */
  routeOf(topic: string): TopicRouteData | undefined {
    const queues = this.#topics.of(topic)
    if (queues === undefined) return undefined
    const brokers = [...queues.keys()].map((name) => this.#brokers.get(name)).filter((broker) => broker !== undefined)
    if (brokers.length === 0) return undefined
    return { queueDatas: [...queues.values()], brokerDatas: brokers.map(brokerData), filterServerTable: this.#filterServers(brokers) }
  }

  clusterInfo(): ClusterInfo {
    return {
      brokerAddrTable: new Map([...this.#brokers].map(([name, broker]) => [name, brokerData(broker)])),
      clusterAddrTable: new Map([...this.#clusters].map(([name, brokers]) => [name, [...brokers]]))
    }
  }

  /** Deletes a topic's route, in one cluster or everywhere. */
  deleteTopic(topic: string, clusterName?: string): void {
    const brokers = clusterName === undefined ? this.#topics.of(topic)?.keys() : this.#clusters.get(clusterName)
    for (const name of [...(brokers ?? [])]) this.#topics.delete(topic, name)
  }

  #problemOf(registration: Registration): Refusal | undefined {
    const { maxBrokers, maxTopicsPerBroker, maxNameLength } = this.#limits
    const { clusterName, brokerName, brokerAddr, haServerAddr, filterServers, topics } = registration
    const names = [clusterName, brokerName, brokerAddr, haServerAddr, ...filterServers]
    if (names.some((name) => name.length > maxNameLength)) return tooMuch(`a name of more than ${maxNameLength} characters`)
    if (filterServers.length > MAX_FILTER_SERVERS) return tooMuch(`more than ${MAX_FILTER_SERVERS} filter servers`)
    if (topics.size > maxTopicsPerBroker) return tooMuch(`${topics.size} topics, at most ${maxTopicsPerBroker}`)
    if (!this.#live.has(placeKey(registration)) && this.#live.size >= maxBrokers) return tooMuch(`already ${maxBrokers} brokers`)
    return this.#topicProblem(registration)
  }

  #topicProblem({ topics, brokerName }: Registration): Refusal | undefined {
    const { maxTopics, maxRoutes, maxNameLength } = this.#limits
    let newTopics = 0
    let newRoutes = 0
    for (const topic of topics.keys()) {
      if (topic.length > maxNameLength) return tooMuch(`a topic name of more than ${maxNameLength} characters`)
      if (!this.#topics.hasTopic(topic)) newTopics++
      if (!this.#topics.has(topic, brokerName)) newRoutes++
    }
    if (this.#topics.topicCount + newTopics > maxTopics) return tooMuch(`already ${this.#topics.topicCount} of at most ${maxTopics} topics`)
    return this.#topics.count + newRoutes > maxRoutes ? tooMuch(`already ${this.#topics.count} of at most ${maxRoutes} routes`) : undefined
  }

  /** An address is one broker: when it takes another name nothing else would ever drop the old one. */
  #forgetOldName(registration: Registration): void {
    const before = this.#live.get(placeKey(registration))
    if (before !== undefined && before.brokerName !== registration.brokerName) this.unregister(before.brokerName, before)
  }

  /** Whether another address holds this broker id with a later controller state. */
  #isOutdated(broker: Broker, registration: Registration): boolean {
    const holder = broker.addresses.get(registration.brokerId)
    if (holder === undefined || holder === registration.brokerAddr) return false
    const live = this.#live.get(placeKey({ clusterName: registration.clusterName, brokerAddr: holder }))
    return live !== undefined && stateOf(live.dataVersion) > stateOf(registration.dataVersion)
  }

  #addBroker({ clusterName, brokerName }: Registration): Broker {
    const broker: Broker = { cluster: clusterName, brokerName: ownText(brokerName), addresses: new Map(), enableActingMaster: false }
    this.#brokers.set(broker.brokerName, broker)
    return broker
  }

  /** Returns whether this broker id was without an address. An address has one id: a slave that became master loses the old one. */
  #setAddress(broker: Broker, { clusterName, brokerName, brokerId, brokerAddr, enableActingMaster }: Registration): boolean {
    this.#clusters.set(clusterName, (this.#clusters.get(clusterName) ?? new Set()).add(brokerName))
    broker.enableActingMaster = enableActingMaster === true
    for (const [id, address] of broker.addresses) if (address === brokerAddr && id !== brokerId) broker.addresses.delete(id)
    const isNew = !broker.addresses.has(brokerId)
    broker.addresses.set(brokerId, brokerAddr)
    return isNew
  }

  #updateTopics(broker: Broker, registration: Registration, isNew: boolean): void {
    const isPrimeSlave = isFirstSlave(broker, registration)
    if (registration.brokerId !== MASTER_ID && !isPrimeSlave) return
    const before = this.#live.get(placeKey(registration))?.dataVersion
    const isChanged = isNew || before === undefined || !isSameVersion(before, registration.dataVersion)
    for (const [topic, config] of registration.topics) {
      if (!isChanged && this.#topics.has(topic, broker.brokerName)) continue
      const perm = isPrimeSlave && broker.enableActingMaster ? config.perm & ~Perm.WRITE : config.perm
      this.#topics.set(topic, queueData(broker.brokerName, config, perm))
    }
  }

  #masterOf(broker: Broker, { clusterName, brokerId }: Registration): Registered {
    const masterAddr = broker.addresses.get(MASTER_ID)
    if (brokerId === MASTER_ID || masterAddr === undefined) return {}
    const live = this.#live.get(placeKey({ clusterName, brokerAddr: masterAddr }))
    return live === undefined ? {} : { masterAddr, haServerAddr: live.haServerAddr }
  }

  #removeBroker({ brokerName }: Broker): void {
    this.#brokers.delete(brokerName)
    for (const [cluster, names] of this.#clusters) if (names.delete(brokerName) && names.size === 0) this.#clusters.delete(cluster)
    this.#topics.deleteBroker(brokerName)
  }

  #drop(isUnwanted: (live: LiveBroker) => boolean): LiveBroker[] {
    const dropped = [...this.#live.values()].filter(isUnwanted)
    for (const live of dropped) this.unregister(live.brokerName, live)
    return dropped
  }

  #filterServers(brokers: readonly Broker[]): Map<string, readonly string[]> {
    const servers = new Map<string, readonly string[]>()
    for (const broker of brokers) {
      for (const address of broker.addresses.values()) {
        const live = this.#live.get(placeKey({ clusterName: broker.cluster, brokerAddr: address }))
        if (live !== undefined && live.filterServers.length > 0) servers.set(address, live.filterServers)
      }
    }
    return servers
  }
}

function placeKey({ clusterName, brokerAddr }: BrokerPlace): string {
  return `${clusterName}\u0000${brokerAddr}`
}

function liveBroker(registration: Registration, connection: Connection, nowMs: number): LiveBroker {
  const { clusterName, brokerAddr, brokerName, dataVersion, haServerAddr, filterServers } = registration
  const timeoutMs = registration.timeoutMs ?? DEFAULT_BROKER_TIMEOUT_MS
  return {
    clusterName,
    brokerAddr,
    brokerName,
    dataVersion,
    haServerAddr,
    filterServers: filterServers.map(ownText),
    timeoutMs,
    connection,
    lastWordAt: nowMs
  }
}

/** The slave that stands in for a missing master: the one with the lowest id; brokers before 5.0 have no such thing. */
function isFirstSlave(broker: Broker, { brokerId, enableActingMaster }: Registration): boolean {
  return brokerId !== MASTER_ID && enableActingMaster !== undefined && brokerId === Math.min(...broker.addresses.keys())
}

function queueData(brokerName: string, config: TopicConfig, perm: number): QueueData {
  const { readQueueNums, writeQueueNums, topicSysFlag } = config
  return { brokerName, readQueueNums, writeQueueNums, perm, topicSysFlag }
}

function brokerData({ cluster, brokerName, addresses, enableActingMaster }: Broker): BrokerData {
  return { cluster, brokerName, brokerAddrs: new Map(addresses), enableActingMaster }
}

function tooMuch(what: string): Refusal {
  return new Refusal(ResponseCode.SYSTEM_ERROR, `register broker failed: ${what}`)
}
