import type { TopicConfig } from '@rocketmq-ts/remoting/wire'
import type { TableVersion } from '../data-version'
import { ownText } from '../own-text'

/** The topics of a broker, by name. Every change has a new version (read in broker/…/topic/TopicConfigManager.java). */
export class TopicTable {
  readonly #topics = new Map<string, TopicConfig>()
  /** Topics that the stored table does not have yet. */
  readonly #unsaved = new Set<string>()
  readonly #version: TableVersion
  readonly #onChange: () => void

  /** `onChange` is called after every change: the table is to be stored, and the nameservers are to be told. */
  constructor(version: TableVersion, onChange: () => void) {
    this.#version = version
    this.#onChange = onChange
  }

  get version(): TableVersion {
    return this.#version
  }

  get size(): number {
    return this.#topics.size
  }

  /** Every topic by name. */
  get all(): ReadonlyMap<string, TopicConfig> {
    return this.#topics
  }

  get(name: string): TopicConfig | undefined {
    return this.#topics.get(name)
  }

  has(name: string): boolean {
    return this.#topics.has(name)
  }

  /** Names of topics that were put and not `saved` since. */
  get unsaved(): ReadonlySet<string> {
    return this.#unsaved
  }

  /** Notes that topics are stored. */
  saved(names: Iterable<string>): void {
    for (const name of names) this.#unsaved.delete(name)
  }

  /** Creates a topic or replaces its settings. */
  put(config: TopicConfig): TopicConfig {
    const topicName = ownText(config.topicName)
    const kept = { ...config, topicName }
    this.#topics.set(topicName, kept)
    this.#unsaved.add(topicName)
    this.#version.next()
    this.#onChange()
    return kept
  }

  /** Puts topics in place without a new version: those of the broker itself, and those that were stored. */
  restore(configs: Iterable<TopicConfig>): void {
    for (const config of configs) this.#topics.set(config.topicName, config)
  }

  /** Marks topics as ordered, as the nameservers' configuration asks. */
  makeOrdered(names: Iterable<string>): void {
    for (const name of names) {
      const config = this.#topics.get(name)
      if (config !== undefined && !config.order) this.put({ ...config, order: true })
    }
  }

  delete(name: string): boolean {
    if (!this.#topics.delete(name)) return false
    this.#unsaved.delete(name)
    this.#version.next()
    this.#onChange()
    return true
  }
}

/** How many queue ids of a topic are valid: a topic may have more queues to read than to write, or the other way round. */
export function queueIdLimit(config: TopicConfig): number {
  return Math.max(config.readQueueNums, config.writeQueueNums)
}
