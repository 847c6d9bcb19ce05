import {
  ByteBudget,
  type ByteStream,
  type Clock,
  CodedError,
  type Endpoint,
  formatEndpoint,
  type Listener,
  type Network,
  parseEndpoint
} from 'net-ts-protocol-kit'
import { BrokerDoors } from './broker-doors'
import { ForwardedConnection } from './forwarded-connection'
import type { InspectionOptions } from './inspection'
import type { SeenConnection, WireEvent } from './wire-event'

export interface ForwarderOptions {
  readonly clock: Clock
  readonly network: Network
  readonly listen: Endpoint
  readonly to: Endpoint
  /** Also listens for every broker that answers of a nameserver name, and puts these addresses in their place. Default `false`. */
  readonly followBrokers?: boolean
  /** Open connections of one listener; more are closed at once. Default 1,000. */
  readonly maxConnections?: number
  /** Bytes that unfinished frames of all connections may take together. Default 128 MiB. */
  readonly totalPartialBytes?: number
  readonly inspection: Omit<InspectionOptions, 'connection' | 'budget' | 'onFrame' | 'onProblem'>
}

const DEFAULT_MAX_CONNECTIONS = 1000
const DEFAULT_TOTAL_PARTIAL_BYTES = 128 * 1024 * 1024

/** Listens, forwards every connection to one address, and tells what goes by. */
export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #emit: (event: WireEvent) => void
  readonly #doors: BrokerDoors | undefined
  readonly #budget: ByteBudget
  readonly #listeners: Listener[] = []
  readonly #connections = new Set<ForwardedConnection>()
  readonly #giveUp = new AbortController()
  #connectionCount = 0

  constructor(options: ForwarderOptions, emit: (event: WireEvent) => void) {
    this.#options = options
    this.#emit = emit
    this.#budget = new ByteBudget(options.totalPartialBytes ?? DEFAULT_TOTAL_PARTIAL_BYTES)
    this.#doors = options.followBrokers ? new BrokerDoors((address) => this.#openFor(address)) : undefined
  }

  /** Rejects with a `CodedError` (`LISTEN_FAILED`) when it cannot listen. Resolves with where it does. */
  async start(): Promise<Endpoint> {
    return this.#listen(this.#options.listen, this.#options.to)
  }

  /** Ends every connection at once, and listens no more. */
  async close(): Promise<void> {
    this.#giveUp.abort()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    for (const connection of [...this.#connections]) connection.destroy()
  }

  async #listen(at: Endpoint, to: Endpoint): Promise<Endpoint> {
    const { network, maxConnections = DEFAULT_MAX_CONNECTIONS } = this.#options
    const listener = await network.listen({ ...at, maxConnections }, (stream) => void this.#accept(stream, to))
    this.#listeners.push(listener)
    if (this.#giveUp.signal.aborted) await listener.close()
    else this.#tell({ type: 'listening', connection: 0, from: formatEndpoint(listener.endpoint), to: formatEndpoint(to) })
    return listener.endpoint
  }

  /** A port of our own for a broker; `undefined` when its address is none, or nothing can listen for it: it is reached directly then. */
  async #openFor(address: string): Promise<number | undefined> {
    const to = parseEndpoint(address)
    if (to === undefined) return undefined
    const { host } = this.#options.listen
    try {
      return (await this.#listen({ host, port: 0 }, to)).port
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#tell({ type: 'refused', connection: 0, from: host, to: address, reason: error.message })
      return undefined
    }
  }

  async #accept(client: ByteStream, to: Endpoint): Promise<void> {
    const connection = ++this.#connectionCount
    const ends = { connection, from: formatEndpoint(client.remote), to: formatEndpoint(to) }
    try {
      const server = await this.#options.network.connect({ ...to, signal: this.#giveUp.signal })
      if (this.#giveUp.signal.aborted) server.destroy()
      else return this.#forward(client, server, ends)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#tell({ type: 'refused', ...ends, reason: error.message })
    }
    client.destroy()
  }

  #forward(client: ByteStream, server: ByteStream, ends: Pick<SeenConnection, 'connection' | 'from' | 'to'>): void {
    this.#tell({ type: 'opened', ...ends })
    const { clock, inspection } = this.#options
    const forwarded = new ForwardedConnection({
      client,
      server,
      clock,
      doors: this.#doors,
      inspection: { ...inspection, budget: this.#budget, connection: ends.connection },
      emit: this.#emit,
      onClose: (reason) => {
        this.#connections.delete(forwarded)
        this.#tell({ type: 'closed', ...ends, reason })
      }
    })
    this.#connections.add(forwarded)
    forwarded.start()
  }

  #tell(event: Omit<SeenConnection, 'time'>): void {
    this.#emit({ ...event, time: this.#options.clock.now() })
  }
}
