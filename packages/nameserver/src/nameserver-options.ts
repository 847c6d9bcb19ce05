import { type Clock, CodedError, type Endpoint, type Logger, type Network, realClock, realNetwork, silentLogger } from 'net-ts-protocol-kit'
import { DEFAULT_NAMESERVER_LIMITS, type NameserverLimits } from './nameserver-limits'

/** How a nameserver is set up. */
export interface NameserverOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string
  /** Port to listen on; 0: any free one. Default 9876. */
  readonly port?: number
  /** Queues of ordered topics: `broker-a:4;broker-b:4` by topic. Default: none. */
  readonly orderTopicConf?: Readonly<Record<string, string>>
  /** What is taken at most. */
  readonly limits?: Partial<NameserverLimits>
  /** Default: the real clock. */
  readonly clock?: Clock
  /** Default: the real network. */
  readonly network?: Network
  /** Default: no output. */
  readonly logger?: Logger
}

/** Options with everything decided. */
export interface ResolvedNameserverOptions {
  readonly listenAt: Endpoint
  readonly orderTopicConf: Readonly<Record<string, string>>
  readonly limits: NameserverLimits
  readonly clock: Clock
  readonly network: Network
  readonly logger: Logger
}

/** An option that cannot be. `facts.option` names it. */
export class NameserverOptionsError extends CodedError {
  constructor(option: string, problem: string) {
    super('OPTION_INVALID', `nameserver option ${option}: ${problem}`, { facts: { option } })
  }
}

const KNOWN: ReadonlySet<string> = new Set(['host', 'port', 'orderTopicConf', 'limits', 'clock', 'network', 'logger'])

/** @throws NameserverOptionsError naming the option. */
export function resolveNameserverOptions(options: NameserverOptions): ResolvedNameserverOptions {
  for (const option of Object.keys(options)) if (!KNOWN.has(option)) throw new NameserverOptionsError(option, 'there is no such option')
  const { host = '127.0.0.1', port = 9876, orderTopicConf = {}, clock = realClock, network = realNetwork, logger = silentLogger } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new NameserverOptionsError('port', 'must be a whole number from 0 to 65535')
  }
  return Object.freeze({ listenAt: { host, port }, orderTopicConf, limits: resolveLimits(options.limits), clock, network, logger })
}

function resolveLimits(given: Partial<NameserverLimits> = {}): NameserverLimits {
  for (const [limit, value] of Object.entries(given)) {
    if (!(limit in DEFAULT_NAMESERVER_LIMITS)) throw new NameserverOptionsError(`limits.${limit}`, 'there is no such limit')
    if (!Number.isSafeInteger(value) || value < 1) throw new NameserverOptionsError(`limits.${limit}`, 'must be a whole number above 0')
  }
  return Object.freeze({ ...DEFAULT_NAMESERVER_LIMITS, ...given })
}
