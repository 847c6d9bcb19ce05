import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { ByteStream, ConnectOptions, Endpoint, Listener, ListenOptions, Network, TlsOptions } from './network'
import { connectAborted, connectFailed, connectTimedOut, listenFailed, resolveFailed } from './network-errors'
import { createRealServer, knownSettings, MIN_TLS_VERSION } from './real-server'
import { RealStream } from './real-stream'
import { RealStreamInput } from './real-stream-input'

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000

/**
 * TCP and TLS of this process: no delay, keep-alive after a minute, TLS 1.2 or newer with certificates verified unless told
 * otherwise. A connection attempt gives up after 10 s by default, a TLS handshake with a server after 10 s.
 */
export const realNetwork: Network = Object.freeze({
  connect: (options: ConnectOptions) => new Promise<ByteStream>((resolve, reject) => openSocket(options, resolve, reject)),
  listen: (options: ListenOptions, accept: (stream: ByteStream) => void) =>
    new Promise<Listener>((resolve, reject) => openServer(options, accept, resolve, reject)),
  async resolve(host: string): Promise<readonly string[]> {
    try {
      return (await lookup(host, { all: true })).map(({ address }) => address)
    } catch (cause) {
      throw resolveFailed(host, cause)
    }
  },
  localAddresses(): readonly string[] {
    const external = Object.values(networkInterfaces()).flatMap((infos) => (infos ?? []).filter((info) => !info.internal))
    const addresses = (family: string): string[] => external.filter((info) => info.family === family).map((info) => info.address)
    const all = [...addresses('IPv4'), ...addresses('IPv6')]
    return all.length > 0 ? all : ['127.0.0.1']
  }
})

const openSocket = (options: ConnectOptions, resolve: (stream: ByteStream) => void, reject: (error: Error) => void): void => {
  const { host, port, tls, signal, timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options
  const endpoint: Endpoint = { host, port }
  if (signal?.aborted) {
    reject(connectAborted(endpoint, signal.reason))
    return
  }
  const input = tls === undefined ? new RealStreamInput() : undefined
  const socket = tls === undefined ? connectPlainly(endpoint, input) : connectSecurely(endpoint, tls)
  const settle = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  const fail = (error: Error): void => {
    settle()
    socket.destroy()
    reject(error)
  }
  const abort = (): void => fail(connectAborted(endpoint, signal?.reason))
  const timer = setTimeout(() => fail(connectTimedOut(endpoint, timeoutMs)), timeoutMs)
  signal?.addEventListener('abort', abort, { once: true })
  socket.on('error', (cause) => fail(connectFailed(endpoint, cause)))
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
    settle()
    resolve(new RealStream(socket, input))
  })
}

/** Reads nothing before its stream is started. */
const connectPlainly = ({ host, port }: Endpoint, input: RealStreamInput | undefined): Socket =>
  connectTcp({ host, port, allowHalfOpen: true, ...(input === undefined ? {} : { onread: input.onread }) }).pause()

const connectSecurely = ({ host, port }: Endpoint, tls: TlsOptions): Socket => {
  const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined)
  const fixed = { host, port, allowHalfOpen: true, minVersion: MIN_TLS_VERSION, rejectUnauthorized: true }
  return connectTls({ ...fixed, ...knownSettings(tls), ...(servername === undefined ? {} : { servername }) })
}

const openServer = (
  options: ListenOptions,
  accept: (stream: ByteStream) => void,
  resolve: (listener: Listener) => void,
  reject: (error: Error) => void
): void => {
  const { host, port, maxConnections } = options
  const server = newServer(options, accept)
  if (maxConnections !== undefined) server.maxConnections = maxConnections
  server.once('error', (cause) => reject(listenFailed({ host, port }, cause)))
  server.listen({ host, port }, () => {
    server.removeAllListeners('error')
    // An accept that fails (too many open files) must not end the process; the next one may succeed.
    server.on('error', () => {})
    resolve(listenerOf(server, { host, port }))
  })
}

/** Throws `LISTEN_FAILED` when what it is to do TLS with is of no use. */
const newServer = (options: ListenOptions, accept: (stream: ByteStream) => void): Server => {
  try {
    return createRealServer(options, (socket) => accept(new RealStream(socket)))
  } catch (cause) {
    throw listenFailed(options, cause)
  }
}

const listenerOf = (server: Server, asked: Endpoint): Listener => {
  const address = server.address()
  const endpoint = address !== null && typeof address === 'object' ? { host: address.address, port: address.port } : asked
  return {
    endpoint,
    // `server.close` frees the port at once; its callback would wait for streams that were already accepted.
    close: () =>
      new Promise((resolve) => {
        if (server.listening) server.close()
        setImmediate(resolve)
      })
  }
}
