import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type SecureVersion, type Server as TlsServer } from 'node:tls'
import type { Endpoint, ListenOptions, TlsOptions } from './network'
import { firstByteTimedOut, handshakeFailed, tlsDisabled, tlsRequired } from './network-errors'

export const MIN_TLS_VERSION: SecureVersion = 'TLSv1.2'
const HANDSHAKE_TIMEOUT_MS = 10_000
/** A TLS record that holds a handshake: the first byte of every TLS connection (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16

/**
 * A server whose connections are ready when `accept` gets them: TLS ones after their handshake. Throws when certificate and key are of no
 * use, or a mode that needs them has none.
 */
export const createRealServer = (options: ListenOptions, accept: (socket: Socket) => void): Server => {
  const { tls, tlsMode } = options
  if (tls === undefined && tlsMode === undefined) return createServer({ allowHalfOpen: true }, accept)
  const door = new Door(options, accept)
  return createServer({ allowHalfOpen: true }, (socket) => door.meet(socket))
}

/** Only the settings we know, in a fresh object, so that nothing else slips through. */
export const knownSettings = (tls: TlsOptions) => {
  const { ca, cert, key, passphrase, rejectUnauthorized, requestCert } = tls
  return {
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(requestCert === undefined ? {} : { requestCert })
  }
}

/** Looks at the first byte of each connection and says where it may go. */
class Door {
  readonly #options: ListenOptions
  readonly #accept: (socket: Socket) => void
  readonly #timeoutMs: number
  readonly #takesPlain: boolean
  /** Never listens: it is handed its connections. */
  readonly #tls: TlsServer | undefined

  constructor(options: ListenOptions, accept: (socket: Socket) => void) {
    const { tls, tlsMode = 'enforcing', handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS } = options
    this.#options = options
    this.#accept = accept
    this.#timeoutMs = handshakeTimeoutMs
    this.#takesPlain = tlsMode !== 'enforcing'
    if (tlsMode === 'disabled') return
    if (tls === undefined) throw new Error(`TLS mode ${tlsMode} needs a certificate and its key`)
    this.#tls = this.#newTlsServer(tls)
  }

  meet(socket: Socket): void {
    // Whatever goes wrong before somebody owns the socket ends with its close.
    socket.on('error', () => {})
    const timer = setTimeout(() => this.#refuse(socket, firstByteTimedOut(peerOf(socket), this.#timeoutMs)), this.#timeoutMs)
    const leave = (): void => {
      clearTimeout(timer)
      socket.off('readable', look)
    }
    const look = (): void => {
      const first: Buffer | null = socket.read(1)
      if (first === null) return
      leave()
      socket.off('close', leave)
      socket.off('end', hangUp)
      socket.unshift(first)
      // The stream forgets in its next tick that it was listened to; only then does it flow for whoever comes next.
      process.nextTick(() => this.#show(socket, first[0] === TLS_HANDSHAKE))
    }
    const hangUp = (): void => void socket.destroy()
    socket.on('readable', look)
    socket.once('end', hangUp)
    socket.once('close', leave)
  }

  #show(socket: Socket, isTls: boolean): void {
    if (socket.destroyed) return
    if (isTls && this.#tls !== undefined) this.#tls.emit('connection', socket)
    else if (isTls) this.#refuse(socket, tlsDisabled(peerOf(socket)))
    else if (this.#takesPlain) this.#accept(socket)
    else this.#refuse(socket, tlsRequired(peerOf(socket)))
  }

  #refuse(socket: Socket, error: ReturnType<typeof tlsRequired>): void {
    socket.destroy()
    this.#options.refused?.(error)
  }

  #newTlsServer(tls: TlsOptions): TlsServer {
    const options = { allowHalfOpen: true, minVersion: MIN_TLS_VERSION, handshakeTimeout: this.#timeoutMs }
    const server = createTlsServer({ ...options, ...knownSettings(tls) }, this.#accept)
    return server.on('tlsClientError', (error, socket) => this.#refuse(socket, handshakeFailed(peerOf(socket), error)))
  }
}

/** Empty when it is gone already. */
const peerOf = (socket: Socket): Endpoint => ({ host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 })
