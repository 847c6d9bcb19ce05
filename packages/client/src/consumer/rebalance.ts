import { isRetryTopic, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { Timer } from 'net-ts-protocol-kit'
import { backoffMs } from '../backoff'
import { Deferred } from '../deferred'
import { causeText } from '../errors'
import type { MessageQueue } from '../message-queue'
import { MASTER_ID, type TopicRoute } from '../route/topic-route'
import { sleep } from '../sleep'
import { allocateByAverage } from './allocation'
import type { ConsumerParts } from './consumer-parts'

/** Takes what this member owns of a topic from now on. `isShared`: there are other members. */
export type Assign = (topic: string, queues: readonly MessageQueue[], isShared: boolean) => void

/** Notifications of one burst lead to one rebalance. */
const COALESCE_MS = 100

/** Within this time after a broker is back its clients are. */
const RETURNED_MS = 4000

const UNSETTLED_BACKOFF = { firstMs: 200, capMs: 5000 }

/**
 * Shares out the queues of a group's topics among its members: every member asks a broker who they are and computes its
 * share. Done every 20 s, and at once when members or routes change (read in client/…/consumer/RebalanceImpl.java).
 *
 * What cannot be found out leaves everything as it is: no queue is given up because a broker did not answer, or does not
 * know this member yet.
 */
export class Rebalance {
  readonly #parts: ConsumerParts
  readonly #group: string
  readonly #topics: readonly string[]
  readonly #assign: Assign
  readonly #stopRoutes: () => void
  readonly #settled = new Deferred()
  readonly #closing = new AbortController()
  /** By topic. */
  readonly #membersBefore = new Map<string, readonly string[]>()
  #isRunning = false
  #isDirty = false
  #timer: Timer | undefined
  #startedAt = Number.NEGATIVE_INFINITY
  #unsettled = 0

  constructor(parts: ConsumerParts, group: string, topics: readonly string[], assign: Assign) {
    this.#parts = parts
    this.#group = group
    this.#topics = topics
    this.#assign = assign
    this.#stopRoutes = parts.routes.onChange((route, diff) => {
      if (diff.subscribeQueuesChanged && topics.includes(route.topic)) this.soon()
    })
  }

  /** Resolves when every topic was shared out for the first time; never rejects. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  /** Rebalances at once, or a moment later when the last one has only just begun. */
  soon(): void {
    if (!this.#isRunning) this.#schedule(this.#untilNextMs())
    else this.#isDirty = true
  }

  close(): void {
    this.#settled.resolve()
    this.#closing.abort()
    this.#timer?.cancel()
    this.#stopRoutes()
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    let isBalanced: boolean
    do {
      await sleep(this.#parts.clock, this.#untilNextMs(), this.#closing.signal)
      this.#isDirty = false
      this.#startedAt = this.#parts.clock.monotonic()
      isBalanced = await this.#runOnce()
    } while (this.#isDirty && this.#isOpen)
    this.#unsettled = isBalanced ? 0 : this.#unsettled + 1
    const { clock, rebalanceIntervalMs } = this.#parts
    const retryMs = backoffMs(this.#unsettled, UNSETTLED_BACKOFF, clock.random())
    this.#isRunning = false
    this.#schedule(isBalanced ? rebalanceIntervalMs : Math.min(retryMs, rebalanceIntervalMs))
    if (isBalanced) this.#settled.resolve()
  }

  async #runOnce(): Promise<boolean> {
    const balanced = await Promise.all(this.#topics.map((topic) => this.#shareOut(topic)))
    return balanced.every((isBalanced) => isBalanced)
  }

  /** A topic that does not exist yet is nothing to wait for: the route table tells when it does. */
  async #shareOut(topic: string): Promise<boolean> {
    const route = await this.#route(topic)
    if (route === undefined) return true
    const members = await this.#members(topic, route)
    if (members === undefined || !this.#isOpen) return false
    this.#assign(topic, allocateByAverage(this.#parts.clientId, members, route.subscribeQueues), members.length > 1)
    return true
  }

  async #route(topic: string): Promise<TopicRoute | undefined> {
    const known = this.#parts.routes.peek(topic)?.route
    if (known !== undefined || isRetryTopic(topic)) return known
    try {
      return (await this.#parts.routes.find(topic)).route
    } catch (error) {
      this.#parts.logger.debug(`group ${this.#group}: ${causeText(error)}`)
      return undefined
    }
  }

  /** The members that a broker of the topic knows; `undefined` when none answers, or this one is not among them. */
  async #members(topic: string, route: TopicRoute): Promise<readonly string[] | undefined> {
    for (const address of this.#addresses(route)) {
      const ids = await this.#ask(topic, address)
      if (ids?.includes(this.#parts.clientId) && this.#isComplete(topic, address, ids)) return ids
      // It has forgotten this member, or not heard of it yet.
      if (ids !== undefined && !ids.includes(this.#parts.clientId)) await this.#parts.links.tell(address)
    }
    return undefined
  }

  /** A broker that is back knows its members only as they come: for a while, who is missing is not taken for gone. */
  #isComplete(topic: string, address: string, ids: readonly string[]): boolean {
    const before = this.#membersBefore.get(topic) ?? []
    if (this.#parts.links.backForMs(address) < RETURNED_MS && before.some((id) => !ids.includes(id))) return false
    this.#membersBefore.set(topic, ids)
    return true
  }

  /** A broker chosen by chance first: members need not all ask the same one. */
  #addresses(route: TopicRoute): readonly string[] {
    const all = [...route.brokers.values()].flatMap((addresses) => addresses.get(MASTER_ID) ?? addresses.values().next().value ?? [])
    const first = Math.floor(this.#parts.clock.random() * all.length)
    return [...all.slice(first), ...all.slice(0, first)]
  }

  async #ask(topic: string, address: string): Promise<readonly string[] | undefined> {
    const { remoting, requestTimeoutMs: timeoutMs, logger } = this.#parts
    try {
      const header = { consumerGroup: this.#group }
      const response = await remoting.invoke(address, RequestCode.GET_CONSUMER_LIST_BY_GROUP, header, undefined, { timeoutMs })
      // An error says that the broker knows no member at all.
      return response.code === ResponseCode.SUCCESS ? (response.body?.consumerIdList ?? []) : []
    } catch (error) {
      logger.debug(`group ${this.#group}: the members for ${topic} could not be asked for: ${causeText(error)}`)
      return undefined
    }
  }

  get #isOpen(): boolean {
    return !this.#closing.signal.aborted
  }

  #untilNextMs(): number {
    return Math.max(0, this.#startedAt + COALESCE_MS - this.#parts.clock.monotonic())
  }

  #schedule(delayMs: number): void {
    if (!this.#isOpen) return
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.setTimeout(() => void this.#run(), delayMs)
  }
}
