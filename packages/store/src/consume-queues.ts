import { ConsumeQueue } from './consume-queue'

/** All consume queues, by topic and queue. */
export class ConsumeQueues {
  readonly #topics = new Map<string, Map<number, ConsumeQueue>>()

  find(topic: string, queueId: number): ConsumeQueue | undefined {
    return this.#topics.get(topic)?.get(queueId)
  }

  /** The queue, made when it is not there. */
  obtain(topic: string, queueId: number): ConsumeQueue {
    return this.find(topic, queueId) ?? this.#create(topic, queueId)
  }

  deleteTopic(topic: string): void {
    this.#topics.delete(topic)
  }

  /** Forgets in all queues what was before a commit log offset. */
  dropBefore(physicalOffset: number): void {
    for (const queues of this.#topics.values()) for (const queue of queues.values()) queue.dropBefore(physicalOffset)
  }

  #create(topic: string, queueId: number): ConsumeQueue {
    const queues = this.#topics.get(topic) ?? new Map<number, ConsumeQueue>()
    const queue = new ConsumeQueue(topic, queueId)
    queues.set(queueId, queue)
    this.#topics.set(topic, queues)
    return queue
  }
}
