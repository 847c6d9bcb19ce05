import type { CodedError } from './coded-error'

/** Where to connect or listen. */
export interface Endpoint {
  readonly host: string
  /** 0 on listen: any free port. */
  readonly port: number
}

/** TLS settings, passed through to the real network (`node:tls` names). */
export interface TlsOptions {
  readonly ca?: string | Buffer | ReadonlyArray<string | Buffer>
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly passphrase?: string
  /** Name to verify and to send as SNI. Default: the host. */
  readonly servername?: string
  /** Whether a peer with an unverifiable certificate is refused. Default `true` for clients. */
  readonly rejectUnauthorized?: boolean
  /** Server: whether clients must present a certificate. */
  readonly requestCert?: boolean
}

export interface ConnectOptions extends Endpoint {
  /** Default: the network's choice. */
  readonly timeoutMs?: number
  readonly tls?: TlsOptions
  /** Aborts an attempt under way. */
  readonly signal?: AbortSignal
}

/**
 * Who may come in, as the first byte tells: `disabled`, only who does not speak TLS; `permissive`, everybody; `enforcing`, only who speaks
 * TLS. The client has to speak first, since nothing is said to it before that byte.
 */
export type TlsMode = 'disabled' | 'permissive' | 'enforcing'

export interface ListenOptions extends Endpoint {
  readonly tls?: TlsOptions
  /** Default: `enforcing` with `tls`, else whoever comes is taken without looking. The last two modes need `tls`. */
  readonly tlsMode?: TlsMode
  /** Milliseconds until the first byte has come where it is waited for, and then until a TLS handshake is over. Default 10 000 each. */
  readonly handshakeTimeoutMs?: number
  /**
   * Told of each connection that was closed before it was accepted: `TLS_REQUIRED`, `TLS_DISABLED`, `TLS_HANDSHAKE_FAILED`,
   * `FIRST_BYTE_TIMEOUT`, with the peer in the facts. Must not throw.
   */
  readonly refused?: (error: CodedError) => void
  /** Connections above this number are closed at once. */
  readonly maxConnections?: number
}

/** What a stream reports. Every callback runs in a turn of its own; none may throw. */
export interface StreamHandlers {
  /** A chunk that the receiver may keep: nobody writes into it again. */
  data(chunk: Buffer): void
  /** Everything written so far has left, after `write` returned `false`. */
  drain(): void
  /** The peer will send no more. */
  end(): void
  /** The last event: the stream is gone. `error` when it did not close by agreement. */
  close(error?: Error): void
}

/** A connected byte stream (TCP, TLS, or in memory). Nothing is read before `start`. */
export interface ByteStream {
  readonly remote: Endpoint
  readonly local: Endpoint
  /** Bytes accepted by `write` that have not left yet. */
  readonly pendingBytes: number
  start(handlers: StreamHandlers): void
  /**
   * One write to the transport. The bytes must not change until `written` was called.
   * Returns `false` when the caller should wait for `drain`.
   */
  write(chunk: Buffer, written?: () => void): boolean
  /** Several buffers as one write to the transport. */
  writeAll(chunks: readonly Buffer[], written?: () => void): boolean
  /** Stops reading: the peer feels it. */
  pause(): void
  resume(): void
  /** Sends what is pending, then closes. */
  end(): void
  /** Closes at once; `close(error)` follows. With an error the peer sees a reset instead of an end (TLS has none: there it sees an end). */
  destroy(error?: Error): void
}

export interface Listener {
  /** Where it really listens (the port that was chosen for 0). */
  readonly endpoint: Endpoint
  /** Stops accepting. Streams already accepted stay. */
  close(): Promise<void>
}

/** The network, as the only way in. The real form is `realNetwork`, the in-memory one `MemoryNetwork`. */
export interface Network {
  /** Rejects with a `CodedError` (`CONNECT_FAILED`, `CONNECT_TIMEOUT`, `CONNECT_ABORTED`), the host's answer as cause. */
  connect(options: ConnectOptions): Promise<ByteStream>
  /** Rejects with a `CodedError` (`LISTEN_FAILED`) naming host and port. */
  listen(options: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener>
  /** Addresses of a host name, in the resolver's order. */
  resolve(host: string): Promise<readonly string[]>
  /** This machine's non-internal IPv4 addresses first, then IPv6; loopback when there is nothing else. */
  localAddresses(): readonly string[]
}
