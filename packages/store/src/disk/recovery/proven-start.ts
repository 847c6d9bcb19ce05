import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import type { CleanStart } from './clean-start'
import type { LogPeek } from './log-peek'
import type { StoreState } from './store-state'

/** What the official brokers take off the checkpoint's times, milliseconds (read in store/…/StoreCheckpoint.java, `getMinTimestamp`). */
const CHECKPOINT_SLACK_MS = 3000

/**
 * Where a record begins before which every record is known to be in its queue and in the index. The beginning of the log when a queue or the
 * index lacks something from before.
 */
export function provenStart(start: CleanStart): number {
  const { log, queues, state } = start
  if (queues.problems.length > 0 || lacksQueues(start)) return log.minOffset
  return indexStart(start, notedStart(log, state))
}

/** Where a record begins before which every record was in its queue, as the store itself has noted. */
export function notedStart(log: LogPeek, state: StoreState): number {
  const dispatched = [state.dispatched?.dispatched ?? 0, state.checkpoint.logicsPhysicalOffset].filter((offset) => offset > 0)
  const byOffset = dispatched.length === 0 ? undefined : placeAt(log, state, Math.min(...dispatched))
  return byOffset ?? fileByTime(log, state)
}

/** Whether a queue that we knew is missing, shorter, or ends with another record, or all are. */
function lacksQueues({ log, queues, state, deleted }: CleanStart): boolean {
  for (const { topic, queueId, maxOffset, lastRecordEnd } of state.noted?.queues ?? []) {
    const found = queues.find(topic, queueId)
    if (maxOffset > 0 && (found?.maxOffset ?? 0) < maxOffset && !deleted.has(topic)) return true
    if (found?.maxOffset === maxOffset && found.lastRecordEnd !== lastRecordEnd) return true
  }
  // No record can be there: the newest entry of a queue is damaged, and would be taken for one behind the log's end.
  const endOfFiles = log.files.at(-1)?.end ?? 0
  for (const { lastRecordEnd } of queues.all()) if (lastRecordEnd > endOfFiles) return true
  for (const queue of queues.all()) if (queue.maxOffset > 0) return false
  return true
}

/** That place, if a record begins there, or the log ends; the log's beginning when the place is gone. */
function placeAt(log: LogPeek, state: StoreState, offset: number): number | undefined {
  if (offset <= log.minOffset) return log.minOffset
  const isPlace = log.isEnd(offset) || log.isBlank(offset) || log.record(offset, state.crcRule(offset)) !== undefined
  return isPlace ? offset : undefined
}

/** The last file whose first record is older than the checkpoint (read in store/…/CommitLog.java, `isMappedFileMatchedRecover`). */
function fileByTime(log: LogPeek, state: StoreState): number {
  const { physicMsgTimestamp, logicsMsgTimestamp } = state.checkpoint
  const time = Math.min(physicMsgTimestamp, logicsMsgTimestamp) - CHECKPOINT_SLACK_MS
  for (const { start } of [...log.files].reverse()) {
    const first = log.record(start, state.crcRule(start))
    const storeTimestamp = first === undefined ? 0 : decodeRecord(first).storeTimestamp
    if (storeTimestamp > 0 && storeTimestamp <= time) return start
  }
  return log.minOffset
}

/** Not behind the index. Records without keys do not move its end: where it ended at our last note nothing is missing. */
function indexStart({ log, index, state }: CleanStart, from: number): number {
  if (index === undefined) return from
  const { dispatched } = state
  if (dispatched !== undefined && index.endPhysicalOffset >= dispatched.indexEnd) return from
  if (index.endPhysicalOffset < log.minOffset) return log.minOffset
  if (index.endPhysicalOffset >= from) return from
  return placeAt(log, state, index.endPhysicalOffset) ?? log.minOffset
}
