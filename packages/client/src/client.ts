import type { ConnectionState } from '@rocketmq-ts/remoting'
import { RequestCode, type RequestHeaderOf } from '@rocketmq-ts/remoting/wire'
import type { Clock, Logger } from 'net-ts-protocol-kit'
import type { ResolvedClientOptions } from './client-options'
import { type ClientParts, clientParts } from './client-parts'
import { type CloseOptions, type CloseReport, readCloseTimeout, sumReports } from './close-report'
import type { ConsumerHealth } from './consumer/consumer-health'
import { PullConsumer } from './consumer/pull-consumer'
import { type PullConsumerOptions, resolvePullOptions } from './consumer/pull-options'
import { type Handler, PushConsumer } from './consumer/push-consumer'
import { type PushConsumerOptions, resolvePushOptions } from './consumer/push-options'
import { ClosedError, causeText, OptionsError } from './errors'
import { EventSource, type Events } from './events'
import type { Message } from './message'
import { FaultTable } from './producer/fault-table'
import { Producer } from './producer/producer'
import { type ProducerOptions, resolveProducerOptions } from './producer/producer-options'
import type { ProducerParts } from './producer/producer-parts'
import { PublishTopics } from './producer/publish-topic'
import { QueueChoice } from './producer/queue-choice'
import { Queues } from './queues'
import { type MessageOf, retrySubscription, type SubscriptionOptions } from './subscription'

/** What a client tells. */
export interface ClientEvents {
  /** A broker has taken this client's heartbeat after it had not. */
  readonly brokerUp: { readonly address: string }
  /** A broker is out of reach; it is asked again until it is back. */
  readonly brokerDown: { readonly address: string; readonly error: unknown }
  /**
   * A broker that was up or down is not asked any more: this client has left its last group, or no route names the broker. Its
   * health is unknown from now on.
   */
  readonly brokerUnasked: { readonly address: string }
  /** A nameserver has answered after none had. */
  readonly nameserverUp: Readonly<Record<never, never>>
  /** No nameserver answers; what is known of routes stays in use. */
  readonly nameserverDown: { readonly error: unknown }
  /** The nameservers say something new of a topic. */
  readonly routeChanged: { readonly topic: string }
  /** It is being closed, or has been. */
  readonly stateChanged: { readonly state: 'closing' | 'closed' }
}

/** How one broker is doing, as far as it was asked: brokers hear from clients with a producer or a member of a group. */
export interface BrokerHealth {
  readonly address: string
  /** Whether it answered the last heartbeat. */
  readonly isUp: boolean
  /** Whether the last heartbeat failed, or its connection is lost. Neither up nor down: not asked yet, or not any more. */
  readonly isDown: boolean
}

/** How a client is doing. */
export interface ClientHealth {
  readonly state: 'open' | 'closing' | 'closed'
  readonly clientId: string
  /** Whether the last question to the nameservers was answered. */
  readonly isNameserverUp: boolean
  /** Brokers that its routes name. */
  readonly brokers: readonly BrokerHealth[]
  readonly connections: readonly ConnectionState[]
  readonly consumers: readonly ConsumerHealth[]
}

/** What a client owns and closes. */
interface Owned {
  close(options?: CloseOptions): Promise<CloseReport>
}

/**
 * One member of a RocketMQ cluster's clients: where producers and consumers come from, and what they share: one connection
 * per address, routes, heartbeats. Made by `connect()`.
 */
export class Client {
  readonly clientId: string
  /** Its time: the option `clock`, or the real one. */
  readonly clock: Clock
  /** Where its diagnostics go: the option `logger`, or nowhere. */
  readonly logger: Logger
  /** What happens to it. */
  readonly events: Events<ClientEvents>
  /** What there is to read. */
  readonly queues: Queues
  readonly #options: ResolvedClientOptions
  readonly #parts: ClientParts
  readonly #events: EventSource<ClientEvents>
  readonly #owned = new Set<Owned>()
  readonly #consumers = new Set<{ health(): ConsumerHealth }>()
  #state: ClientHealth['state'] = 'open'
  #closing: Promise<CloseReport> | undefined

  /** @internal */
  constructor(options: ResolvedClientOptions) {
    this.#options = options
    this.#parts = clientParts(options)
    this.clientId = this.#parts.clientId
    this.clock = options.clock
    this.logger = options.logger
    this.queues = new Queues(this.#parts.routes, this.#parts.consumer.offsets, () => this.#requireOpen())
    this.#events = new EventSource(options.logger, { clientId: this.clientId })
    this.events = this.#events
    this.#listen()
  }

  /**
   * @internal
   * @throws NameserverUnreachableError
   */
  async prove(): Promise<void> {
    try {
      await this.#parts.nameservers.prove()
    } catch (error) {
      await this.close({ timeoutMs: 0 })
      throw error
    }
  }

  /**
   * A producer. Several of one group are several of the same.
   *
   * @throws OptionsError, ClosedError
   */
  producer(options: ProducerOptions): Producer {
    this.#requireOpen()
    const settings = resolveProducerOptions(options)
    const { clock } = this.#options
    const topics = new PublishTopics(() => clock.random())
    const stopDrops = this.#parts.routes.onDrop((topic) => topics.forget(topic))
    const leaveGroup = this.#parts.groups.addProducer(settings.group)
    const left = async (): Promise<void> => {
      stopDrops()
      this.#owned.delete(producer)
      if (leaveGroup()) await this.#unregister({ producerGroup: settings.group })
    }
    const nextMessageId = (): string => this.#parts.messageIds.next(clock.now())
    const producer = new Producer({ parts: this.#producerParts(settings), topics, nextMessageId, left })
    this.#owned.add(producer)
    // Never rejects.
    void this.#parts.links.tellAll()
    return producer
  }

  /**
   * A consumer to iterate. It starts at once.
   *
   * @throws OptionsError, GroupInUseError, ClosedError
   */
  pullConsumer<const Subscriptions extends readonly SubscriptionOptions[]>(
    options: PullConsumerOptions<Subscriptions>
  ): PullConsumer<MessageOf<Subscriptions>> {
    this.#requireOpen()
    const settings = resolvePullOptions(options, this.#options.clock.now())
    const left = (): Promise<void> => this.#consumerLeft(consumer, settings.queues === undefined ? settings.group : undefined)
    const consumer = new PullConsumer<MessageOf<Subscriptions>>({ parts: this.#parts.consumer, options: settings, left })
    return this.#own(consumer)
  }

  /**
   * A consumer that calls `handler` for every message. It starts at once.
   *
   * @throws OptionsError, GroupInUseError, ClosedError
   */
  pushConsumer<const Subscriptions extends readonly SubscriptionOptions[]>(
    options: PushConsumerOptions<Subscriptions>,
    handler: Handler<MessageOf<Subscriptions>>
  ): PushConsumer<MessageOf<Subscriptions>> {
    this.#requireOpen()
    if (typeof handler !== 'function') throw new OptionsError('pushConsumer: the handler must be a function')
    const version = this.#options.clock.now()
    const settings = resolvePushOptions(options, version)
    const subscriptions = [...settings.subscriptions, retrySubscription(settings.group, version)]
    const left = (): Promise<void> => this.#consumerLeft(consumer, settings.group)
    const setup = { parts: this.#parts.consumer, options: settings, subscriptions, left }
    const consumer = new PushConsumer<MessageOf<Subscriptions>>(setup, handler as Handler<Message> as Handler<MessageOf<Subscriptions>>)
    return this.#own(consumer)
  }

  health(): ClientHealth {
    const { links, remoting, routes } = this.#parts
    return {
      state: this.#state,
      clientId: this.clientId,
      isNameserverUp: routes.isAnswered,
      brokers: links.addresses.map((address) => ({ address, isUp: links.isUp(address), isDown: links.isDown(address) })),
      connections: remoting.connections(),
      consumers: [...this.#consumers].map((consumer) => consumer.health())
    }
  }

  /**
   * Closes its producers and consumers as their own `close` does, then its connections. Settles by its deadline and says
   * what was left; may be called in any state and twice.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(readCloseTimeout('client.close', options))
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    this.#enter('closing')
    const { clock } = this.#options
    const deadline = clock.monotonic() + timeoutMs
    const reports = await Promise.all([...this.#owned].map((one) => one.close({ timeoutMs })))
    this.#parts.routes.close()
    this.#parts.links.close()
    await this.#parts.remoting.close({ timeoutMs: Math.max(deadline - clock.monotonic(), LAST_BYTES_MS) })
    this.#enter('closed')
    return sumReports(reports)
  }

  #enter(state: 'closing' | 'closed'): void {
    this.#state = state
    this.#events.emit('stateChanged', { state })
  }

  #listen(): void {
    const { remoting, groups, links, routes, consumer } = this.#parts
    remoting.handle(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, ({ header }) => {
      groups.memberOf(header.consumerGroup)?.membersChanged()
    })
    routes.onChange(({ topic }) => this.#events.emit('routeChanged', { topic }))
    routes.onAnswered((error) => {
      if (error === undefined) this.#events.emit('nameserverUp', {})
      else this.#events.emit('nameserverDown', { error })
    })
    links.onChange(({ address, isUp, isAsked, error }) => {
      if (isUp) consumer.offsets.forgetTables()
      if (isUp) this.#events.emit('brokerUp', { address })
      else if (!isAsked) this.#events.emit('brokerUnasked', { address })
      else this.#events.emit('brokerDown', { address, error })
    })
  }

  #producerParts(options: ProducerParts['options']): ProducerParts {
    const { clock } = this.#options
    const { remoting, routes } = this.#parts
    return {
      clock,
      remoting,
      options,
      choice: new QueueChoice(clock, new FaultTable(), options.faultAvoidance),
      findRoute: async (topic) => {
        topic.entry = await routes.find(topic.name, options.topicQueues)
      },
      // Never rejects.
      refreshRoute: (topic) => void routes.refresh(topic.name)
    }
  }

  #own<Consumer extends Owned & { health(): ConsumerHealth }>(consumer: Consumer): Consumer {
    this.#owned.add(consumer)
    this.#consumers.add(consumer)
    return consumer
  }

  async #consumerLeft(consumer: Owned & { health(): ConsumerHealth }, consumerGroup: string | undefined): Promise<void> {
    this.#owned.delete(consumer)
    this.#consumers.delete(consumer)
    if (consumerGroup !== undefined) await this.#unregister({ consumerGroup })
  }

  /** Tells every broker within reach that this client left a group, and asks those no more that it leaves with it. */
  async #unregister(group: { readonly producerGroup: string } | { readonly consumerGroup: string }): Promise<void> {
    const header = { clientID: this.clientId, ...group }
    const { links } = this.#parts
    const telling = links.addressesUp.map((address) => this.#unregisterAt(address, header))
    links.groupLeft()
    await Promise.all(telling)
  }

  async #unregisterAt(address: string, header: RequestHeaderOf<typeof RequestCode.UNREGISTER_CLIENT>): Promise<void> {
    try {
      await this.#parts.remoting.invoke(address, RequestCode.UNREGISTER_CLIENT, header)
    } catch (error) {
      this.#options.logger.debug(`broker ${address} was not told that a group was left: ${causeText(error)}`)
    }
  }

  #requireOpen(): void {
    if (this.#state !== 'open') throw new ClosedError('client')
  }
}

/** What was written gets this long to leave, also at a deadline that has passed. */
const LAST_BYTES_MS = 100
