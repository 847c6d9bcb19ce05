import { Perm } from '@rocketmq-ts/remoting/wire'
import { CodedError, type Endpoint } from 'net-ts-protocol-kit'
import type { BrokerContents } from './broker-contents'
import { type BrokerOptions, type ResolvedBrokerOptions, resolveBrokerOptions } from './broker-options'
import type { BrokerStats } from './broker-stats'
import type { GroupOptions } from './group/group-options'
import { Refusal } from './refusal'
import { RunningBroker } from './running-broker'

/** What a new topic is like. */
export interface TopicOptions {
  /** Queues to read and to write. Default: the broker's `defaultTopicQueues`. */
  readonly queues?: number
  /** Bits 4 read, 2 write. Default 6. */
  readonly perm?: number
  /** Whether producers and consumers are to treat it as ordered. Default `false`. */
  readonly order?: boolean
  /** Such as `{ 'message.type': 'FIFO' }`. */
  readonly attributes?: Readonly<Record<string, string>>
}

/** A topic that cannot be made or deleted: `facts` have its name and the official response code. */
export class TopicError extends CodedError {
  constructor(topic: string, { code, remark }: Pick<Refusal, 'code' | 'remark'>) {
    super('TOPIC_REFUSED', remark, { facts: { topic, responseCode: code } })
  }
}

/**
 * A RocketMQ broker over a message store. It is started once and closed once; what it held is in the store, for the next
 * broker over the same store.
 */
export class Broker {
  readonly #options: ResolvedBrokerOptions
  #running: RunningBroker | undefined
  #closed: RunningBroker | undefined
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** @throws BrokerOptionsError naming the option. */
  constructor(options: BrokerOptions) {
    this.#options = resolveBrokerOptions(options)
  }

  get name(): string {
    return this.#options.name
  }

  /** `host:port` under which clients reach the broker. */
  get address(): string {
    return this.#serving().address
  }

  /** Where the broker listens: with the port that was chosen for 0. */
  get endpoint(): Endpoint {
    return this.#serving().endpoint
  }

  /** The broker's topics, its own included. */
  get topics(): readonly string[] {
    return this.#serving().topicNames
  }

  /** How much it holds now. */
  get stats(): BrokerStats {
    return this.#serving().stats
  }

  /** What it knows now, for tests and tools; after `close` what it knew at the end. */
  get contents(): BrokerContents {
    return (this.#closed ?? this.#serving()).contents
  }

  /**
   * Opens the store, listens, and registers with the nameservers; settles when each of them has answered or failed.
   * Rejects with a `CodedError`: `LISTEN_FAILED`, or `DOCUMENT_BROKEN` when the store has a document that cannot be read.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /** Leaves the nameservers, closes all connections, stores what is to be stored and closes the store. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * Creates a topic or changes its settings; settles when the nameservers know its route.
   *
   * @throws TopicError when it cannot be.
   */
  async createTopic(name: string, options: TopicOptions = {}): Promise<void> {
    const { topicAdmin } = this.#serving()
    const { queues = this.#options.defaultTopicQueues, perm = Perm.READ | Perm.WRITE, order = false, attributes = {} } = options
    const config = topicAdmin.configOf({
      topic: name,
      defaultTopic: name,
      readQueueNums: queues,
      writeQueueNums: queues,
      perm,
      topicFilterType: 'SINGLE_TAG',
      order,
      attributes: Object.entries(attributes)
        .map(([key, value]) => `+${key}=${value}`)
        .join(',')
    })
    if (config instanceof Refusal) throw new TopicError(name, config)
    await topicAdmin.put(config)
  }

  /**
   * Creates a consumer group or replaces its settings. Groups that nobody created come into being when they are first used.
   *
   * @throws GroupError when it cannot be.
   */
  createGroup(name: string, options: GroupOptions = {}): void {
    this.#serving().putGroup(name, options)
  }

  async #start(): Promise<void> {
    if (this.#closing !== undefined) throw new CodedError('BROKER_CLOSED', 'the broker was closed: make a new one over the same store')
    const running = await RunningBroker.open(this.#options)
    this.#running = running
    await running.register()
  }

  async #close(): Promise<void> {
    await this.#starting?.catch(() => {})
    const running = this.#running
    this.#running = undefined
    this.#closed = running
    await running?.close()
  }

  #serving(): RunningBroker {
    if (this.#running !== undefined) return this.#running
    throw new CodedError('BROKER_NOT_RUNNING', 'the broker is not running: start it first, and do not use it after close')
  }
}
