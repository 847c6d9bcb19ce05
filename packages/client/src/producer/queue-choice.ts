import type { Clock } from 'net-ts-protocol-kit'
import type { MessageQueue } from '../message-queue'
import type { FaultTable } from './fault-table'
import type { PublishTopic } from './publish-topic'
import { nextHealthyQueue, nextQueue, queueOfShardingKey } from './queue-selection'
import type { SendOptions } from './send-options'

/** Whether the message has its queue, whatever happens. */
export function isOrdered(options: SendOptions): boolean {
  return options.queue !== undefined || options.shardingKey !== undefined
}

/** Chooses the queue of each attempt. */
export class QueueChoice {
  readonly #clock: Clock
  readonly #faults: FaultTable
  readonly #avoidsFaults: boolean

  constructor(clock: Clock, faults: FaultTable, avoidsFaults: boolean) {
    this.#clock = clock
    this.#faults = faults
    this.#avoidsFaults = avoidsFaults
  }

  /** @param failedBroker where the attempt before failed. */
  choose(topic: PublishTopic, options: SendOptions, failedBroker: string | undefined): MessageQueue | undefined {
    const queues = topic.entry?.route?.publishQueues ?? []
    if (options.queue !== undefined) return fixedQueue(topic, options.queue)
    if (options.shardingKey !== undefined) return queueOfShardingKey(queues, options.shardingKey)
    if (failedBroker === undefined && (this.#faults.isEmpty || !this.#avoidsFaults)) return nextQueue(queues, topic.turn)
    const nowMs = this.#clock.monotonic()
    const isAvoided = (brokerName: string): boolean => this.#avoidsFaults && this.#faults.isAvoided(brokerName, nowMs)
    return nextHealthyQueue(queues, topic.turn, isAvoided, failedBroker)
  }

  failed(brokerName: string): void {
    this.#faults.failed(brokerName, this.#clock.monotonic())
  }

  succeeded(brokerName: string): void {
    this.#faults.succeeded(brokerName)
  }
}

function fixedQueue(topic: PublishTopic, { brokerName, queueId }: Pick<MessageQueue, 'brokerName' | 'queueId'>): MessageQueue {
  return { topic: topic.name, brokerName, queueId }
}
