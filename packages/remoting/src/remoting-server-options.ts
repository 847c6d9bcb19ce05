import type { Clock, Logger, Network, TlsMode, TlsOptions } from 'net-ts-protocol-kit'
import type { CommandLimits, LanguageName } from './wire/index'

/** Settings of a {@link RemotingServer}. */
export interface RemotingServerOptions {
  readonly clock: Clock
  readonly network: Network
  /** Default `127.0.0.1`: nobody outside this machine gets in unless told otherwise. */
  readonly host?: string
  /** 0: any free port. */
  readonly port: number
  /** Default: silence. */
  readonly logger?: Logger
  readonly limits?: Partial<RemotingServerLimits>
  /** What we say we are written in. Default `JAVA`: official clients show it, and older ones fail at names they do not know. */
  readonly language?: LanguageName
  /** Version ordinal we claim. Default that of 5.5.0, 513. */
  readonly version?: number
  /** Certificate and key, to speak TLS. Default: TLS is not spoken. */
  readonly tls?: TlsOptions
  /**
   * Who may come in, told apart on one port by the first byte: `disabled`, only who does not speak TLS; `permissive`, everybody; `enforcing`,
   * only who does (read in remoting/…/common/TlsMode.java). Default: `enforcing` with `tls`.
   */
  readonly tlsMode?: TlsMode
}

/** Bounds of a {@link RemotingServer}. Times in milliseconds, sizes in bytes; `Infinity` switches one off. */
export interface RemotingServerLimits {
  /** Longest frame together with its length. Default 16 MiB. */
  readonly maxFrameBytes: number
  /** All unfinished frames of all connections together. Default 128 MiB. */
  readonly totalPartialBytes: number
  /** A frame that has begun must go on within this time. Default 30 000. */
  readonly partialFrameTimeoutMs: number
  /** The first frame must be complete within this time. Default 10 000. */
  readonly firstFrameTimeoutMs: number
  /** A connection on which nothing is sent or received is closed after this time. Default 120 000. */
  readonly idleTimeoutMs: number
  /** Connections above this number are closed at once. Default 10 000. */
  readonly maxConnections: number
  /** Reads no more requests of a connection while so many wait for their answer, long polls apart. Default 1024. */
  readonly maxInFlightPerConnection: number
  /** Long polls above this number per connection are answered with SYSTEM_BUSY. Default 16 384. */
  readonly maxHeldPerConnection: number
  /** Reads no more requests of a connection whose peer leaves so much of what it was sent. Default 4 MiB. */
  readonly pauseReadingAboveBytes: number
  /** Closes a connection whose peer leaves so much of what it was sent. Default 16 MiB. */
  readonly closeAboveBytes: number
  /** Closes a connection whose peer took nothing of what it was sent for this time. Default 60 000. */
  readonly drainTimeoutMs: number
  /** All that is waiting for peers of all connections together. Default 256 MiB. */
  readonly totalUnsentBytes: number
  /** What a header may cost. */
  readonly command: CommandLimits
}
