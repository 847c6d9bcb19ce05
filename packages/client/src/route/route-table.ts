import { isRetryTopic, SystemTopic } from '@rocketmq-ts/remoting/wire'
import type { Clock, Logger, Timer } from 'net-ts-protocol-kit'
import { backoffMs } from '../backoff'
import { type NameserverAnswer, NameserverUnreachableError, NoRouteError } from '../errors'
import { FailureStreak } from '../failure-streak'
import type { Nameservers, RouteAnswer } from './nameservers'
import { isRouteChanged, type RouteDiff, routeDiff } from './route-diff'
import { autoCreateRoute, MASTER_ID, type TopicRoute, topicRoute } from './topic-route'

/** A topic that somebody in this client uses. Its route is replaced as a whole when it changes. */
export interface RouteEntry {
  readonly topic: string
  /** `undefined` as long as no nameserver knows the topic. */
  readonly route: TopicRoute | undefined
  /** Set by whoever sends: entries neither sent to nor watched are forgotten. */
  isUsed: boolean
}

/** Told after a topic's route changed. */
export type RouteListener = (route: TopicRoute, diff: RouteDiff) => void

export interface RouteTableOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly nameservers: Nameservers
  readonly refreshMs: number
}

/** A topic without a route, or with one that is only a guess, is asked for again sooner. */
const MISSING_ROUTE_BACKOFF = { firstMs: 500, capMs: 5000 }

/** So many refreshes without a use, and a topic is forgotten. */
const UNUSED_REFRESHES = 20

/**
 * Routes of the topics in use, each refreshed on its own timer. A route once known is kept when the nameservers do not
 * answer, or do not know it any more: brokers outlive their nameservers.
 */
export class RouteTable {
  readonly #options: RouteTableOptions
  readonly #entries = new Map<string, Entry>()
  readonly #listeners = new Set<RouteListener>()
  readonly #dropListeners = new Set<(topic: string) => void>()
  readonly #answerListeners = new Set<(error: unknown) => void>()
  #isOpen = true
  readonly #log: FailureStreak

  constructor(options: RouteTableOptions) {
    this.#options = options
    this.#log = new FailureStreak(options.logger, 'asking the nameservers for routes')
  }

  /** Calls back after every change of any route, until the returned function is called. */
  onChange(listener: RouteListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Calls back when a topic nobody used for long was forgotten. */
  onDrop(listener: (topic: string) => void): () => void {
    this.#dropListeners.add(listener)
    return () => void this.#dropListeners.delete(listener)
  }

  /** Calls back when the nameservers stop answering, with why, and when they answer again, with nothing. */
  onAnswered(listener: (error?: unknown) => void): () => void {
    this.#answerListeners.add(listener)
    return () => void this.#answerListeners.delete(listener)
  }

  /** Every route known now. */
  get routes(): readonly TopicRoute[] {
    return [...this.#entries.values()].flatMap(({ route }) => route ?? [])
  }

  /** Whether the last question to the nameservers was answered. */
  get isAnswered(): boolean {
    return this.#log.count === 0
  }

  /** Keeps a topic's route fresh, known or not, until the returned function is called. */
  watch(topic: string): () => void {
    const entry = this.#entry(topic)
    entry.watchers++
    if (entry.timer === undefined) void this.#refresh(entry)
    return () => void entry.watchers--
  }

  /** The entry of a topic as it is, asking nobody. */
  peek(topic: string): RouteEntry | undefined {
    return this.#entries.get(topic)
  }

  /**
   * The entry of a topic with its route, asking the nameservers when it is not known.
   *
   * @param autoCreateQueues for senders: with no route of its own, the topic gets that of the auto-create topic, with at
   * most so many queues per broker. The broker creates it at the first send.
   * @throws NoRouteError naming every nameserver asked and its answer.
   */
  async find(topic: string, autoCreateQueues?: number): Promise<RouteEntry & { readonly route: TopicRoute }> {
    const entry = this.#entry(topic)
    entry.autoCreateQueues ??= autoCreateQueues
    const asked = entry.route === undefined ? await this.#refresh(entry) : []
    const { route } = entry
    if (route !== undefined) return entry as RouteEntry & { readonly route: TopicRoute }
    throw this.#noRoute(entry, asked)
  }

  /** Asks for a topic's route now, because what is known seems wrong. Questions under way are joined. */
  async refresh(topic: string): Promise<void> {
    const entry = this.#entries.get(topic)
    if (entry !== undefined) await this.#refresh(entry)
  }

  /** A broker's address: the one with this id, else the master's, else any; `undefined` when no route names the broker. */
  addressOf(brokerName: string, brokerId: number = MASTER_ID): string | undefined {
    const addresses = this.#addressesOf(brokerName)
    return addresses?.get(brokerId) ?? addresses?.get(MASTER_ID) ?? addresses?.values().next().value
  }

  /** The address of a broker's master, which takes what is written. */
  masterOf(brokerName: string): string | undefined {
    return this.#addressesOf(brokerName)?.get(MASTER_ID)
  }

  close(): void {
    this.#isOpen = false
    for (const entry of this.#entries.values()) entry.timer?.cancel()
    this.#entries.clear()
    this.#listeners.clear()
    this.#dropListeners.clear()
    this.#answerListeners.clear()
  }

  #addressesOf(brokerName: string): ReadonlyMap<number, string> | undefined {
    for (const { route } of this.#entries.values()) {
      const addresses = route?.brokers.get(brokerName)
      if (addresses !== undefined) return addresses
    }
    return undefined
  }

  #entry(topic: string): Entry {
    const known = this.#entries.get(topic)
    if (known !== undefined) return known
    const entry = new Entry(topic)
    this.#entries.set(topic, entry)
    return entry
  }

  /** Never rejects: what went wrong is in the answers. */
  #refresh(entry: Entry): Promise<readonly NameserverAnswer[]> {
    entry.asking ??= this.#ask(entry).finally(() => {
      entry.asking = undefined
      this.#schedule(entry)
    })
    return entry.asking
  }

  async #ask(entry: Entry): Promise<readonly NameserverAnswer[]> {
    const { nameservers } = this.#options
    const own = await nameservers.routeOf(entry.topic)
    this.#noteAnswer(own)
    if (own.data !== undefined) this.#learn(entry, topicRoute(entry.topic, own.data), false)
    const queues = entry.autoCreateQueues
    const mayGuess = own.data === undefined && own.isAnswered && queues !== undefined && (entry.route === undefined || entry.isGuess)
    if (!mayGuess) return own.asked
    const pattern = await nameservers.routeOf(SystemTopic.AUTO_CREATE_TOPIC_KEY)
    if (pattern.data !== undefined) this.#learn(entry, autoCreateRoute(entry.topic, pattern.data, queues), true)
    return own.asked
  }

  #noteAnswer({ isAnswered, asked }: RouteAnswer): void {
    if (!this.#isOpen) return
    const wasAnswered = this.isAnswered
    const error = isAnswered ? undefined : new NameserverUnreachableError(asked)
    if (error === undefined) this.#log.worked()
    else this.#log.failed(error)
    if (wasAnswered !== isAnswered) for (const listener of [...this.#answerListeners]) listener(error)
  }

  #learn(entry: Entry, route: TopicRoute, isGuess: boolean): void {
    if (!this.#isOpen) return
    const diff = routeDiff(entry.route, route)
    entry.isGuess = isGuess
    if (!isGuess) entry.failures = 0
    if (!isRouteChanged(diff)) return
    entry.route = route
    for (const listener of [...this.#listeners]) listener(route, diff)
  }

  #schedule(entry: Entry): void {
    if (!this.#isOpen || this.#entries.get(entry.topic) !== entry) return
    entry.timer?.cancel()
    entry.timer = this.#options.clock.setTimeout(() => this.#onTimer(entry), this.#pauseMs(entry))
  }

  #pauseMs(entry: Entry): number {
    const { clock, refreshMs } = this.#options
    if (entry.route !== undefined && !entry.isGuess) return refreshMs
    return Math.min(refreshMs, backoffMs(++entry.failures, MISSING_ROUTE_BACKOFF, clock.random()))
  }

  #onTimer(entry: Entry): void {
    if (this.#isForgotten(entry)) this.#drop(entry)
    else void this.#refresh(entry)
  }

  #isForgotten(entry: Entry): boolean {
    entry.unusedRefreshes = entry.isUsed || entry.watchers > 0 ? 0 : entry.unusedRefreshes + 1
    entry.isUsed = false
    return entry.unusedRefreshes >= UNUSED_REFRESHES
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.topic)
    for (const listener of [...this.#dropListeners]) listener(entry.topic)
  }

  #noRoute(entry: Entry, asked: readonly NameserverAnswer[]): Error {
    const { topic } = entry
    if (isRetryTopic(topic)) return new NoRouteError(topic, asked, 'The broker makes it when the group sends its first heartbeat')
    const hint =
      entry.autoCreateQueues === undefined
        ? 'Create the topic, or send to it once where brokers create topics by themselves'
        : `No broker is up, or brokers do not create topics by themselves (no route of ${SystemTopic.AUTO_CREATE_TOPIC_KEY} either): create the topic first`
    return new NoRouteError(topic, asked, hint)
  }
}

class Entry implements RouteEntry {
  readonly topic: string
  route: TopicRoute | undefined
  /** Whether the route is that of the auto-create topic. */
  isGuess = false
  isUsed = false
  watchers = 0
  unusedRefreshes = 0
  failures = 0
  autoCreateQueues: number | undefined
  asking: Promise<readonly NameserverAnswer[]> | undefined
  timer: Timer | undefined

  constructor(topic: string) {
    this.topic = topic
  }
}
