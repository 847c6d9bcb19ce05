import { RemotingClient, type RemotingResponse } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode, releaseVersion, type TopicRouteData } from '@rocketmq-ts/remoting/wire'
import { type Clock, type Network, realClock, realNetwork } from 'net-ts-protocol-kit'
import type { GroupSettings, TopicSettings } from './declarations'
import { CreationError } from './errors'

/** Whom an {@link Admin} speaks to. */
export interface AdminOptions {
  /** `host:port` of the nameserver. */
  readonly nameserver: string
  /** `host:port` at which the broker is reached from here. */
  readonly broker: string
  /** `host:port` by which the nameserver shall know the broker. */
  readonly advertised: string
  readonly brokerName: string
  /** How long a new topic's route may take to appear, in milliseconds. Default 30,000: two turns of a broker that lost its nameserver. */
  readonly routeTimeoutMs?: number
  readonly clock?: Clock
  readonly network?: Network
}

const pollMs = 100
const answerMs = 5_000

/**
 * Asks an official cluster for what tests want of it, over the wire: `mqadmin` starts a Java machine each time. Connections last as
 * long as a call, so that none is in the way when a server restarts, and none is left behind.
 */
export class Admin {
  readonly #options: AdminOptions
  readonly #clock: Clock

  constructor(options: AdminOptions) {
    this.#options = options
    this.#clock = options.clock ?? realClock
  }

  /**
   * `true` when the nameserver serves routes to the broker, `false` when it does not in time. A broker says that it has started even when
   * it could not reach its nameserver, and then tries again only every 30 s; read in broker/…/BrokerController.java of both releases. The
   * route asked for is that of the topic which every broker has under its own name; read in broker/…/topic/TopicConfigManager.java.
   */
  untilRegistered(timeoutMs: number): Promise<boolean> {
    const { brokerName, advertised } = this.#options
    return this.#call((client) => this.#untilRouted(client, brokerName, (route) => leadsTo(route, advertised), timeoutMs))
  }

  /** Creates a topic or changes its settings; resolves when its route is served. Throws {@link CreationError}. */
  async createTopic(settings: TopicSettings): Promise<void> {
    const { routeTimeoutMs = 30_000, brokerName } = this.#options
    await this.#create('topic', settings.topic, async (client) => {
      if (settings.attributes !== undefined) await this.#requireAttributes(client, settings.topic)
      check('topic', settings.topic, await client.invoke(this.#options.broker, RequestCode.UPDATE_AND_CREATE_TOPIC, settings))
      const isServed = await this.#untilRouted(client, settings.topic, (route) => hasSettings(route, brokerName, settings), routeTimeoutMs)
      if (!isServed) throw new CreationError('topic', settings.topic, `the nameserver does not serve its route after ${routeTimeoutMs} ms`)
    })
  }

  /** Creates a consumer group or changes its settings. Throws {@link CreationError}. */
  async createGroup(settings: GroupSettings): Promise<void> {
    await this.#create('group', settings.groupName, async (client) => {
      check('group', settings.groupName, await client.invoke(this.#options.broker, createGroupRow, {}, settings))
    })
  }

  /** An older broker would create the topic and lose the attributes without a word. */
  async #requireAttributes(client: RemotingClient, topic: string): Promise<void> {
    const { nameserver, brokerName } = this.#options
    const { version } = (await client.invoke(nameserver, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: brokerName })).command
    if (version >= releaseVersion('5.0.0')) return
    throw new CreationError('topic', topic, 'topics have attributes from release 5.0.0 on, the broker is older', {
      responseCode: ResponseCode.INVALID_PARAMETER
    })
  }

  async #untilRouted(
    client: RemotingClient,
    topic: string,
    accept: (route: TopicRouteData) => boolean,
    timeoutMs: number
  ): Promise<boolean> {
    const deadline = this.#clock.monotonic() + timeoutMs
    for (;;) {
      const route = await this.#route(client, topic)
      if (route !== undefined && accept(route)) return true
      if (this.#clock.monotonic() >= deadline) return false
      await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, pollMs))
    }
  }

  /** Whatever goes wrong, the next attempt may find it mended. */
  async #route(client: RemotingClient, topic: string): Promise<TopicRouteData | undefined> {
    try {
      const response = await client.invoke(this.#options.nameserver, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })
      return response.code === ResponseCode.SUCCESS ? response.body : undefined
    } catch {
      return undefined
    }
  }

  async #create(what: 'topic' | 'group', name: string, create: (client: RemotingClient) => Promise<void>): Promise<void> {
    try {
      await this.#call(create)
    } catch (error) {
      if (error instanceof CreationError) throw error
      throw new CreationError(what, name, error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  async #call<T>(work: (client: RemotingClient) => Promise<T>): Promise<T> {
    const { network = realNetwork } = this.#options
    const client = new RemotingClient({ clock: this.#clock, network, requestTimeoutMs: answerMs, maxReconnectPauseMs: pollMs })
    try {
      return await work(client)
    } finally {
      await client.close()
    }
  }
}

const createGroupRow = RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP

function check(what: 'topic' | 'group', name: string, { code, remark }: RemotingResponse): void {
  if (code === ResponseCode.SUCCESS) return
  throw new CreationError(what, name, `the broker answered ${code}: ${remark ?? 'without a remark'}`, { responseCode: code, remark })
}

function leadsTo(route: TopicRouteData, address: string): boolean {
  return route.brokerDatas.some(({ brokerAddrs }) => [...brokerAddrs.values()].includes(address))
}

function hasSettings(route: TopicRouteData, brokerName: string, { readQueueNums, writeQueueNums, perm }: TopicSettings): boolean {
  return route.queueDatas.some(
    (queues) =>
      queues.brokerName === brokerName &&
      queues.readQueueNums === readQueueNums &&
      queues.writeQueueNums === writeQueueNums &&
      queues.perm === perm
  )
}
