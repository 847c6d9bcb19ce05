import { formatEndpoint } from './endpoint'
import { type MemoryConditions, type MemoryConditionsOptions, memoryConditions } from './memory-conditions'
import { type MemoryLink, memoryLink } from './memory-link'
import { isLoopback, type MemoryListener, MemoryListeners } from './memory-listeners'
import { MemoryStream } from './memory-stream'
import type { ByteStream, ConnectOptions, Endpoint, Listener, ListenOptions, Network } from './network'
import { connectAborted, connectFailed, connectTimedOut, resolveFailed, tlsDisabled, tlsRequired } from './network-errors'

/** Settings of a {@link MemoryNetwork}. */
export interface MemoryNetworkOptions extends MemoryConditionsOptions {
  /** Names that resolve here. `localhost` always does. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>
  /** Address of the machine that this object speaks for; see {@link MemoryNetwork.at}. Default `127.0.0.1`. */
  readonly address?: string
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
const FIRST_CLIENT_PORT = 49_152
const LAST_CLIENT_PORT = 65_535

/**
 * A network inside this process. Where it cuts the stream into chunks and how long bytes travel comes from the seed;
 * everything moves on the given clock, so that a {@link ManualClock} makes a run repeatable to the byte. TLS is not spoken, but
 * both sides must agree on whether they want it.
 */
export class MemoryNetwork implements Network {
  readonly #conditions: MemoryConditions
  readonly #hosts: ReadonlyMap<string, readonly string[]>
  readonly #address: string
  readonly #listeners = new MemoryListeners()
  readonly #links = new Set<MemoryLink>()
  readonly #refused = new Set<string>()
  readonly #ignored = new Set<string>()
  #clientPort = FIRST_CLIENT_PORT

  constructor(options: MemoryNetworkOptions) {
    this.#conditions = memoryConditions(options)
    this.#hosts = new Map([['localhost', ['127.0.0.1']], ...Object.entries(options.hosts ?? {})])
    this.#address = options.address ?? '127.0.0.1'
  }

  /** The same network as another machine sees it: its connections come from `address`, its listeners are reached there. */
  at(address: string): Network {
    return {
      connect: (options) => this.#connect(address, options),
      listen: (options, accept) => this.#listen(address, options, accept),
      resolve: (host) => this.resolve(host),
      localAddresses: () => [address]
    }
  }

  connect(options: ConnectOptions): Promise<ByteStream> {
    return this.#connect(this.#address, options)
  }

  listen(options: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener> {
    return this.#listen(this.#address, options, accept)
  }

  async resolve(host: string): Promise<readonly string[]> {
    return this.#addressesOf(host)
  }

  localAddresses(): readonly string[] {
    return [this.#address]
  }

  /** Open connections, oldest first; with an endpoint only those to this server. */
  links(server: Partial<Endpoint> = {}): readonly MemoryLink[] {
    const { host, port } = server
    return [...this.#links].filter(
      (link) => (host ?? link.server.host) === link.server.host && (port ?? link.server.port) === link.server.port
    )
  }

  /** Refuses connections to `endpoint` until the returned function is called. */
  refuse(endpoint: Endpoint): () => void {
    return rule(this.#refused, endpoint)
  }

  /** Leaves connection attempts to `endpoint` without an answer until the returned function is called. */
  ignore(endpoint: Endpoint): () => void {
    return rule(this.#ignored, endpoint)
  }

  #connect(machine: string, options: ConnectOptions): Promise<ByteStream> {
    const { signal, timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options
    if (signal?.aborted) return Promise.reject(connectAborted(options, signal.reason))
    return new Promise<ByteStream>((resolve, reject) => {
      let isSettled = false
      const settle = (result: ByteStream | Error): void => {
        isSettled = true
        timer.cancel()
        signal?.removeEventListener('abort', abort)
        if (result instanceof Error) reject(result)
        else resolve(result)
      }
      const abort = (): void => settle(connectAborted(options, signal?.reason))
      const timer = this.#conditions.clock.setTimeout(() => settle(connectTimedOut(options, timeoutMs)), timeoutMs)
      signal?.addEventListener('abort', abort, { once: true })
      this.#conditions.afterLatency(() => {
        if (!isSettled && !this.#ignored.has(formatEndpoint(options))) settle(this.#establish(machine, options))
      })
    })
  }

  #establish(machine: string, { host, port, tls }: ConnectOptions): ByteStream | Error {
    try {
      if (this.#refused.has(formatEndpoint({ host, port }))) throw refusal({ host, port })
      const { listener, server } = this.#reach(machine, { host, port })
      const client: Endpoint = { host: isLoopback(server.host) ? server.host : machine, port: this.#takeClientPort() }
      admit(listener, client, tls !== undefined)
      return this.#join(listener, client, server)
    } catch (cause) {
      return connectFailed({ host, port }, cause)
    }
  }

  #reach(machine: string, { host, port }: Endpoint): { readonly listener: MemoryListener; readonly server: Endpoint } {
    for (const address of this.#addressesOf(host)) {
      const server: Endpoint = { host: address, port }
      const listener = this.#listeners.find(machine, server)
      if (listener !== undefined) return { listener, server }
    }
    throw refusal({ host, port })
  }

  #addressesOf(host: string): readonly string[] {
    const addresses = isAddress(host) ? [host] : this.#hosts.get(host)
    if (addresses === undefined) throw resolveFailed(host, new Error(`getaddrinfo ENOTFOUND ${host}`))
    return addresses
  }

  #join(listener: MemoryListener, client: Endpoint, server: Endpoint): MemoryStream {
    let openEnds = 2
    const onClose = (): void => {
      openEnds--
      if (openEnds > 0) return
      this.#links.delete(link)
      listener.accepted--
    }
    const [near, far] = MemoryStream.pair(this.#conditions, client, server, onClose)
    const link = memoryLink(near, far)
    this.#links.add(link)
    listener.accepted++
    if (listener.accepted > listener.maxConnections) far.destroy()
    else listener.accept(far)
    return near
  }

  async #listen(machine: string, options: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener> {
    const listener = this.#listeners.add(machine, options, accept)
    return { endpoint: listener.endpoint, close: async () => this.#listeners.remove(listener) }
  }

  #takeClientPort(): number {
    const port = this.#clientPort
    this.#clientPort = port === LAST_CLIENT_PORT ? FIRST_CLIENT_PORT : port + 1
    return port
  }
}

const rule = (rules: Set<string>, endpoint: Endpoint): (() => void) => {
  rules.add(formatEndpoint(endpoint))
  return () => void rules.delete(formatEndpoint(endpoint))
}

/** Whether both sides agree on TLS is known before anything is said: nobody speaks it here. */
const admit = ({ tlsMode, refused }: MemoryListener, client: Endpoint, isTls: boolean): void => {
  if (tlsMode === 'permissive' || (tlsMode === 'enforcing') === isTls) return
  refused?.(isTls ? tlsDisabled(client) : tlsRequired(client))
  throw new Error('one side speaks TLS and the other does not')
}

const refusal = (endpoint: Endpoint): Error => new Error(`connect ECONNREFUSED ${formatEndpoint(endpoint)}`)

const isAddress = (host: string): boolean => /^[0-9.]+$/.test(host) || host.includes(':')
