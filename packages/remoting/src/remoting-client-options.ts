import type { Clock, Logger, Network, TlsOptions } from 'net-ts-protocol-kit'
import type { Credentials, LanguageName, SerializeType } from './wire/index'

/** Settings of a {@link RemotingClient}. */
export interface RemotingClientOptions {
  readonly clock: Clock
  readonly network: Network
  /** Default: silence. */
  readonly logger?: Logger
  /** Milliseconds that connecting may take. Default 3000. */
  readonly connectTimeoutMs?: number
  /** Milliseconds that a request may take when it does not say. Default 3000. */
  readonly requestTimeoutMs?: number
  /** Longest frame accepted, in bytes with its length. Default 16 MiB. */
  readonly maxFrameBytes?: number
  /** Most requests that may wait for an answer on one connection. Default 65 536. */
  readonly maxPendingCalls?: number
  /** Most bytes that may wait for one server to take them. Default 64 MiB. */
  readonly maxUnsentBytes?: number
  /** After so many timeouts one after the other with nothing received meanwhile a connection is replaced. Default 3. */
  readonly timeoutsUntilReplaced?: number
  /** First pause after a failed connection attempt, in milliseconds; it doubles with each failure. Default 100. */
  readonly reconnectPauseMs?: number
  /** Longest such pause. Default 3000. */
  readonly maxReconnectPauseMs?: number
  /** What we say we are written in. Default: `OTHER`, and `NODE_JS` to a peer that is known to be 5.0.0 or newer. */
  readonly language?: LanguageName
  /** Version ordinal we claim; servers branch on it. Default that of 4.9.7, 407. */
  readonly version?: number
  /** How request headers are written. Default `ROCKETMQ`, the shorter one. */
  readonly serializeType?: SerializeType
  /** Signs every request, for servers with access control (ACL 1.0 or 2.0). Default: requests are not signed. */
  readonly credentials?: Credentials
  /** Speaks TLS to every server. */
  readonly tls?: TlsOptions
  /** Where an address is really reached, such as that of a container: a table or a function. Unknown addresses stay. */
  readonly addressMap?: Readonly<Record<string, string>> | ((address: string) => string)
  /** Says where an address comes from, for the text of errors: `advertised by broker-a`. */
  readonly addressOrigin?: (address: string) => string | undefined
}
