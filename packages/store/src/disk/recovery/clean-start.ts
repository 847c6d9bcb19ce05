import type { LogPeek } from './log-peek'
import type { RecoveredIndex, RecoveredQueue, RecoveredQueues } from './recovery-parts'
import type { QueueEnd } from './state-text'
import type { StoreState } from './store-state'
import type { TopicsDeletedElsewhere } from './topics-deleted-elsewhere'

/** What is looked at to trust a store. */
export interface CleanStart {
  readonly log: LogPeek
  readonly queues: RecoveredQueues
  readonly index: RecoveredIndex | undefined
  readonly state: StoreState
  readonly deleted: Pick<TopicsDeletedElsewhere, 'has'>
}

/**
 * Where the log ends, if the store is as we left it in order: the same files, nothing behind the noted end, queues and index as long as noted,
 * and the newest record of a queue valid. `undefined` when anything else is found, such as what an official broker wrote since.
 */
export async function cleanEnd(start: CleanStart): Promise<number | undefined> {
  const { log, queues, index, state } = start
  const { noted } = state
  if (noted?.session !== 'closed' || !state.isLeftInOrder || queues.problems.length > 0) return undefined
  const { files } = log
  const isSameLog = noted.firstFile === (files[0]?.start ?? -1) && noted.lastFile === (files[files.length - 1]?.start ?? -1)
  if (!isSameLog || !log.isEnd(noted.end)) return undefined
  if (index !== undefined && index.endPhysicalOffset !== noted.indexEnd) return undefined
  const ended = [...queues.all()].filter(({ maxOffset }) => maxOffset > 0)
  if (ended.length !== noted.queues.length || !noted.queues.every((end) => isSame(queues.find(end.topic, end.queueId), end)))
    return undefined
  return (await isNewestValid(start, ended)) ? noted.end : undefined
}

function isSame(queue: RecoveredQueue | undefined, { maxOffset, lastRecordEnd }: QueueEnd): boolean {
  return queue?.maxOffset === maxOffset && queue.lastRecordEnd === lastRecordEnd
}

async function isNewestValid({ log, state }: CleanStart, queues: readonly RecoveredQueue[]): Promise<boolean> {
  let newest = queues[0]
  for (const queue of queues) if (queue.lastRecordEnd > (newest?.lastRecordEnd ?? 0)) newest = queue
  if (newest === undefined || newest.lastRecordEnd <= log.minOffset || newest.maxOffset === newest.minOffset) return true
  const entries = await newest.entries(newest.maxOffset - 1, 1)
  if (entries.count === 0) return false
  const offset = entries.physicalOffset(0)
  // The newest entry may be a blank one.
  if (offset + entries.size(0) !== newest.lastRecordEnd) return true
  return log.record(offset, state.crcRule(offset))?.length === entries.size(0)
}
