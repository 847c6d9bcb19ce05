import type { GroupOptions, TopicOptions } from '@rocketmq-ts/broker'
import { DEFAULT_DELAY_LEVELS, type DelayLevelTable, delayLevelTable } from '@rocketmq-ts/remoting/wire'
import { type Logger, ManualClock, silentLogger } from 'net-ts-protocol-kit'
import { ClusterOptionsError } from './cluster-error'

/** A topic of a cluster. */
export interface ClusterTopicOptions extends TopicOptions {
  /** Names of the brokers that have it. Default: all. */
  readonly brokers?: readonly string[]
}

/** A consumer group of a cluster. It is known to every broker. */
export interface ClusterGroupOptions extends GroupOptions {}

/** How a cluster is set up. Every option has a default. */
export interface ClusterOptions {
  /** Topics to create at the start, by name. Default: none. */
  readonly topics?: Readonly<Record<string, ClusterTopicOptions>>
  /** Consumer groups to create at the start, by name. Default: none; a group comes into being when it is first used. */
  readonly groups?: Readonly<Record<string, ClusterGroupOptions>>
  /** How many brokers, named `broker-a`, `broker-b`…, or their names. Default 1. */
  readonly brokers?: number | readonly string[]
  /**
   * `'manual'`: time moves only when the test says so; `'real'`; or a `ManualClock` that the test shares with the cluster.
   * Default `'manual'`, and `'real'` with `listen`.
   */
  readonly clock?: 'manual' | 'real' | ManualClock
  /** Whether to listen on free ports of 127.0.0.1, for clients of other processes and languages. Default `false`: an in-memory network. */
  readonly listen?: boolean
  /** Seed of all that is left to chance: how the in-memory network cuts bytes, and `random()` of the hand-driven clock. Default 1. */
  readonly seed?: number
  /** How long each delay level waits, such as `1s 5s 10s 1m`. Default: the official 18 levels. */
  readonly delayLevels?: string
  /** Whether a first send creates its topic. Default `true`, as upstream. */
  readonly autoCreateTopics?: boolean
  /**
   * Where servers, and clients of `connect()`, tell what they do, and where a test that waits for time which stands still is told so.
   * `console` will do. Default: nowhere.
   */
  readonly logger?: Logger
}

/** Options with everything decided. */
export interface ResolvedClusterOptions {
  readonly topics: ReadonlyMap<string, ClusterTopicOptions>
  readonly groups: ReadonlyMap<string, ClusterGroupOptions>
  readonly brokers: readonly string[]
  /** `undefined`: the real clock. */
  readonly clock: ManualClock | undefined
  readonly listen: boolean
  readonly seed: number
  readonly delayLevels: string
  readonly delays: DelayLevelTable
  readonly autoCreateTopics: boolean
  readonly logger: Logger
}

type OptionNames<T> = Readonly<Record<keyof T, true>>

const CLUSTER: OptionNames<ClusterOptions> = {
  topics: true,
  groups: true,
  brokers: true,
  clock: true,
  listen: true,
  seed: true,
  delayLevels: true,
  autoCreateTopics: true,
  logger: true
}
const TOPIC: OptionNames<ClusterTopicOptions> = { queues: true, perm: true, order: true, attributes: true, brokers: true }
const GROUP: OptionNames<ClusterGroupOptions> = {
  maxRetries: true,
  retryQueues: true,
  mayConsume: true,
  mayBroadcast: true,
  tellsMembers: true
}

/** @throws ClusterOptionsError naming the option. */
export function resolveClusterOptions(options: ClusterOptions): ResolvedClusterOptions {
  refuseUnknown('', options, CLUSTER)
  const {
    listen = false,
    seed = 1,
    topics = {},
    groups = {},
    autoCreateTopics = true,
    delayLevels = DEFAULT_DELAY_LEVELS,
    logger = silentLogger
  } = options
  checkFlag('listen', listen)
  checkFlag('autoCreateTopics', autoCreateTopics)
  if (!Number.isSafeInteger(seed)) throw new ClusterOptionsError('seed', 'must be a whole number')
  checkLogger(logger)
  const brokers = brokerNames(options.brokers ?? 1)
  for (const [name, topic] of entries('topics', topics)) checkTopicOptions(`topics.${name}`, topic, brokers)
  for (const [name, group] of entries('groups', groups)) checkGroupOptions(`groups.${name}`, group)
  return Object.freeze({
    topics: new Map(Object.entries(topics)),
    groups: new Map(Object.entries(groups)),
    brokers,
    clock: clockOf(options.clock ?? (listen ? 'real' : 'manual'), seed),
    listen,
    seed,
    delayLevels,
    delays: delaysOf(delayLevels),
    autoCreateTopics,
    logger
  })
}

/** @throws ClusterOptionsError naming the option. */
export function checkTopicOptions(what: string, options: ClusterTopicOptions, brokers: readonly string[]): void {
  refuseUnknown(what, options, TOPIC)
  const { brokers: chosen = [], queues = 1 } = options
  if (!Number.isSafeInteger(queues)) throw new ClusterOptionsError(`${what}.queues`, 'must be a whole number')
  if (!Array.isArray(chosen)) throw new ClusterOptionsError(`${what}.brokers`, 'must be a list of names')
  const stranger = chosen.find((name) => !brokers.includes(name))
  if (stranger !== undefined) throw new ClusterOptionsError(`${what}.brokers`, `there is no broker ${stranger}, only ${brokers.join(', ')}`)
}

/** @throws ClusterOptionsError naming the option. */
export function checkGroupOptions(what: string, options: ClusterGroupOptions): void {
  refuseUnknown(what, options, GROUP)
}

/** Refuses members that an options object should not have. `what` is '' for the outermost one. */
export function refuseUnknown<T extends object>(what: string, given: T, known: OptionNames<T>): void {
  const problem = 'must be an object'
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new ClusterOptionsError(what || 'options', problem)
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined) return
  const path = what === '' ? unknown : `${what}.${unknown}`
  throw new ClusterOptionsError(path, `there is no such option. Known: ${Object.keys(known).join(', ')}`)
}

function delaysOf(levels: string): DelayLevelTable {
  if (typeof levels !== 'string') throw new ClusterOptionsError('delayLevels', "must be a text such as '1s 5s 10s'")
  try {
    return delayLevelTable(levels)
  } catch (error) {
    throw new ClusterOptionsError('delayLevels', error instanceof Error ? error.message : String(error))
  }
}

function brokerNames(brokers: number | readonly string[]): readonly string[] {
  const names: readonly string[] = typeof brokers === 'number' ? lettered(brokers) : Array.isArray(brokers) ? [...brokers] : []
  if (names.length === 0 || new Set(names).size < names.length || !names.every(isBrokerName)) {
    throw new ClusterOptionsError('brokers', `must be a number from 1 to 26, or a list of different names, none of them ${NAMESERVER}`)
  }
  return names
}

/** Faults call the nameserver so. */
const NAMESERVER = 'nameserver'

function isBrokerName(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && name !== NAMESERVER
}

function lettered(count: number): string[] {
  const isCount = Number.isSafeInteger(count) && count >= 1 && count <= 26
  return isCount ? Array.from({ length: count }, (_, at) => `broker-${String.fromCharCode(97 + at)}`) : []
}

function clockOf(clock: 'manual' | 'real' | ManualClock, seed: number): ManualClock | undefined {
  if (clock === 'real') return undefined
  if (clock === 'manual') return new ManualClock({ seed })
  if (clock instanceof ManualClock) return clock
  throw new ClusterOptionsError('clock', "must be 'manual', 'real' or a ManualClock")
}

/** A test that hangs is told so by a timer, where an error of a logger that is none would have nobody to catch it. */
function checkLogger(logger: Logger): void {
  const methods: ReadonlyArray<keyof Logger> = ['debug', 'info', 'warn', 'error']
  const isLogger = typeof logger === 'object' && logger !== null && methods.every((method) => typeof logger[method] === 'function')
  if (!isLogger) throw new ClusterOptionsError('logger', `must have ${methods.join(', ')}, as console has`)
}

function checkFlag(option: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new ClusterOptionsError(option, 'must be true or false')
}

function entries<T>(option: string, table: Readonly<Record<string, T>>): Array<[string, T]> {
  if (typeof table === 'object' && table !== null && !Array.isArray(table)) return Object.entries(table)
  throw new ClusterOptionsError(option, 'must be an object: options by name')
}
