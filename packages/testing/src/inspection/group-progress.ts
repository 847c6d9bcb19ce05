import { isRetryTopic, retryTopic } from '@rocketmq-ts/remoting/wire'
import type { BrokerNode } from '../broker-node'
import type { ClusterClients } from '../cluster-clients'
import { queueCount, type Stored } from './store-reader'

/** How far a consumer group is in one queue. */
export interface QueueProgress {
  readonly topic: string
  readonly broker: string
  readonly queueId: number
  /** The oldest message that is stored, and the place of the next one. */
  readonly minOffset: number
  readonly maxOffset: number
  /** What the broker knows: the next message to consume; `undefined` when nothing was committed. */
  readonly committed: number | undefined
  /**
   * Everything below is settled, or was handed to a pull consumer's loop. Consumers commit it some seconds later; of those that are not
   * from `cluster.connect()` only that is known. `undefined` when the group has not begun.
   */
  readonly consumed: number | undefined
  /** Messages from `consumed` on; all that are stored when the group has not begun. */
  readonly lag: number
}

/** How far a consumer group is behind. */
export interface GroupLag {
  /** Messages that are stored and not consumed, the group's retries among them. */
  readonly total: number
  /** The same by topic. */
  readonly topics: Readonly<Record<string, number>>
}

/** How far consumer groups are, as brokers and the clients of the cluster know it. */
export class GroupProgress {
  readonly #nodes: readonly BrokerNode[]
  readonly #clients: ClusterClients
  readonly #group: string
  readonly #consumed: ReadonlyMap<string, number>
  readonly #committed: ReadonlyMap<string, number>

  /** As it is now. */
  constructor(nodes: readonly BrokerNode[], clients: ClusterClients, group: string) {
    this.#nodes = nodes
    this.#clients = clients
    this.#group = group
    this.#committed = new Map(nodes.flatMap((node) => committedAt(node, group)))
    this.#consumed = this.#reached()
  }

  /** Differs whenever the group has come further. */
  get mark(): string {
    return JSON.stringify([...this.#consumed, ...this.#committed])
  }

  /** Topics that the group has offsets for, subscribes to or got messages of, and its retry topic, which is last. */
  get topics(): readonly string[] {
    const topics = new Set(this.#nodes.flatMap((node) => topicsAt(node, this.#group)))
    for (const { queue } of this.#clients.queuesOf(this.#group)) topics.add(queue.topic)
    return [...topics].sort((a, b) => Number(isRetryTopic(a)) - Number(isRetryTopic(b)) || (a < b ? -1 : 1))
  }

  /** The same without its retry topic: those that messages are sent to. */
  get sentTopics(): readonly string[] {
    return this.topics.filter((topic) => topic !== retryTopic(this.#group))
  }

  /** Whether the group got a message and is done with this copy of it, however that ended. */
  isSettled({ node, record }: Stored): boolean {
    const { topic, queueId, queueOffset } = record
    return this.isPassed({ node, record }) && node.pulled.has(this.#group, topic, queueId, queueOffset)
  }

  /** Whether the group is behind the message, with or without having got it. */
  isPassed({ node, record }: Stored): boolean {
    return record.queueOffset < (this.#consumed.get(keyOf(node.name, record.topic, record.queueId)) ?? 0)
  }

  /** Whether the group was given the message. */
  isHandedOut({ node, record }: Stored): boolean {
    return node.pulled.has(this.#group, record.topic, record.queueId, record.queueOffset)
  }

  /** Every queue of the group's topics. */
  async queues(): Promise<QueueProgress[]> {
    const ofTopics = await Promise.all(this.topics.map((topic) => Promise.all(this.#nodes.map((node) => this.#queuesAt(node, topic)))))
    return ofTopics.flat(2)
  }

  #queuesAt(node: BrokerNode, topic: string): Promise<QueueProgress[]> {
    return node.read((store) =>
      Array.from({ length: queueCount(node, topic) }, (_, queueId) => {
        const range = { minOffset: store.minOffset(topic, queueId), maxOffset: store.maxOffset(topic, queueId) }
        return this.#queueAt({ topic, broker: node.name, queueId, ...range })
      })
    )
  }

  #queueAt(queue: Pick<QueueProgress, 'topic' | 'broker' | 'queueId' | 'minOffset' | 'maxOffset'>): QueueProgress {
    const key = keyOf(queue.broker, queue.topic, queue.queueId)
    const consumed = this.#consumed.get(key)
    const lag = Math.max(0, queue.maxOffset - Math.max(queue.minOffset, consumed ?? 0))
    return { ...queue, committed: this.#committed.get(key), consumed, lag }
  }

  /** What is committed, or further where a consumer of the cluster says so. */
  #reached(): Map<string, number> {
    const reached = new Map(this.#committed)
    for (const { queue, position } of this.#clients.queuesOf(this.#group)) {
      const key = keyOf(queue.brokerName, queue.topic, queue.queueId)
      if (position !== undefined) reached.set(key, Math.max(position, reached.get(key) ?? 0))
    }
    return reached
  }
}

/** Sums up by topic. */
export function lagOf(queues: readonly QueueProgress[]): GroupLag {
  const topics: Record<string, number> = {}
  for (const { topic, lag } of queues) topics[topic] = (topics[topic] ?? 0) + lag
  return { total: queues.reduce((sum, { lag }) => sum + lag, 0), topics }
}

function committedAt(node: BrokerNode, group: string): Array<[string, number]> {
  const offsets = node.contents.offsets.filter((one) => one.group === group)
  return offsets.map(({ topic, queueId, offset }) => [keyOf(node.name, topic, queueId), offset])
}

function topicsAt(node: BrokerNode, group: string): string[] {
  const { offsets, clients, topics } = node.contents
  const committed = offsets.filter((one) => one.group === group).map(({ topic }) => topic)
  const own = topics.has(retryTopic(group)) ? [retryTopic(group)] : []
  const memberships = clients.flatMap((client) => client.consumerGroups).filter((one) => one.group === group)
  return [
    ...committed,
    ...memberships.flatMap((one) => one.subscriptions.map(({ topic }) => topic)),
    ...node.pulled.topicsOf(group),
    ...own
  ]
}

function keyOf(broker: string, topic: string, queueId: number): string {
  return `${broker} ${topic} ${queueId}`
}
