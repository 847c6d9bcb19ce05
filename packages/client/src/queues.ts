import type { QueueOffsets } from './consumer/queue-offsets'
import type { MessageQueue } from './message-queue'
import type { RouteTable } from './route/route-table'
import type { AnyTopic } from './topic'

/**
 * The queues of topics and their offsets, as nameservers and brokers have them now. Offsets are those of the next message:
 * a queue holds `minOffset` … `maxOffset − 1`.
 *
 * Everything asks once and rejects with a typed error: `NoRouteError`, `BrokerUnknownError`, `RequestRefusedError`,
 * `ClosedError`, or what says that the broker did not answer.
 */
export class Queues {
  readonly #routes: RouteTable
  readonly #offsets: QueueOffsets
  readonly #requireOpen: () => void

  /** @internal */
  constructor(routes: RouteTable, offsets: QueueOffsets, requireOpen: () => void) {
    this.#routes = routes
    this.#offsets = offsets
    this.#requireOpen = requireOpen
  }

  /** The queues of a topic that can be read, on all its brokers. */
  async of(topic: AnyTopic | string): Promise<readonly MessageQueue[]> {
    return this.#queuesOf(typeof topic === 'string' ? topic : topic.name)
  }

  /** The offset of the oldest message there is. */
  async minOffset(queue: MessageQueue): Promise<number> {
    await this.#queuesOf(queue.topic)
    return this.#offsets.min(queue)
  }

  /** The offset that the next message will get. */
  async maxOffset(queue: MessageQueue): Promise<number> {
    await this.#queuesOf(queue.topic)
    return this.#offsets.max(queue)
  }

  /**
   * The offset of the first message stored at a time or after it, milliseconds since the epoch. Brokers before 5.x may name a
   * neighbour of it: the last message before that time, or another one of the same millisecond.
   */
  async offsetAt(queue: MessageQueue, timestampMs: number): Promise<number> {
    await this.#queuesOf(queue.topic)
    return this.#offsets.atTime(queue, timestampMs)
  }

  /**
   * Where a consumer group goes on, as far as it has committed; `undefined` when it never has. Brokers answer 0 then for a queue
   * whose first message they still have at hand.
   */
  async committedOffset(group: string, queue: MessageQueue): Promise<number | undefined> {
    await this.#queuesOf(queue.topic)
    return this.#offsets.committed(group, queue)
  }

  async #queuesOf(topic: string): Promise<readonly MessageQueue[]> {
    this.#requireOpen()
    return (await this.#routes.find(topic)).route.subscribeQueues
  }
}
