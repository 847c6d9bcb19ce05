import { isWriteable, Perm, type QueueData } from '@rocketmq-ts/remoting/wire'
import { ownText } from './own-text'

/** Which broker has how many queues of which topic. */
export class TopicRoutes {
  /** Topic → broker name → queues. */
  readonly #topics = new Map<string, Map<string, QueueData>>()
  #count = 0

  /** Topics of all brokers, each counted once. */
  get topicCount(): number {
    return this.#topics.size
  }

  /** Topics of all brokers, each counted for every broker that has it. */
  get count(): number {
    return this.#count
  }

  get topicNames(): readonly string[] {
    return [...this.#topics.keys()]
  }

  hasTopic(topic: string): boolean {
    return this.#topics.has(topic)
  }

  has(topic: string, brokerName: string): boolean {
    return this.#topics.get(topic)?.has(brokerName) === true
  }

  /** The queues of a topic by broker name. */
  of(topic: string): ReadonlyMap<string, QueueData> | undefined {
    return this.#topics.get(topic)
  }

  set(topic: string, queue: QueueData): void {
    const queues = this.#topics.get(topic) ?? new Map<string, QueueData>()
    if (queues.size === 0) this.#topics.set(ownText(topic), queues)
    if (!queues.has(queue.brokerName)) this.#count++
    queues.set(queue.brokerName, queue)
  }

  delete(topic: string, brokerName: string): void {
    const queues = this.#topics.get(topic)
    if (queues?.delete(brokerName) !== true) return
    this.#count--
    if (queues.size === 0) this.#topics.delete(topic)
  }

  deleteBroker(brokerName: string): void {
    for (const topic of this.#topics.keys()) this.delete(topic, brokerName)
  }

  /** Takes the permission to write from all queues of a broker. */
  makeReadOnly(brokerName: string): void {
    for (const queues of this.#topics.values()) {
      const queue = queues.get(brokerName)
      if (queue !== undefined && isWriteable(queue.perm)) queues.set(brokerName, { ...queue, perm: queue.perm & ~Perm.WRITE })
    }
  }
}
