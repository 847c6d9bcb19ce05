import { javaStringHashCode } from '@rocketmq-ts/remoting/wire'
import type { MessageQueue } from '../message-queue'

/** Where round robin stands. One per topic and producer. */
export interface RoundRobin {
  next: number
}

/** The next queue in turn. */
export function nextQueue(queues: readonly MessageQueue[], turn: RoundRobin): MessageQueue | undefined {
  const at = turn.next % queues.length
  turn.next = at + 1
  return queues[at]
}

/**
 * The next queue in turn whose broker is not to be avoided; when all are, the next in turn of another broker than the one
 * that just failed; else simply the next (read in client/…/latency/MQFaultStrategy.java).
 *
 * @param lastBroker the broker that an earlier attempt at the same message failed at.
 */
export function nextHealthyQueue(
  queues: readonly MessageQueue[],
  turn: RoundRobin,
  isAvoided: (brokerName: string) => boolean,
  lastBroker: string | undefined
): MessageQueue | undefined {
  const isOther = (queue: MessageQueue): boolean => queue.brokerName !== lastBroker
  return (
    nextThat(queues, turn, (queue) => isOther(queue) && !isAvoided(queue.brokerName)) ??
    nextThat(queues, turn, isOther) ??
    nextQueue(queues, turn)
  )
}

/**
 * The queue of a sharding key: Java's `String.hashCode` of the key modulo the number of writable queues, without its sign,
 * so that Java producers with the same key choose the same queue (read in client/…/selector/SelectMessageQueueByHash.java).
 */
export function queueOfShardingKey(queues: readonly MessageQueue[], shardingKey: string): MessageQueue | undefined {
  return queues[Math.abs(javaStringHashCode(shardingKey) % queues.length)]
}

function nextThat(queues: readonly MessageQueue[], turn: RoundRobin, accepts: (queue: MessageQueue) => boolean): MessageQueue | undefined {
  for (let tried = 0; tried < queues.length; tried++) {
    const queue = nextQueue(queues, turn)
    if (queue !== undefined && accepts(queue)) return queue
  }
  return undefined
}
