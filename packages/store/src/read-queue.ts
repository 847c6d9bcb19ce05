import type { ConsumeQueue } from './consume-queue'
import type { MemoryCommitLog } from './memory-commit-log'
import type { ReadRequest, ReadResult, ReadStatus } from './message-store'

/** Entries that one read looks at (read in store/…/DefaultMessageStore.java: `maxFilterMessageSize` 16000 over 20 bytes an entry). */
export const MAX_ENTRIES_PER_READ = 800

/** Which offsets of a queue can be read. */
export interface QueueBounds {
  readonly minOffset: number
  readonly maxOffset: number
}

/** Reads a queue as `getMessage` does (read in store/…/DefaultMessageStore.java). `queue` is absent when it never had a record. */
export function readQueue(log: MemoryCommitLog, queue: ConsumeQueue | undefined, request: ReadRequest): ReadResult {
  const nothing = nothingAt(queue, request.queueOffset)
  return nothing ?? scan(log, queue as ConsumeQueue, request)
}

/** What a read from there gets when it is outside of the queue, or `undefined` when there are entries to look at. */
export function nothingAt(queue: QueueBounds | undefined, queueOffset: number): ReadResult | undefined {
  if (queue === undefined || queue.maxOffset === 0) return nothing('NO_MESSAGE_IN_QUEUE', 0, queue)
  if (queueOffset < queue.minOffset) return nothing('OFFSET_TOO_SMALL', queue.minOffset, queue)
  if (queueOffset === queue.maxOffset) return nothing('OFFSET_OVERFLOW_ONE', queueOffset, queue)
  if (queueOffset > queue.maxOffset) return nothing('OFFSET_OVERFLOW_BADLY', queue.maxOffset, queue)
  return undefined
}

/** How many entries a read looks at from there on. */
export function entriesToLookAt(queue: QueueBounds, { queueOffset, maxCount, matches }: ReadRequest): number {
  const wanted = matches === undefined ? Math.max(1, maxCount) : Math.max(MAX_ENTRIES_PER_READ, maxCount)
  return Math.min(queue.maxOffset - queueOffset, wanted)
}

function scan(log: MemoryCommitLog, queue: ConsumeQueue, request: ReadRequest): ReadResult {
  const { queueOffset, maxCount, maxBytes, matches } = request
  const end = queueOffset + entriesToLookAt(queue, request)
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

function nothing(status: ReadStatus, nextBeginOffset: number, queue: QueueBounds | undefined): ReadResult {
  return {
    status,
    records: NO_RECORDS,
    totalBytes: 0,
    nextBeginOffset,
    minOffset: queue?.minOffset ?? 0,
    maxOffset: queue?.maxOffset ?? 0
  }
}
