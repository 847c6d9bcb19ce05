import { decodeRecord, delayLevelOfQueue, MessageProperty, type MessageRecord, SystemTopic } from '@rocketmq-ts/remoting/wire'
import type { MemoryMessageStore } from '@rocketmq-ts/store'
import type { BrokerNode } from '../broker-node'

/** A record and the broker that stores it. */
export interface Stored {
  readonly node: BrokerNode
  readonly record: MessageRecord
}

/** A record that waits until its delay is over. */
export interface Delayed extends Stored {
  readonly delayLevel: number
  /** The topic it will appear in: a user's, or the retry topic of a group. */
  readonly realTopic: string
}

/** How many records one look at a queue takes. */
const READ_COUNT = 1024

/** Every record of a topic, in the order in which they were stored. */
export function recordsOf(nodes: readonly BrokerNode[], topic: string): Promise<Stored[]> {
  return new TopicTail(nodes, topic).read()
}

/** Reads a topic piece by piece: each time what is new. */
export class TopicTail {
  readonly #nodes: readonly BrokerNode[]
  readonly #topic: string
  /** Where to go on, by broker and queue. */
  readonly #next = new Map<string, number>()

  constructor(nodes: readonly BrokerNode[], topic: string) {
    this.#nodes = nodes
    this.#topic = topic
  }

  /** Records stored since the last call, in the order in which they were stored. */
  async read(): Promise<Stored[]> {
    const found = await Promise.all(this.#nodes.map((node) => node.read((store) => this.#readAt(node, store))))
    return found.flat().sort(byStoreTime)
  }

  #readAt(node: BrokerNode, store: MemoryMessageStore): Stored[] {
    const queues = Array.from({ length: queueCount(node, this.#topic) }, (_, queueId) => {
      const key = `${node.name} ${queueId}`
      const records = [...readQueue(store, this.#topic, queueId, this.#next.get(key) ?? 0)]
      this.#next.set(key, store.maxOffset(this.#topic, queueId))
      return records
    })
    return queues.flat().map((record) => ({ node, record }))
  }
}

/** Every record that waits for its delay to be over, in one of so many levels. */
export async function delayedRecords(nodes: readonly BrokerNode[], levels: number): Promise<Delayed[]> {
  const found = await Promise.all(nodes.map((node) => node.read((store) => delayedAt(node, store, levels))))
  return found.flat().sort(byStoreTime)
}

/** How many queue ids a topic has at a broker; 0 when it does not have the topic. */
export function queueCount(node: BrokerNode, topic: string): number {
  const config = node.contents.topics.get(topic)
  return config === undefined ? 0 : Math.max(config.readQueueNums, config.writeQueueNums)
}

function delayedAt(node: BrokerNode, store: MemoryMessageStore, levels: number): Delayed[] {
  const { delayOffsets } = node.contents
  return Array.from({ length: levels }, (_, queueId) => {
    const delayLevel = delayLevelOfQueue(queueId)
    const records = readQueue(store, SystemTopic.SCHEDULE, queueId, delayOffsets.get(delayLevel) ?? 0)
    return [...records].flatMap((record) => delayed(node, record, delayLevel) ?? [])
  }).flat()
}

function delayed(node: BrokerNode, record: MessageRecord, delayLevel: number): Delayed | undefined {
  const realTopic = record.properties.get(MessageProperty.REAL_TOPIC)
  return realTopic === undefined ? undefined : { node, record, delayLevel, realTopic }
}

function* readQueue(store: MemoryMessageStore, topic: string, queueId: number, from: number): Generator<MessageRecord> {
  const end = store.maxOffset(topic, queueId)
  let queueOffset = Math.max(from, store.minOffset(topic, queueId))
  while (queueOffset < end) {
    const { records, nextBeginOffset } = store.read({
      topic,
      queueId,
      queueOffset,
      maxCount: READ_COUNT,
      maxBytes: Number.MAX_SAFE_INTEGER
    })
    // The store writes on in the memory of its oldest records; who looks at them keeps them.
    for (const record of records) yield decodeRecord(record).detach()
    if (nextBeginOffset <= queueOffset) return
    queueOffset = nextBeginOffset
  }
}

function byStoreTime(a: Stored, b: Stored): number {
  const byTime = a.record.storeTimestamp - b.record.storeTimestamp
  return byTime || (a.node === b.node ? a.record.physicalOffset - b.record.physicalOffset : a.node.name < b.node.name ? -1 : 1)
}
