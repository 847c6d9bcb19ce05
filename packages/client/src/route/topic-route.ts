import { isReadable, isWriteable, type TopicRouteData } from '@rocketmq-ts/remoting/wire'
import { compareQueues, type MessageQueue } from '../message-queue'

/** Id of a broker's master. */
export const MASTER_ID = 0

/** Where a topic is, as clients use it. */
export interface TopicRoute {
  readonly topic: string
  /** Addresses by broker id, by broker name. */
  readonly brokers: ReadonlyMap<string, ReadonlyMap<number, string>>
  /** Queues that can be sent to, in the order every client agrees on. */
  readonly publishQueues: readonly MessageQueue[]
  /** Queues that can be read, in the same order. */
  readonly subscribeQueues: readonly MessageQueue[]
}

/** Most queues of a topic on all its brokers: what a route claims beyond is not followed. */
export const MAX_QUEUES = 16_384

/**
 * Reads a nameserver's answer. A queue takes sends when its broker permits writing and has a master; an `orderTopicConf`
 * overrides the queues to send to (read in client/…/factory/MQClientInstance.java).
 */
export function topicRoute(topic: string, data: TopicRouteData): TopicRoute {
  const brokers = new Map(data.brokerDatas.map((broker) => [broker.brokerName, broker.brokerAddrs]))
  const writable = data.queueDatas.filter((queues) => isWriteable(queues.perm) && brokers.get(queues.brokerName)?.has(MASTER_ID))
  const readable = data.queueDatas.filter((queues) => isReadable(queues.perm) && brokers.has(queues.brokerName))
  const ordered = orderedQueues(topic, data.orderTopicConf)
  return {
    topic,
    brokers,
    publishQueues:
      ordered ??
      queuesOf(
        topic,
        writable.map(({ brokerName, writeQueueNums: count }) => ({ brokerName, count }))
      ).sort(compareQueues),
    subscribeQueues: queuesOf(
      topic,
      readable.map(({ brokerName, readQueueNums: count }) => ({ brokerName, count }))
    ).sort(compareQueues)
  }
}

/**
 * The route that a topic will have once the first send created it: that of the auto-create topic, with no more queues than
 * asked for (read in client/…/factory/MQClientInstance.java).
 */
export function autoCreateRoute(topic: string, data: TopicRouteData, topicQueues: number): TopicRoute {
  const queueDatas = data.queueDatas.map((queues) => {
    const count = Math.min(topicQueues, queues.readQueueNums)
    return { ...queues, readQueueNums: count, writeQueueNums: count }
  })
  return topicRoute(topic, { ...data, queueDatas })
}

/** How many queues a broker has of a topic. */
interface BrokerQueues {
  readonly brokerName: string
  readonly count: number
}

function queuesOf(topic: string, brokers: readonly BrokerQueues[]): MessageQueue[] {
  const queues: MessageQueue[] = []
  for (const { brokerName, count } of brokers) {
    for (let queueId = 0; queueId < count && queues.length < MAX_QUEUES; queueId++)
      queues.push(Object.freeze({ topic, brokerName, queueId }))
  }
  return queues
}

/** `broker-a:4;broker-b:4`; entries that are none are left out. */
function orderedQueues(topic: string, orderTopicConf: string | undefined): readonly MessageQueue[] | undefined {
  if (orderTopicConf === undefined || orderTopicConf === '') return undefined
  const brokers = orderTopicConf.split(';').flatMap((entry) => {
    const [brokerName = '', count = ''] = entry.split(':')
    return /^\d{1,5}$/.test(count) ? [{ brokerName, count: Number(count) }] : []
  })
  return queuesOf(topic, brokers)
}
