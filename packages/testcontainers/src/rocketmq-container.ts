import type { LogConsumer } from './container-log'
import type { GroupOptions, TopicOptions } from './declarations'
import type { RocketMQOptions } from './options'
import { startRocketMQ } from './start'
import type { StartedRocketMQ } from './started'

/**
 * The official nameserver and broker in the form that other Testcontainers modules have: `await new RocketMQContainer().start()`. Each
 * `with…` sets the field of {@link RocketMQOptions} that its name says, and returns the same object; what is given several times adds up
 * where it is a table and replaces where it is a value. Options are checked at the start.
 */
export class RocketMQContainer {
  #options: RocketMQOptions

  /** @param image Default: see `image` of {@link RocketMQOptions}. */
  constructor(image?: string) {
    this.#options = image === undefined ? {} : { image }
  }

  /** The release of the default image. */
  withVersion(version: string): this {
    return this.#set({ version })
  }

  withPlatform(platform: string): this {
    return this.#set({ platform })
  }

  /** Topics that exist when the start is over. */
  withTopics(topics: Readonly<Record<string, TopicOptions>>): this {
    return this.#set({ topics: { ...this.#options.topics, ...topics } })
  }

  /** Consumer groups that exist when the start is over. */
  withGroups(groups: Readonly<Record<string, GroupOptions>>): this {
    return this.#set({ groups: { ...this.#options.groups, ...groups } })
  }

  withBrokerConfig(config: Readonly<Record<string, string | number | boolean>>): this {
    return this.#set({ brokerConfig: { ...this.#options.brokerConfig, ...config } })
  }

  withHeapMegabytes(heapMegabytes: number): this {
    return this.#set({ heapMegabytes })
  }

  withNameserverPort(nameserverPort: number): this {
    return this.#set({ nameserverPort })
  }

  withBrokerPort(brokerPort: number): this {
    return this.#set({ brokerPort })
  }

  withNetworkMode(network: 'host' | 'bridge'): this {
    return this.#set({ network })
  }

  withAdvertisedHost(advertisedHost: string): this {
    return this.#set({ advertisedHost })
  }

  withLabels(labels: Readonly<Record<string, string>>): this {
    return this.#set({ labels: { ...this.#options.labels, ...labels } })
  }

  withLogConsumer(logConsumer: LogConsumer): this {
    return this.#set({ logConsumer })
  }

  withStartupTimeout(startupTimeoutMs: number): this {
    return this.#set({ startupTimeoutMs })
  }

  /** See {@link startRocketMQ}. Each call starts a cluster of its own. */
  start(): Promise<StartedRocketMQ> {
    return startRocketMQ(this.#options)
  }

  #set(options: RocketMQOptions): this {
    this.#options = { ...this.#options, ...options }
    return this
  }
}
