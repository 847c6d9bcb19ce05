import { type Client, type ClientOptions, connect, type QueueHealth } from '@rocketmq-ts/client'
import type { Clock, Logger, Network } from 'net-ts-protocol-kit'
import { ClusterOptionsError } from './cluster-error'

/** Settings of a client of the cluster: those of `connect()`, without what the cluster decides. */
export type ClusterClientOptions = Omit<ClientOptions, OwnOptions>

/** What a client needs to reach the cluster. */
export type ClusterConnection = Required<Pick<ClientOptions, OwnOptions | 'clientId'>>

type OwnOptions = (typeof OWN_OPTIONS)[number]
const OWN_OPTIONS = ['nameservers', 'network', 'clock'] as const

/** What clients are made with. */
export interface ClusterClientsOptions {
  readonly nameservers: () => string
  readonly clock: Clock
  readonly logger: Logger
  /** The network as a client of this id sees it. */
  readonly networkOf: (clientId: string) => Network
  /** Throws when the cluster is closed. */
  readonly requireOpen: (call: string) => void
}

/** How long a consumer may take over what it has begun when its cluster closes. Milliseconds. */
const CLOSE_TIMEOUT_MS = 1000

/** The clients that came from `cluster.connect()`: those the test kit can ask how far they are. */
export class ClusterClients {
  readonly #options: ClusterClientsOptions
  readonly #clients = new Set<Client>()
  #count = 0

  constructor(options: ClusterClientsOptions) {
    this.#options = options
  }

  /** What the next client is made with, wherever it is made. */
  connection(clientId = `client-${++this.#count}`): ClusterConnection {
    const { nameservers, clock, networkOf } = this.#options
    return { clientId, nameservers: nameservers(), clock, network: networkOf(clientId) }
  }

  /**
   * @throws ClusterOptionsError for what the cluster decides, OptionsError, NameserverUnreachableError, ClusterError `CLUSTER_CLOSED`
   */
  async connect(options: ClusterClientOptions): Promise<Client> {
    const decided = OWN_OPTIONS.find((name) => Object.hasOwn(options, name))
    if (decided !== undefined) throw new ClusterOptionsError(`connect.${decided}`, 'is decided by the cluster')
    const { logger } = this.#options
    const client = await connect({ logger, ...options, ...this.connection(options.clientId) })
    try {
      this.#options.requireOpen('connect')
    } catch (error) {
      // Closed meanwhile: nobody else would close it.
      await client.close({ timeoutMs: 0 })
      throw error
    }
    this.#clients.add(client)
    return client
  }

  /** Whether a client of this id is one of them. */
  has(clientId: string): boolean {
    return [...this.#clients].some((client) => client.clientId === clientId)
  }

  /** How far consumers of a group are in the queues they own now. */
  queuesOf(group: string): QueueHealth[] {
    return this.#consumers().flatMap((consumer) => (consumer.group === group ? consumer.queues : []))
  }

  /** Changes whenever a handler that runs gets somewhere; `undefined` when none runs. */
  get handlersMark(): string | undefined {
    const busy = this.#consumers().filter(({ handlers }) => handlers > 0)
    if (busy.length === 0) return undefined
    return busy.map(({ group, handlers, queues }) => [group, handlers, ...queues.map((queue) => queue.pending)].join(' ')).join('; ')
  }

  /** Closes them all. Never takes longer than a moment of the cluster's time. */
  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close({ timeoutMs: CLOSE_TIMEOUT_MS })))
    this.#clients.clear()
  }

  #consumers(): ReturnType<Client['health']>['consumers'] {
    return [...this.#clients].flatMap((client) => client.health().consumers)
  }
}
