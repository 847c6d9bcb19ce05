import { RemotingClient, RemotingServer } from '@rocketmq-ts/remoting'
import { type Endpoint, formatEndpoint, RepeatedLog, type Timer } from 'net-ts-protocol-kit'
import { advertisedHost, ipOf, replicationEndpoint } from './broker-address'
import type { BrokerContents } from './broker-contents'
import type { ResolvedBrokerOptions } from './broker-options'
import { BrokerServices } from './broker-services'
import type { BrokerStats } from './broker-stats'
import { BrokerTables } from './broker-tables'
import { type GroupOptions, putGroup } from './group/group-options'
import type { TopicAdminProcessor } from './processor/topic-admin'
import { RECHECK_MS } from './pull/held-pulls'
import { Registration, type RegistrationContent } from './registration'

/** How often silent clients and expired locks are looked for. Milliseconds. */
export const SCAN_MS = 10_000

/** Where a broker is. */
interface Places {
  /** Where it listens. */
  readonly endpoint: Endpoint
  /** Where clients reach it. */
  readonly advertised: Endpoint
  /** What message records carry. */
  readonly storeHost: Endpoint
}

/** A broker that serves, from `open` to `close`. */
export class RunningBroker {
  readonly endpoint: Endpoint
  readonly address: string
  readonly #options: ResolvedBrokerOptions
  readonly #server: RemotingServer
  readonly #client: RemotingClient
  readonly #tables: BrokerTables
  readonly #services: BrokerServices
  readonly #registration: Registration
  readonly #timers: Timer[] = []
  #stopListening: (() => void) | undefined

  /**
   * Opens the store and listens. Rejects with a `CodedError`: `LISTEN_FAILED`, or `DOCUMENT_BROKEN` when the store has a
   * document that cannot be read. Everything is closed again then.
   */
  static async open(options: ResolvedBrokerOptions): Promise<RunningBroker> {
    const { store, clock, network, logger, listenAt, advertised } = options
    const host = advertisedHost(options)
    const ip = await ipOf(host, network)
    const server = new RemotingServer({ ...listenAt, clock, network, logger })
    await store.start()
    try {
      const tables = new BrokerTables(options)
      const delayOffsets = tables.load()
      const endpoint = await server.listen()
      const port = advertised.port ?? endpoint.port
      // From here to the end of the turn nothing may wait: connections are accepted already.
      const places = { endpoint, advertised: { host, port }, storeHost: { host: ip, port } }
      const running = new RunningBroker(options, server, tables, places)
      running.#begin(delayOffsets)
      return running
    } catch (error) {
      await Promise.allSettled([server.close(), store.close()])
      throw error
    }
  }

  private constructor(options: ResolvedBrokerOptions, server: RemotingServer, tables: BrokerTables, places: Places) {
    const { clock, network, logger } = options
    this.#options = options
    this.#server = server
    this.#tables = tables
    this.endpoint = places.endpoint
    this.address = formatEndpoint(places.advertised)
    this.#client = new RemotingClient({ clock, network, logger })
    this.#registration = this.#makeRegistration(places.advertised)
    const registered = (): Promise<void> => this.#registration.register()
    this.#services = new BrokerServices({ options, tables, storeHost: places.storeHost, registered })
  }

  get topicAdmin(): TopicAdminProcessor {
    return this.#services.topicAdmin
  }

  get topicNames(): readonly string[] {
    return [...this.#tables.topics.all.keys()]
  }

  get stats(): BrokerStats {
    const { topics, groups, offsets } = this.#tables
    const { clients, heldPulls, locks } = this.#services
    return {
      remoting: this.#server.stats,
      topics: topics.size,
      groups: groups.all.size,
      offsets: offsets.count,
      clients: clients.size,
      heldPulls: heldPulls.count,
      locks: locks.count
    }
  }

  get contents(): BrokerContents {
    const { topics, groups, offsets } = this.#tables
    const { delays, clients } = this.#services
    return {
      get topics() {
        return new Map(topics.all)
      },
      get groups() {
        return [...groups.all.keys()]
      },
      get offsets() {
        return [...offsets]
      },
      get delayOffsets() {
        return delays.offsets
      },
      get clients() {
        return clients.connected
      }
    }
  }

  /** @throws GroupError */
  putGroup(name: string, options: GroupOptions): void {
    putGroup(this.#tables.groups, this.#options.limits, name, options)
  }

  /** Registers for the first time; settles when every nameserver has answered or failed. */
  register(): Promise<void> {
    return this.#registration.start()
  }

  /** Settles when every nameserver knows the topics as they are now, or cannot be told. */
  registered(): Promise<void> {
    return this.#registration.register()
  }

  async close(): Promise<void> {
    const { store, clock } = this.#options
    await this.#registration.stop()
    for (const timer of this.#timers) timer.cancel()
    const delivered = this.#services.delays.stop()
    this.#services.notices.stop()
    // What was sent before this turn ends is committed and answered.
    await new Promise<void>((resolve) => clock.deferAfterInput(resolve))
    await delivered
    await Promise.all([this.#server.close(), this.#client.close()])
    this.#stopListening?.()
    await this.#tables.close()
    await store.close()
  }

  #begin(delayOffsets: ReadonlyMap<number, number>): void {
    const { store, clock } = this.#options
    const { heldPulls, delays, clients, locks, notices } = this.#services
    this.#services.register(this.#server)
    this.#server.onDisconnect((peer) => clients.connectionClosed(peer))
    this.#tables.onTopicsChanged(() => this.#registration.changed())
    this.#stopListening = store.onArrival((arrival) => {
      heldPulls.arrived(arrival)
      delays.arrived(arrival)
    })
    delays.start(delayOffsets)
    const scan = (): void => {
      for (const peer of clients.dropSilent()) peer.close()
      locks.sweep()
      notices.sweep()
    }
    this.#timers.push(
      clock.setInterval(() => heldPulls.recheck(), RECHECK_MS),
      clock.setInterval(scan, SCAN_MS)
    )
  }

  #makeRegistration(advertised: Endpoint): Registration {
    const { clock, nameservers, name, clusterName, logger } = this.#options
    const { topics } = this.#tables
    const log = new RepeatedLog({ clock, logger })
    const haServerAddr = formatEndpoint(replicationEndpoint(advertised))
    const describe = (): RegistrationContent => {
      const dataVersion = topics.version.current
      return { brokerName: name, clusterName, brokerAddr: this.address, haServerAddr, topics: topics.all, dataVersion }
    }
    const onError = (nameserver: string, error: unknown): void =>
      log.log('warn', nameserver, `broker ${name} cannot reach nameserver ${nameserver}; it goes on trying`, { error })
    return new Registration({
      client: this.#client,
      clock,
      nameservers,
      describe,
      onOrderTopics: (names) => topics.makeOrdered(names),
      onError
    })
  }
}
