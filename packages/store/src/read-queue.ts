import type { ConsumeQueue } from './consume-queue'
import type { MemoryCommitLog } from './memory-commit-log'
import type { ReadRequest, ReadResult, ReadStatus } from './message-store'

/** Entries that one read looks at (read in store/…/DefaultMessageStore.java: `maxFilterMessageSize` 16000 over 20 bytes an entry). */
export const MAX_ENTRIES_PER_READ = 800

/** Reads a queue as `getMessage` does (read in store/…/DefaultMessageStore.java). `queue` is absent when it never had a record. */
export function readQueue(log: MemoryCommitLog, queue: ConsumeQueue | undefined, request: ReadRequest): ReadResult {
  if (queue === undefined || queue.maxOffset === 0) return nothing('NO_MESSAGE_IN_QUEUE', 0, queue)
  const { queueOffset } = request
  if (queueOffset < queue.minOffset) return nothing('OFFSET_TOO_SMALL', queue.minOffset, queue)
  if (queueOffset === queue.maxOffset) return nothing('OFFSET_OVERFLOW_ONE', queueOffset, queue)
  if (queueOffset > queue.maxOffset) return nothing('OFFSET_OVERFLOW_BADLY', queue.maxOffset, queue)
  return scan(log, queue, request)
}

function scan(log: MemoryCommitLog, queue: ConsumeQueue, request: ReadRequest): ReadResult {
  const { queueOffset, maxCount, maxBytes, matches } = request
  const end = Math.min(queue.maxOffset, queueOffset + Math.max(MAX_ENTRIES_PER_READ, maxCount))
  const records: Buffer[] = []
  let totalBytes = 0
  let next = queueOffset
  for (; next < end; next++) {
    const size = queue.sizeAt(next)
    if (records.length > 0 && (records.length >= maxCount || totalBytes + size > maxBytes)) break
    if (matches !== undefined && !matches(queue.tagsCodeAt(next))) continue
    records.push(log.view(queue.physicalOffsetAt(next), size))
    totalBytes += size
  }
  const status = records.length > 0 ? 'FOUND' : 'NO_MATCHED_MESSAGE'
  return { status, records, totalBytes, nextBeginOffset: next, minOffset: queue.minOffset, maxOffset: queue.maxOffset }
}

const NO_RECORDS: readonly Buffer[] = Object.freeze([])

function nothing(status: ReadStatus, nextBeginOffset: number, queue: ConsumeQueue | undefined): ReadResult {
  return {
    status,
    records: NO_RECORDS,
    totalBytes: 0,
    nextBeginOffset,
    minOffset: queue?.minOffset ?? 0,
    maxOffset: queue?.maxOffset ?? 0
  }
}
