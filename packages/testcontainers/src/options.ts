import { isIPv4 } from 'node:net'
import type { LogConsumer } from './container-log'
import { type GroupOptions, type GroupSettings, groupSettings, type TopicOptions, type TopicSettings, topicSettings } from './declarations'
import { OptionError } from './errors'
import { checkKeys, checkNumber, checkObject, checkText, checkTexts } from './option-checks'

/** What {@link startRocketMQ} may be told. Every field is optional; an unknown key is an {@link OptionError}. */
export interface RocketMQOptions {
  /** The release whose image is taken when `image` does not name one. Default `'5.5.0'`. */
  readonly version?: '4.9.7' | '5.5.0' | (string & {})
  /**
   * The image. Default: the environment variable `ROCKETMQ_IMAGE`, in which `<version>` stands for the release, else
   * `apache/rocketmq:<version>`. Any image with that one's layout will do.
   */
  readonly image?: string
  /** The platform of the image, such as `linux/amd64`, when the engine's own is not among those it was made for. */
  readonly platform?: string
  /** Topics that exist when the start is over, by name. Default: none; the broker creates a topic on the first send to it. */
  readonly topics?: Readonly<Record<string, TopicOptions>>
  /** Consumer groups that exist when the start is over, by name. Default: none; the broker creates a group when its first member comes. */
  readonly groups?: Readonly<Record<string, GroupOptions>>
  /**
   * Lines of the broker's configuration file, over this package's defaults (`autoCreateTopicEnable=true` among them). The keys that
   * decide where the broker is reached (`listenPort`, `brokerIP1`, …) are refused: they follow from the other options.
   */
  readonly brokerConfig?: Readonly<Record<string, string | number | boolean>>
  /** The broker's Java heap, in MiB, at least 128. Default 512. */
  readonly heapMegabytes?: number
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
   * IPv4 address that the broker advertises, for clients that are elsewhere than this process. Default: the address at which this
   * process reaches the engine.
   */
  readonly advertisedHost?: string
  /** Labels of both containers. */
  readonly labels?: Readonly<Record<string, string>>
  /** Is given the output of each container as a stream, and `'nameserver'` or `'broker'`. */
  readonly logConsumer?: LogConsumer
  /** How long each of the two containers may take to become ready, not counting a pull. Default 120,000 ms. */
  readonly startupTimeoutMs?: number
}

/** {@link RocketMQOptions} with every default that needs no look at the machine. */
export interface ResolvedOptions {
  /** Undefined when an image was named whose tag does not tell. */
  readonly version: string | undefined
  readonly image: string
  readonly platform: string | undefined
  readonly topics: readonly TopicSettings[]
  readonly groups: readonly GroupSettings[]
  readonly brokerConfig: ReadonlyMap<string, string>
  readonly heapMegabytes: number
  readonly nameserverPort: number | undefined
  readonly brokerPort: number | undefined
  readonly network: 'host' | 'bridge' | undefined
  readonly advertisedHost: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly logConsumer: LogConsumer | undefined
  readonly startupTimeoutMs: number
}

const known: readonly (keyof RocketMQOptions)[] = [
  'version',
  'image',
  'platform',
  'topics',
  'groups',
  'brokerConfig',
  'heapMegabytes',
  'nameserverPort',
  'brokerPort',
  'network',
  'advertisedHost',
  'labels',
  'logConsumer',
  'startupTimeoutMs'
]

/** The cluster itself decides these, from its own options. */
const decided: readonly string[] = ['listenPort', 'haListenPort', 'fastListenPort', 'brokerIP1', 'brokerIP2', 'namesrvAddr', 'rocketmqHome']

/** Checks the options once and fills in the defaults; `environment` is where `ROCKETMQ_IMAGE` is looked up. */
export function resolveOptions(options: RocketMQOptions, environment: Readonly<Record<string, string | undefined>>): ResolvedOptions {
  checkKeys('', options, known)
  const brokerConfig = checkBrokerConfig(options.brokerConfig ?? {})
  const resolved: ResolvedOptions = {
    ...chooseImage(options, environment['ROCKETMQ_IMAGE']),
    platform: checkText('platform', options.platform, /^[\w./-]{1,64}$/, 'linux/amd64'),
    topics: declaredTopics(options.topics ?? {}, defaultQueues(brokerConfig)),
    groups: declaredGroups(options.groups ?? {}),
    brokerConfig,
    heapMegabytes: checkNumber('heapMegabytes', options.heapMegabytes, 128, 65_536) ?? 512,
    nameserverPort: checkNumber('nameserverPort', options.nameserverPort, 1, 65_535),
    brokerPort: checkNumber('brokerPort', options.brokerPort, 3, 65_534),
    network: checkNetwork(options.network),
    advertisedHost: checkAdvertisedHost(options.advertisedHost),
    labels: Object.freeze(Object.fromEntries(checkTexts('labels', options.labels ?? {}))),
    logConsumer: checkLogConsumer(options.logConsumer),
    startupTimeoutMs: checkNumber('startupTimeoutMs', options.startupTimeoutMs, 1, 2 ** 31 - 1) ?? 120_000
  }
  checkPortsApart(resolved)
  return Object.freeze(resolved)
}

/** How many queues the broker gives a topic by itself; read in common/…/BrokerConfig.java of both releases. */
export function defaultQueues(brokerConfig: ReadonlyMap<string, string>): number {
  const configured = brokerConfig.get('defaultTopicQueueNums')
  if (configured === undefined) return 8
  return checkNumber('brokerConfig.defaultTopicQueueNums', Number(configured), 1, 65_536) ?? 8
}

function chooseImage(options: RocketMQOptions, preset: string | undefined): Pick<ResolvedOptions, 'version' | 'image'> {
  const version = checkText('version', options.version, /^[0-9][\w.-]{0,63}$/, '5.5.0')
  const image = checkText('image', options.image ?? preset, /^\S{1,255}$/, 'apache/rocketmq:5.5.0') ?? 'apache/rocketmq:<version>'
  const named = image.includes('<version>') ? '5.5.0' : /:v?(\d+\.\d+\.\d+)[\w.-]*$/.exec(image)?.[1]
  const taken = version ?? named
  return { version: taken, image: image.replaceAll('<version>', taken ?? '') }
}

function declaredTopics(topics: Readonly<Record<string, TopicOptions>>, queues: number): readonly TopicSettings[] {
  return Object.entries(checkObject('topics', topics)).map(([name, options]) =>
    topicSettings(`topics.${name}`, name, options as TopicOptions, queues)
  )
}

function declaredGroups(groups: Readonly<Record<string, GroupOptions>>): readonly GroupSettings[] {
  return Object.entries(checkObject('groups', groups)).map(([name, options]) =>
    groupSettings(`groups.${name}`, name, options as GroupOptions)
  )
}

function checkNetwork(network: unknown): 'host' | 'bridge' | undefined {
  if (network === undefined || network === 'host' || network === 'bridge') return network
  throw new OptionError('network', `must be 'bridge' or 'host', not ${JSON.stringify(network)}`)
}

function checkAdvertisedHost(host: unknown): string | undefined {
  if (host === undefined || (typeof host === 'string' && isIPv4(host) && host !== '0.0.0.0')) return host
  throw new OptionError('advertisedHost', `must be an IPv4 address that clients can connect to, not ${JSON.stringify(host)}`)
}

function checkLogConsumer(consumer: unknown): LogConsumer | undefined {
  if (consumer === undefined || typeof consumer === 'function') return consumer as LogConsumer | undefined
  throw new OptionError('logConsumer', `must be a function, not ${typeof consumer}`)
}

function checkPortsApart({ nameserverPort, brokerPort }: ResolvedOptions): void {
  if (nameserverPort === undefined || brokerPort === undefined) return
  if ([brokerPort - 2, brokerPort, brokerPort + 1].includes(nameserverPort)) {
    throw new OptionError('nameserverPort', `must not be one of the broker's ports ${brokerPort - 2}, ${brokerPort}, ${brokerPort + 1}`)
  }
}

function checkBrokerConfig(config: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(checkObject('brokerConfig', config)).map(([key, value]) => [checkConfigKey(key), checkConfigValue(key, value)])
  )
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
