import type { CodedError } from './coded-error'
import { formatEndpoint } from './endpoint'
import type { ByteStream, Endpoint, ListenOptions, TlsMode } from './network'
import { listenFailed } from './network-errors'

/** A listener of an in-memory network. */
export interface MemoryListener {
  /** The machine it listens on, by its address. */
  readonly machine: string
  readonly endpoint: Endpoint
  readonly tlsMode: TlsMode
  readonly refused: ((error: CodedError) => void) | undefined
  readonly maxConnections: number
  readonly accept: (stream: ByteStream) => void
  /** Connections that are open. */
  accepted: number
}

const FIRST_PORT = 30_000

/** Who listens where, with the rules of loopback and wildcard addresses. */
export class MemoryListeners {
  readonly #listeners: MemoryListener[] = []
  #nextPort = FIRST_PORT

  /** Throws `LISTEN_FAILED` when the port is taken. */
  add(machine: string, options: ListenOptions, accept: (stream: ByteStream) => void): MemoryListener {
    const { tls, tlsMode = tls === undefined ? 'disabled' : 'enforcing', refused, maxConnections = Number.POSITIVE_INFINITY } = options
    const host = options.host === 'localhost' ? '127.0.0.1' : options.host
    const endpoint: Endpoint = { host, port: options.port === 0 ? this.#freePort() : options.port }
    if (this.#isTaken(machine, endpoint)) {
      throw listenFailed(endpoint, new Error(`listen EADDRINUSE: address already in use ${formatEndpoint(endpoint)}`))
    }
    if (tlsMode !== 'disabled' && tls === undefined) {
      throw listenFailed(endpoint, new Error(`TLS mode ${tlsMode} needs a certificate and its key`))
    }
    const listener: MemoryListener = { machine, endpoint, tlsMode, refused, maxConnections, accept, accepted: 0 }
    this.#listeners.push(listener)
    return listener
  }

  remove(listener: MemoryListener): void {
    const at = this.#listeners.indexOf(listener)
    if (at >= 0) this.#listeners.splice(at, 1)
  }

  /** Who answers when the machine `from` connects to `address`. */
  find(from: string, { host: address, port }: Endpoint): MemoryListener | undefined {
    return this.#listeners.find((listener) => listener.endpoint.port === port && isReachedAt(listener, address, from))
  }

  #isTaken(machine: string, { host, port }: Endpoint): boolean {
    return this.#listeners.some(({ machine: other, endpoint }) => {
      const overlaps = endpoint.host === host || isWildcard(endpoint.host) || isWildcard(host)
      return other === machine && endpoint.port === port && overlaps
    })
  }

  #freePort(): number {
    while (this.#listeners.some(({ endpoint }) => endpoint.port === this.#nextPort)) this.#nextPort++
    return this.#nextPort++
  }
}

export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1'

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** A listener on loopback, or a loopback address of one on every address, is only reached from its own machine. */
const isReachedAt = ({ machine, endpoint }: MemoryListener, address: string, from: string): boolean => {
  if (isLoopback(address)) return machine === from && (endpoint.host === address || isWildcard(endpoint.host))
  return endpoint.host === address || (isWildcard(endpoint.host) && machine === address)
}
