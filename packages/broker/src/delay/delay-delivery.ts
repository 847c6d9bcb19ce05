import { type DelayLevelTable, delayLevelOfQueue, SystemTopic } from '@rocketmq-ts/remoting/wire'
import type { Arrival, MessageStore } from '@rocketmq-ts/store'
import type { Clock } from 'net-ts-protocol-kit'
import type { TurnCommit } from '../turn-commit'
import { DelayLevelQueue } from './delay-level-queue'

export interface DelayDeliveryOptions {
  readonly store: MessageStore
  readonly clock: Clock
  readonly commit: TurnCommit
  readonly levels: DelayLevelTable
  /** Told when a level has moved on: its offset is to be stored. */
  readonly onProgress: () => void
  readonly onError: (error: unknown) => void
}

/** Delivers delayed messages: one queue of `SCHEDULE_TOPIC_XXXX` and one timer for each level. */
export class DelayDelivery {
  readonly #options: DelayDeliveryOptions
  readonly #queues: readonly DelayLevelQueue[]

  constructor(options: DelayDeliveryOptions) {
    this.#options = options
    this.#queues = Array.from({ length: options.levels.maxLevel }, (_, queueId) => levelQueue(options, queueId))
  }

  /** Begins at the stored offset of each level, which is kept inside what the store has. */
  start(stored: ReadonlyMap<number, number>): void {
    const { store } = this.#options
    for (const [queueId, queue] of this.#queues.entries()) {
      const min = store.minOffset(SystemTopic.SCHEDULE, queueId)
      const max = store.maxOffset(SystemTopic.SCHEDULE, queueId)
      const offset = stored.get(delayLevelOfQueue(queueId)) ?? 0
      queue.start(Math.max(min, Math.min(max, offset)))
    }
  }

  /** Delivers nothing more. Settles when the steps under way have ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.stop()))
  }

  /** A record has been committed somewhere in the store. */
  arrived({ topic, queueId, queueOffset }: Arrival): void {
    if (topic === SystemTopic.SCHEDULE) this.#queues[queueId]?.arrived(queueOffset)
  }

  /** How far each level is: the first message not delivered, by level. Levels that never had one are left out. */
  get offsets(): ReadonlyMap<number, number> {
    const offsets = new Map<number, number>()
    for (const [queueId, queue] of this.#queues.entries()) if (queue.offset > 0) offsets.set(delayLevelOfQueue(queueId), queue.offset)
    return offsets
  }
}

function levelQueue(options: DelayDeliveryOptions, queueId: number): DelayLevelQueue {
  const { store, clock, commit, levels, onProgress, onError } = options
  return new DelayLevelQueue({ store, clock, commit, queueId, delayMs: levels.delayMs(delayLevelOfQueue(queueId)), onProgress, onError })
}
