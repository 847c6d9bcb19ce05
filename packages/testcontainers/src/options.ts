import { OptionError } from './errors'

/** What {@link startRocketMQ} may be told. Every field is optional; an unknown key is an {@link OptionError}. */
export interface RocketMQOptions {
  /** The release: the tag of the default image, and where in the image the launchers are. Default `'5.5.0'`. */
  readonly version?: '4.9.7' | '5.5.0' | (string & {})
  /**
   * The image. Default: the environment variable `ROCKETMQ_IMAGE`, in which `<version>` stands for the release, else
   * `apache/rocketmq:<version>`. Any image with that one's layout will do.
   */
  readonly image?: string
  /** The nameserver's port, the same inside and outside. Default: a free port. */
  readonly nameserverPort?: number
  /**
   * The broker's port, the same inside and outside, so that the address which the broker advertises holds for both. The broker also
   * listens two below (a second remoting port) and one above (replication). Default: a free port whose neighbours are free.
   */
  readonly brokerPort?: number
  /**
   * `'bridge'`: an own network, ports mapped one to one. `'host'`: the engine's host network, where bridges are not available.
   * Default: `'bridge'`, but `'host'` on an engine that has no default bridge.
   */
  readonly network?: 'host' | 'bridge'
  /**
   * Lines of the broker's configuration file, over this package's defaults (`autoCreateTopicEnable=true` among them). The keys that
   * decide where the broker is reached (`listenPort`, `brokerIP1`, …) are refused: they follow from the other options.
   */
  readonly brokerConfig?: Readonly<Record<string, string | number | boolean>>
  /** The broker's Java heap, in MiB, at least 128. Default 512. */
  readonly heapMegabytes?: number
  /** How long each of the two containers may take to become ready, not counting a pull. Default 120,000 ms. */
  readonly startupTimeoutMs?: number
}

/** {@link RocketMQOptions} with every default that needs no look at the machine. */
export interface ResolvedOptions {
  readonly version: string
  readonly image: string
  readonly nameserverPort: number | undefined
  readonly brokerPort: number | undefined
  readonly network: 'host' | 'bridge' | undefined
  readonly brokerConfig: ReadonlyMap<string, string>
  readonly heapMegabytes: number
  readonly startupTimeoutMs: number
}

const known: readonly string[] = [
  'version',
  'image',
  'nameserverPort',
  'brokerPort',
  'network',
  'brokerConfig',
  'heapMegabytes',
  'startupTimeoutMs'
]

/** The cluster itself decides these, from its own options. */
const decided: readonly string[] = ['listenPort', 'haListenPort', 'fastListenPort', 'brokerIP1', 'brokerIP2', 'namesrvAddr', 'rocketmqHome']

/** Checks the options once and fills in the defaults; `environment` is where `ROCKETMQ_IMAGE` is looked up. */
export function resolveOptions(options: RocketMQOptions, environment: Readonly<Record<string, string | undefined>>): ResolvedOptions {
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new OptionError(unknown, `is unknown; there are ${known.join(', ')}`)
  const version = checkVersion(options.version ?? '5.5.0')
  const resolved: ResolvedOptions = {
    version,
    image: checkImage(options.image ?? environment['ROCKETMQ_IMAGE'] ?? 'apache/rocketmq:<version>').replaceAll('<version>', version),
    nameserverPort: checkNumber('nameserverPort', options.nameserverPort, 1, 65_535),
    brokerPort: checkNumber('brokerPort', options.brokerPort, 3, 65_534),
    network: checkNetwork(options.network),
    brokerConfig: checkBrokerConfig(options.brokerConfig ?? {}),
    heapMegabytes: checkNumber('heapMegabytes', options.heapMegabytes, 128, 65_536) ?? 512,
    startupTimeoutMs: checkNumber('startupTimeoutMs', options.startupTimeoutMs, 1, 2 ** 31 - 1) ?? 120_000
  }
  checkPortsApart(resolved)
  return Object.freeze(resolved)
}

function checkVersion(version: unknown): string {
  if (typeof version === 'string' && /^[0-9][\w.-]{0,63}$/.test(version)) return version
  throw new OptionError('version', `must be a release such as 5.5.0, not ${JSON.stringify(version)}`)
}

function checkImage(image: unknown): string {
  if (typeof image === 'string' && /^\S{1,255}$/.test(image)) return image
  throw new OptionError('image', `must be an image name such as apache/rocketmq:5.5.0, not ${JSON.stringify(image)}`)
}

function checkNetwork(network: unknown): 'host' | 'bridge' | undefined {
  if (network === undefined || network === 'host' || network === 'bridge') return network
  throw new OptionError('network', `must be 'bridge' or 'host', not ${JSON.stringify(network)}`)
}

function checkNumber(option: string, value: unknown, min: number, max: number): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new OptionError(option, `must be a whole number from ${min} to ${max}, not ${String(value)}`)
}

function checkPortsApart({ nameserverPort, brokerPort }: ResolvedOptions): void {
  if (nameserverPort === undefined || brokerPort === undefined) return
  if ([brokerPort - 2, brokerPort, brokerPort + 1].includes(nameserverPort)) {
    throw new OptionError('nameserverPort', `must not be one of the broker's ports ${brokerPort - 2}, ${brokerPort}, ${brokerPort + 1}`)
  }
}

function checkBrokerConfig(config: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(config).map(([key, value]) => [checkConfigKey(key), checkConfigValue(key, value)]))
}

function checkConfigKey(key: string): string {
  if (!/^[A-Za-z][\w.]{0,127}$/.test(key)) throw new OptionError(`brokerConfig.${key}`, 'is not the name of a broker property')
  if (decided.includes(key)) throw new OptionError(`brokerConfig.${key}`, 'follows from the other options and cannot be set')
  return key
}

function checkConfigValue(key: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new OptionError(`brokerConfig.${key}`, `must be a string, number or boolean, not ${value === null ? 'null' : typeof value}`)
}
