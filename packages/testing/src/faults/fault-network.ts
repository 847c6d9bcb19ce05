import {
  type ByteStream,
  type Clock,
  CodedError,
  type ConnectOptions,
  type Endpoint,
  formatEndpoint,
  type Listener,
  type ListenOptions,
  type Network
} from 'net-ts-protocol-kit'
import { FaultConnection, type FaultSurroundings } from './fault-connection'
import { connectionReset } from './fault-error'
import { FaultRules } from './fault-rules'
import { Faults } from './faults'

/** Settings of a {@link FaultNetwork}. */
export interface FaultNetworkOptions {
  readonly clock: Clock
  /** From which `host:port` a client of another process is connected, by its id. Default: nobody knows. */
  readonly addressesOf?: (clientId: string) => readonly string[]
}

interface Listening {
  readonly server: string
  readonly endpoint: Endpoint
}

/** Networks with faults on demand. They sit at the servers' end of each connection, whoever the client is. */
export class FaultNetwork {
  /** The faults. */
  readonly faults: Faults
  readonly #rules = new FaultRules()
  readonly #connections = new Set<FaultConnection>()
  readonly #listening = new Set<Listening>()
  readonly #servers = new Set<string>()
  /** Whose connections they are that a server has not accepted yet. */
  readonly #clients = new Map<string, string>()
  readonly #surroundings: FaultSurroundings

  constructor({ clock, addressesOf = () => [] }: FaultNetworkOptions) {
    this.#surroundings = { clock, rules: this.#rules, gone: (connection) => void this.#connections.delete(connection) }
    this.faults = new Faults({
      rules: this.#rules,
      connections: this.#connections,
      known: () => ({ servers: [...this.#servers], addressesOf })
    })
  }

  /** `network` as one party uses it, whose name filters know: that of a server, or the id of a client. */
  as(party: string, network: Network): Network {
    return {
      connect: (options) => this.#connect(party, network, options),
      listen: (options, accept) => this.#listen(party, network, options, accept),
      resolve: (host) => network.resolve(host),
      localAddresses: () => network.localAddresses()
    }
  }

  async #connect(client: string, network: Network, options: ConnectOptions): Promise<ByteStream> {
    const server = this.#serverAt(options)
    if (server === undefined) return network.connect(options)
    const serverAddress = formatEndpoint(options)
    if (this.#rules.strikeRefusal({ server, serverAddress, client, clientAddress: undefined })) throw refused(options)
    const stream = await network.connect(options)
    this.#learn(client, stream)
    return stream
  }

  async #listen(server: string, network: Network, options: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener> {
    this.#servers.add(server)
    const { endpoint, close } = await network.listen(options, (stream) => this.#accept(server, stream, accept))
    const listening: Listening = { server, endpoint }
    this.#listening.add(listening)
    return {
      endpoint,
      close: () => {
        this.#listening.delete(listening)
        return close()
      }
    }
  }

  #accept(server: string, stream: ByteStream, accept: (stream: ByteStream) => void): void {
    const key = connectionKey(stream.remote, stream.local)
    const client = this.#clients.get(key)
    this.#clients.delete(key)
    const connection = new FaultConnection(stream, server, client, this.#surroundings)
    if (this.#rules.strikeRefusal(connection.ends)) {
      stream.destroy(connectionReset())
      return
    }
    this.#connections.add(connection)
    accept(connection)
  }

  /** Either end of a connection may be the first to know of it. */
  #learn(client: string, stream: ByteStream): void {
    const key = connectionKey(stream.local, stream.remote)
    const connection = [...this.#connections].find(({ remote, local }) => connectionKey(remote, local) === key)
    if (connection === undefined) this.#clients.set(key, client)
    else connection.isOf(client)
  }

  #serverAt({ host, port }: Endpoint): string | undefined {
    return [...this.#listening].find(({ endpoint }) => endpoint.port === port && isReachedAt(endpoint.host, host))?.server
  }
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '::']

function isReachedAt(listening: string, host: string): boolean {
  return listening === host || WILDCARDS.includes(listening) || (host === 'localhost' && listening.startsWith('127.'))
}

function connectionKey(client: Endpoint, server: Endpoint): string {
  return `${formatEndpoint(client)} ${formatEndpoint(server)}`
}

function refused({ host, port }: Endpoint): CodedError {
  const address = formatEndpoint({ host, port })
  return new CodedError('CONNECT_FAILED', `cannot connect to ${address}: connect ECONNREFUSED ${address}`, {
    retriable: true,
    facts: { host, port }
  })
}
