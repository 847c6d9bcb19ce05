import type { Credentials } from '@rocketmq-ts/remoting/wire'
import {
  type Clock,
  type Logger,
  type Network,
  parseEndpoint,
  realClock,
  realNetwork,
  silentLogger,
  type TlsOptions
} from 'net-ts-protocol-kit'
import { OptionsError } from './errors'
import { invalid, milliseconds, type OptionReader, objectWith, readOptions, wholeNumber } from './options'

/** Where an address is really reached, such as that of a container: a table or a function. Unknown addresses stay. */
export type AddressMap = Readonly<Record<string, string>> | ((address: string) => string)

/** Settings of a client. */
export interface ClientOptions {
  /** `host:port`, several joined by `;` or as a list. One is asked, the others when it does not answer. */
  readonly nameservers: string | readonly string[]
  /** How brokers call this client; must be unique. Default: an address of this machine and a random part. */
  readonly clientId?: string
  /** For one request, milliseconds. Default 3000. */
  readonly requestTimeoutMs?: number
  /** For making a connection, milliseconds. Default 3000. */
  readonly connectTimeoutMs?: number
  /** How often routes are asked for again, milliseconds. Default 30,000. */
  readonly routeRefreshMs?: number
  /** How often brokers hear of this client; they forget it after 120 s. Milliseconds. Default 30,000. */
  readonly heartbeatIntervalMs?: number
  /** How often push consumers commit, milliseconds: what a crash may make come again. Default 5000. */
  readonly offsetCommitIntervalMs?: number
  /** How often groups share out their queues anew without being told, milliseconds. Default 20,000. */
  readonly rebalanceIntervalMs?: number
  /** Longest decompressed body that is taken, bytes. Default 32 MiB. */
  readonly maxBodyBytes?: number
  /** Where diagnostics go. Default: nowhere. */
  readonly logger?: Logger
  /** Who this client is, for servers with access control (ACL 1.0 or 2.0): every request is signed. Default: nobody in particular. */
  readonly credentials?: Credentials
  /** Speaks TLS to nameservers and brokers. Default: not. */
  readonly tls?: TlsOptions
  /** Translates the addresses that nameservers give, when brokers are reached elsewhere. Default: as they are. */
  readonly addressMap?: AddressMap
  /** Time and chance. Default: the real ones. */
  readonly clock?: Clock
  /** Default: the real network. */
  readonly network?: Network
}

/** The same, complete. */
export interface ResolvedClientOptions
  extends Required<Omit<ClientOptions, 'nameservers' | 'clientId' | 'credentials' | 'tls' | 'addressMap'>> {
  readonly nameservers: readonly string[]
  readonly clientId: string | undefined
  readonly credentials: Credentials | undefined
  readonly tls: TlsOptions | undefined
  readonly addressMap: AddressMap | undefined
}

/** @throws OptionsError */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  return readOptions<ResolvedClientOptions>('connect', options, {
    nameservers: readNameservers,
    clientId: readClientId,
    requestTimeoutMs: milliseconds(3000),
    connectTimeoutMs: milliseconds(3000),
    routeRefreshMs: milliseconds(30_000),
    heartbeatIntervalMs: milliseconds(30_000),
    offsetCommitIntervalMs: milliseconds(5000),
    rebalanceIntervalMs: milliseconds(20_000),
    maxBodyBytes: wholeNumber(32 * 1024 * 1024, { min: 1, max: 2 ** 30 }),
    logger: objectWith(silentLogger, 'debug', 'info', 'warn', 'error'),
    credentials: readCredentials,
    tls: objectWith<TlsOptions | undefined>(undefined),
    addressMap: objectWith<AddressMap | undefined>(undefined),
    clock: objectWith(realClock, 'now', 'monotonic', 'random', 'setTimeout', 'setInterval', 'defer'),
    network: objectWith(realNetwork, 'connect', 'localAddresses')
  })
}

const readNameservers: OptionReader<readonly string[]> = (value, name) => {
  const list: unknown[] = typeof value === 'string' ? value.split(';') : Array.isArray(value) ? value : []
  const addresses = list.flatMap((one) => (typeof one === 'string' ? one.split(';') : [one])).filter((one) => one !== '')
  const bad = addresses.find((address) => typeof address !== 'string' || parseEndpoint(address.trim()) === undefined)
  if (bad !== undefined) throw invalid(name, 'must be host:port, several joined by ;', bad)
  if (addresses.length === 0) throw invalid(name, 'must name at least one nameserver as host:port', value)
  return [...new Set(addresses.map((address) => String(address).trim()))]
}

const readClientId: OptionReader<string | undefined> = (value, name) => {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 255) return value
  throw invalid(name, 'must be a text of 1 to 255 characters', value)
}

const readCredentials: OptionReader<Credentials | undefined> = (value, name) => {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null)
    throw new OptionsError(`${name} must be an object with accessKey and secretKey`, { option: name })
  return readOptions<Credentials>(name, value, {
    accessKey: secretText,
    secretKey: secretText,
    securityToken: (token, tokenName) => (token === undefined ? undefined : secretText(token, tokenName))
  })
}

/** Its value is never shown, not even a wrong one. */
const secretText: OptionReader<string> = (value, name) => {
  if (typeof value === 'string' && value !== '' && value.trim() === value) return value
  throw new OptionsError(`${name} must be a text that is not empty and neither begins nor ends with white space`, { option: name })
}
