import { DEFAULT_DELAY_LEVELS, type DelayLevelTable, delayLevelTable, topicNameProblem } from '@rocketmq-ts/remoting/wire'
import type { MessageStore } from '@rocketmq-ts/store'
import {
  type Clock,
  CodedError,
  type Endpoint,
  type Logger,
  type Network,
  parseEndpoint,
  realClock,
  realNetwork,
  silentLogger
} from 'net-ts-protocol-kit'
import { type BrokerLimits, DEFAULT_BROKER_LIMITS } from './broker-limits'
import type { PulledListener } from './pull/pulled'

/** How a broker is set up. */
export interface BrokerOptions {
  /** Where messages, offsets and settings live. The broker starts it and closes it; another broker may use it afterwards. */
  readonly store: MessageStore
  /** `host:port` of every nameserver to register with. */
  readonly nameservers: readonly string[]
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string
  /** Port to listen on; 0: any free one. Default 10911. */
  readonly port?: number
  /** `host` or `host:port` under which clients reach the broker. Default: where it listens, or this machine's address when it listens on all. */
  readonly advertisedAddress?: string
  /** Default `broker-a`. */
  readonly name?: string
  /** Default `DefaultCluster`. */
  readonly clusterName?: string
  /** How long each delay level waits, such as `1s 5s 10s 1m`. Default: the official 18 levels. */
  readonly delayLevels?: string
  /** Whether a first send creates its topic. Default `true`, as upstream. */
  readonly autoCreateTopics?: boolean
  /** Queues of such a topic, at most; clients ask for 4. Default 8. */
  readonly defaultTopicQueues?: number
  /** What is taken at most. */
  readonly limits?: Partial<BrokerLimits>
  /** Default: the real clock. */
  readonly clock?: Clock
  /** Default: the real network. */
  readonly network?: Network
  /** Default: no output. */
  readonly logger?: Logger
  /** Told of every answer that hands messages to a consumer group, for tests and tools. Default: nobody. */
  readonly onPulled?: PulledListener
}

/** Options with everything decided. */
export interface ResolvedBrokerOptions {
  readonly store: MessageStore
  readonly nameservers: readonly string[]
  readonly listenAt: Endpoint
  readonly advertised: { readonly host: string | undefined; readonly port: number | undefined }
  readonly name: string
  readonly clusterName: string
  readonly delayLevels: DelayLevelTable
  readonly autoCreateTopics: boolean
  readonly defaultTopicQueues: number
  readonly limits: BrokerLimits
  readonly clock: Clock
  readonly network: Network
  readonly logger: Logger
  readonly onPulled: PulledListener | undefined
}

/** An option that cannot be. `facts.option` names it. */
export class BrokerOptionsError extends CodedError {
  constructor(option: string, problem: string) {
    super('OPTION_INVALID', `broker option ${option}: ${problem}`, { facts: { option } })
  }
}

const KNOWN: ReadonlySet<string> = new Set([
  'store',
  'nameservers',
  'host',
  'port',
  'advertisedAddress',
  'name',
  'clusterName',
  'delayLevels',
  'autoCreateTopics',
  'defaultTopicQueues',
  'limits',
  'clock',
  'network',
  'logger',
  'onPulled'
])

/** @throws BrokerOptionsError naming the option. */
export function resolveBrokerOptions(options: BrokerOptions): ResolvedBrokerOptions {
  for (const option of Object.keys(options)) if (!KNOWN.has(option)) throw new BrokerOptionsError(option, 'there is no such option')
  const { host = '127.0.0.1', port = 10911, name = 'broker-a', clusterName = 'DefaultCluster', defaultTopicQueues = 8 } = options
  checkPort('port', port)
  checkName('name', name)
  checkName('clusterName', clusterName)
  const limits = resolveLimits(options.limits)
  if (!isCount(defaultTopicQueues) || defaultTopicQueues > limits.maxQueuesPerTopic) {
    throw new BrokerOptionsError('defaultTopicQueues', `must be a whole number from 1 to ${limits.maxQueuesPerTopic}`)
  }
  for (const address of options.nameservers) {
    if (parseEndpoint(address) === undefined) throw new BrokerOptionsError('nameservers', `"${address}" is not host:port`)
  }
  return Object.freeze({
    store: options.store,
    nameservers: [...options.nameservers],
    listenAt: { host, port },
    advertised: advertised(options.advertisedAddress),
    name,
    clusterName,
    delayLevels: delayLevelTable(options.delayLevels ?? DEFAULT_DELAY_LEVELS),
    autoCreateTopics: options.autoCreateTopics ?? true,
    defaultTopicQueues,
    limits,
    clock: options.clock ?? realClock,
    network: options.network ?? realNetwork,
    logger: options.logger ?? silentLogger,
    onPulled: options.onPulled
  })
}

function resolveLimits(given: Partial<BrokerLimits> = {}): BrokerLimits {
  for (const [limit, value] of Object.entries(given)) {
    if (!(limit in DEFAULT_BROKER_LIMITS)) throw new BrokerOptionsError(`limits.${limit}`, 'there is no such limit')
    if (!isCount(value)) throw new BrokerOptionsError(`limits.${limit}`, 'must be a whole number above 0')
  }
  return Object.freeze({ ...DEFAULT_BROKER_LIMITS, ...given })
}

function advertised(address: string | undefined): ResolvedBrokerOptions['advertised'] {
  if (address === undefined) return { host: undefined, port: undefined }
  if (!address.includes(':')) return { host: address, port: undefined }
  const endpoint = parseEndpoint(address)
  if (endpoint === undefined) throw new BrokerOptionsError('advertisedAddress', `"${address}" is not host or host:port`)
  return endpoint
}

function checkName(option: string, name: string): void {
  const problem = topicNameProblem(name)
  if (problem !== undefined) throw new BrokerOptionsError(option, problem.replace('the topic name', 'it'))
}

function checkPort(option: string, port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new BrokerOptionsError(option, 'must be a whole number from 0 to 65535')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
