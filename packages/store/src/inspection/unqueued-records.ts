import { delayLevelTable, isInnerBatch, RecordField } from '@rocketmq-ts/remoting/wire'
import { QueuePlace } from '../disk/recovery/queue-place'
import { StoreState } from '../disk/recovery/store-state'
import type { InspectedQueue } from './inspected-queue'
import type { InspectedStore } from './inspected-store'
import type { LogTail } from './log-tail'
import { scanStoreLog } from './scan-store-log'

/** Queues with messages that are in the log only, by topic and queue id. */
export type UnqueuedRecords = ReadonlyMap<string, Map<number, number>>

/**
 * How many messages each queue will get that its entries do not tell yet. Reads the end of the log.
 *
 * `queues` were listed after the tail was found. Rejects with a FileError.
 */
export async function countUnqueued(store: InspectedStore, tail: LogTail, queues: readonly InspectedQueue[]): Promise<UnqueuedRecords> {
  const counts = new Map<string, Map<number, number>>()
  if (tail.from === Number.POSITIVE_INFINITY) return counts
  const state = StoreState.load(store.options)
  const place = new QueuePlace(delayLevelTable(store.options.delayLevels))
  const ends = new Map(queues.map(({ topic, queueId, maxOffset }) => [`${topic}/${queueId}`, maxOffset]))
  await scanStoreLog(store, {
    ...{ from: tail.from, isWanted: ({ end }) => end > tail.from },
    onRecord: (bytes, at, size, physicalOffset) => {
      if (!place.read(bytes, at, size) || isInnerBatch(bytes.readInt32BE(at + RecordField.SYS_FLAG))) return
      const { topic, queueId, queueOffset } = place
      if (physicalOffset < state.deletedBefore(topic) || queueOffset < (ends.get(`${topic}/${queueId}`) ?? 0)) return
      const ofTopic = counts.get(topic) ?? new Map<number, number>()
      counts.set(topic, ofTopic.set(queueId, (ofTopic.get(queueId) ?? 0) + 1))
    }
  })
  return counts
}
