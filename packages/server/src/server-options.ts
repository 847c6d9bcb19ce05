import type { BrokerLimits, TopicOptions } from '@rocketmq-ts/broker'
import type { MessageStore, StoreFiles } from '@rocketmq-ts/store'
import { type Clock, CodedError, type Logger, type Network, realClock, realNetwork, silentLogger } from 'net-ts-protocol-kit'
import { type ServerStoreOptions, storeOf, storeProblem } from './server-store'
import { type ServerTlsOptions, securedNetwork, tlsProblem } from './server-tls'

/** How a nameserver and a broker in one process are set up. */
export interface ServerOptions {
  /** Address to listen on. Default `127.0.0.1`: nobody outside this machine gets in unless told otherwise. */
  readonly host?: string
  /** Port of the nameserver; 0: any free one. Default 9876. */
  readonly nameserverPort?: number
  /** Port of the broker; 0: any free one. Default 10911. */
  readonly brokerPort?: number
  /** `host` or `host:port` under which clients reach the broker, when that is not where it listens. */
  readonly advertisedAddress?: string
  /** Default `broker-a`. */
  readonly brokerName?: string
  /** Default `DefaultCluster`. */
  readonly clusterName?: string
  /** Where messages live. Default: in `storeDirectory`, or without it in memory, as long as the server. */
  readonly store?: MessageStore
  /**
   * Directory in which messages, topics, groups and offsets live, in RocketMQ's own files; made when it is missing. One server at a time
   * has it open. Default: none.
   */
  readonly storeDirectory?: string
  /** How they are kept there: when a message counts as stored (`flush`), for how long (`retentionHours`) and so on. Default: as official brokers do. */
  readonly storeOptions?: ServerStoreOptions
  /** How long each delay level waits, such as `1s 5s 10s 1m`. Default: the official 18 levels. */
  readonly delayLevels?: string
  /** Whether a first send creates its topic. Default `true`. */
  readonly autoCreateTopics?: boolean
  /** Topics to create at the start, by name. Default: none. */
  readonly topics?: Readonly<Record<string, TopicOptions>>
  /** What the broker takes at most. */
  readonly limits?: Partial<BrokerLimits>
  /** Certificate, key and who may come in. Default: TLS is not spoken. */
  readonly tls?: ServerTlsOptions
  /** The disk that `storeDirectory` is on. Default: the real one. */
  readonly files?: StoreFiles
  /** Default: the real clock. */
  readonly clock?: Clock
  /** Default: the real network. */
  readonly network?: Network
  /** Default: no output. */
  readonly logger?: Logger
}

/** What the store is made of. */
type StoreOption = 'storeDirectory' | 'storeOptions' | 'files'

/** Options with everything decided. */
export type ResolvedServerOptions = Readonly<
  Required<Omit<ServerOptions, 'advertisedAddress' | 'delayLevels' | 'limits' | 'tls' | StoreOption>> &
    Pick<ServerOptions, 'advertisedAddress' | 'delayLevels' | 'limits'>
>

/** An option that cannot be. `facts.option` names it. */
export class ServerOptionsError extends CodedError {
  constructor(option: string, problem: string) {
    super('OPTION_INVALID', `server option ${option}: ${problem}`, { facts: { option } })
  }
}

const KNOWN: ReadonlySet<string> = new Set([
  'host',
  'nameserverPort',
  'brokerPort',
  'advertisedAddress',
  'brokerName',
  'clusterName',
  'store',
  'storeDirectory',
  'storeOptions',
  'files',
  'delayLevels',
  'autoCreateTopics',
  'topics',
  'limits',
  'tls',
  'clock',
  'network',
  'logger'
])

/** @throws ServerOptionsError, or StoreError `OPTION_INVALID`, naming the option. */
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
  for (const option of Object.keys(options)) if (!KNOWN.has(option)) throw new ServerOptionsError(option, 'there is no such option')
  const { tls, storeDirectory, storeOptions, files, ...others } = options
  const problem = storeProblem(options)
  if (problem !== undefined) throw new ServerOptionsError(...problem)
  const clock = options.clock ?? realClock
  const logger = options.logger ?? silentLogger
  return Object.freeze({
    ...others,
    host: options.host ?? '127.0.0.1',
    nameserverPort: port('nameserverPort', options.nameserverPort ?? 9876),
    brokerPort: port('brokerPort', options.brokerPort ?? 10911),
    brokerName: options.brokerName ?? 'broker-a',
    clusterName: options.clusterName ?? 'DefaultCluster',
    store: storeOf(options, clock, logger),
    autoCreateTopics: options.autoCreateTopics ?? true,
    topics: options.topics ?? {},
    clock,
    network: networkOf(options.network ?? realNetwork, tls),
    logger
  })
}

function networkOf(network: Network, tls: ServerTlsOptions | undefined): Network {
  if (tls === undefined) return network
  const problem = tlsProblem(tls)
  if (problem !== undefined) throw new ServerOptionsError('tls', problem)
  return securedNetwork(network, tls)
}

function port(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new ServerOptionsError(option, 'must be a whole number from 0 to 65535')
}
