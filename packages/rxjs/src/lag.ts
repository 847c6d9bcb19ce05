import { type AnyTopic, type Client, type MessageQueue, OptionsError, type Timer } from '@rocketmq-ts/client'
import { Observable, type Subscriber } from 'rxjs'
import { lagInBrokers, lagOfOwnConsumers } from './lag-sources'
import { refuseUnknown, wholeNumber } from './options'

/** How far a group is behind in one queue. */
export interface QueueLag {
  readonly queue: MessageQueue
  /** Everything below is done; `undefined` when that is not known. */
  readonly position: number | undefined
  /** Messages behind that; `undefined` when that is not known. */
  readonly lag: number | undefined
}

/** How far a consumer group is behind. */
export interface GroupLag {
  readonly group: string
  /** Sum over the queues whose lag is known. */
  readonly total: number
  /** Whether it is known of every queue. */
  readonly isComplete: boolean
  readonly queues: readonly QueueLag[]
}

/** Settings of `lag$`. */
export interface LagOptions {
  /** The consumer group. Required. */
  readonly group: string
  /**
   * Topics whose queues are asked for at their brokers, two requests each: where the whole group stands, wherever its members
   * are. The group's retry topic, `%RETRY%<group>`, may be among them. Left out: the queues that this client's own consumers of
   * the group read now, as they know them, without any request.
   */
  readonly topics?: ReadonlyArray<AnyTopic | string>
  /** How often, milliseconds. Default 10,000. */
  readonly everyMs?: number
}

type ResolvedLagOptions = Required<Omit<LagOptions, 'topics'>> & Pick<LagOptions, 'topics'>

/**
 * How far a consumer group is behind: at once, then every `everyMs` by the client's clock if it has changed. What cannot be
 * found out at the moment is `undefined` there and asked for again; it completes when the client closes.
 *
 * A group's position is what it has committed, which is up to the client's `offsetCommitIntervalMs` old. Of a group that has
 * never committed in a queue, brokers say 0 as long as they have the queue's first message at hand.
 *
 * It fails with an `OptionsError` only.
 */
export function lag$(client: Client, options: LagOptions): Observable<GroupLag> {
  return new Observable((subscriber) => new LagPoll(client, resolveLagOptions(options), subscriber).stop)
}

/** One subscription: rounds of asking that never overlap. */
class LagPoll {
  readonly #client: Client
  readonly #options: ResolvedLagOptions
  readonly #subscriber: Subscriber<GroupLag>
  readonly #stopEvents: () => void
  #timer: Timer | undefined
  #last = ''

  constructor(client: Client, options: ResolvedLagOptions, subscriber: Subscriber<GroupLag>) {
    this.#client = client
    this.#options = options
    this.#subscriber = subscriber
    this.#stopEvents = client.events.on('stateChanged', () => subscriber.complete())
    if (client.health().state !== 'open') subscriber.complete()
    // Never rejects.
    else void this.#round()
  }

  readonly stop = (): void => {
    this.#stopEvents()
    this.#timer?.cancel()
  }

  async #round(): Promise<void> {
    const { group, topics, everyMs } = this.#options
    const queues = topics === undefined ? lagOfOwnConsumers(this.#client, group) : await lagInBrokers(this.#client, group, topics)
    if (this.#subscriber.closed) return
    this.#tellIfNew(groupLag(group, queues))
    if (!this.#subscriber.closed) this.#timer = this.#client.clock.setTimeout(() => void this.#round(), everyMs)
  }

  #tellIfNew(lag: GroupLag): void {
    const text = JSON.stringify(lag)
    if (text === this.#last) return
    this.#last = text
    this.#subscriber.next(lag)
  }
}

function groupLag(group: string, queues: readonly QueueLag[] | undefined): GroupLag {
  const known = queues?.flatMap(({ lag }) => lag ?? []) ?? []
  return {
    group,
    total: known.reduce((sum, lag) => sum + lag, 0),
    isComplete: queues !== undefined && known.length === queues.length,
    queues: queues ?? []
  }
}

const KNOWN: ReadonlyArray<keyof LagOptions> = ['group', 'topics', 'everyMs']

function resolveLagOptions(options: LagOptions): ResolvedLagOptions {
  refuseUnknown('lag$', options, KNOWN)
  const { group, topics, everyMs } = options
  if (typeof group !== 'string' || group === '') throw new OptionsError('lag$: group must be a text that is not empty', { option: 'group' })
  if (topics !== undefined && !(Array.isArray(topics) && topics.length > 0 && topics.every(isTopic)))
    throw new OptionsError('lag$: topics must be a list of at least one topic or its name', { option: 'topics' })
  return {
    group,
    everyMs: wholeNumber('lag$: everyMs', everyMs, 10_000, { min: 1, max: 2 ** 31 - 1 }),
    ...(topics === undefined ? {} : { topics })
  }
}

function isTopic(topic: unknown): boolean {
  const name: unknown = typeof topic === 'object' && topic !== null ? Reflect.get(topic, 'name') : topic
  return typeof name === 'string' && name !== ''
}
