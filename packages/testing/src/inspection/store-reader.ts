import {
  decodeRecord,
  delayLevelOfQueue,
  MAX_DELAY_LEVELS,
  MessageProperty,
  type MessageRecord,
  SystemTopic
} from '@rocketmq-ts/remoting/wire'
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
export async function recordsOf(nodes: readonly BrokerNode[], topic: string): Promise<Stored[]> {
  const found = await Promise.all(nodes.map((node) => node.read((store) => recordsAt(node, store, topic))))
  return found.flat().sort(byStoreTime)
}

/** Every record that waits for its delay to be over. */
export async function delayedRecords(nodes: readonly BrokerNode[]): Promise<Delayed[]> {
  const found = await Promise.all(nodes.map((node) => node.read((store) => delayedAt(node, store))))
  return found.flat().sort(byStoreTime)
}

/** How many queue ids a topic has at a broker; 0 when it does not have the topic. */
export function queueCount(node: BrokerNode, topic: string): number {
  const config = node.contents.topics.get(topic)
  return config === undefined ? 0 : Math.max(config.readQueueNums, config.writeQueueNums)
}

function recordsAt(node: BrokerNode, store: MemoryMessageStore, topic: string): Stored[] {
  const queues = Array.from({ length: queueCount(node, topic) }, (_, queueId) => [...readQueue(store, topic, queueId, 0)])
  return queues.flat().map((record) => ({ node, record }))
}

function delayedAt(node: BrokerNode, store: MemoryMessageStore): Delayed[] {
  const { delayOffsets } = node.contents
  return Array.from({ length: MAX_DELAY_LEVELS }, (_, queueId) => {
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
    for (const record of records) yield decodeRecord(record)
    if (nextBeginOffset <= queueOffset) return
    queueOffset = nextBeginOffset
  }
}

function byStoreTime(a: Stored, b: Stored): number {
  const byTime = a.record.storeTimestamp - b.record.storeTimestamp
  return byTime || (a.node === b.node ? a.record.physicalOffset - b.record.physicalOffset : a.node.name < b.node.name ? -1 : 1)
}
