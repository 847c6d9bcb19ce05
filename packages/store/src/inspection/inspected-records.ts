import { decodeRecord, type MessageRecord } from '@rocketmq-ts/remoting/wire'
import { isQueued } from '../check-request'
import type { DamagedRange } from '../disk/recovery/damage'
import { offsetByTimeLater } from '../offset-by-time'
import { StoreError } from '../store-error'
import { isGone } from './again-when-gone'
import { Handover } from './handover'
import type { InspectedQueue } from './inspected-queue'
import type { InspectedStore } from './inspected-store'
import { LogReader } from './log-reader'
import { logTailOf } from './log-tail'
import { scanStoreLog } from './scan-store-log'

/** Which records are wanted; what is left out is no limit. Ends of ranges are not included. */
export interface RecordsRequest {
  readonly topic?: string
  /** Of `topic`: the records come by the queue's entries then, in queue order. */
  readonly queueId?: number
  /** Queue offsets: goes with `queueId`. */
  readonly fromQueueOffset?: number
  readonly toQueueOffset?: number
  /** Commit log offsets. */
  readonly fromOffset?: number
  readonly toOffset?: number
  /** Store times, milliseconds. */
  readonly fromTime?: number
  readonly toTime?: number
  /** Told of bytes of the log that are no record though records follow, and of entries of the queue without a sound record. */
  readonly onDamage?: (range: DamagedRange) => void
}

/**
 * The sound records of a store, in log order, or in queue order when a queue is named: then by its entries, and behind these from the log,
 * without half messages, which have no place in it. Memory is bounded; a record is on memory of its own or may be held for as long as its
 * neighbours.
 *
 * @throws StoreError `OPTION_INVALID` for a queue without a topic, or queue offsets without a queue; FileError when the disk fails.
 */
export function inspectRecords(store: InspectedStore, request: RecordsRequest): AsyncGenerator<MessageRecord> {
  checkRequest(request)
  const { topic, queueId } = request
  // Before the queue is listed: what it lacks then is behind it.
  const tail = queueId === undefined ? Number.POSITIVE_INFINITY : logTailOf(store).from
  const queue = topic === undefined || queueId === undefined ? undefined : findQueue(store, topic, queueId)
  const hasEntries = queue !== undefined && queue.maxOffset > queue.firstEntry
  return hasEntries ? recordsOfWholeQueue(store, queue, request, tail) : recordsOfLog(store, request)
}

function checkRequest({ topic, queueId, fromQueueOffset, toQueueOffset }: RecordsRequest): void {
  if (queueId !== undefined && topic === undefined) throw new StoreError('OPTION_INVALID', 'a queue needs its topic')
  const hasQueueOffsets = fromQueueOffset !== undefined || toQueueOffset !== undefined
  if (hasQueueOffsets && queueId === undefined) throw new StoreError('OPTION_INVALID', 'queue offsets need a queue')
}

function findQueue(store: InspectedStore, topic: string, queueId: number): InspectedQueue | undefined {
  return store.queues().queues.find((each) => each.topic === topic && each.queueId === queueId)
}

async function* recordsOfWholeQueue(store: InspectedStore, queue: InspectedQueue, request: RecordsRequest, tail: number) {
  const end = yield* recordsOfQueue(store, queue, request)
  const { topic, queueId, toQueueOffset = Number.POSITIVE_INFINITY } = request
  if (tail === Number.POSITIVE_INFINITY || toQueueOffset <= end) return
  const fromQueueOffset = Math.max(end, request.fromQueueOffset ?? 0)
  const onDamage = (range: DamagedRange): void => {
    const isOfIt = range.topic === topic && range.queueId === queueId && (range.queueOffset ?? 0) >= fromQueueOffset
    if (range.topic === undefined || isOfIt) request.onDamage?.(range)
  }
  const isWanted = (file: { readonly end: number }): boolean => file.end > tail
  yield* recordsOfLog(store, { ...request, fromQueueOffset, onDamage }, Promise.resolve({ from: tail, isWanted }))
}

/** Goes on with the files that are left when retention removes one meanwhile. Returns the offset behind the entries. */
async function* recordsOfQueue(
  store: InspectedStore,
  first: InspectedQueue,
  request: RecordsRequest
): AsyncGenerator<MessageRecord, number> {
  const reader = new LogReader(store)
  let end = first.maxOffset
  let fromQueueOffset = request.fromQueueOffset ?? 0
  try {
    for (let queue: InspectedQueue | undefined = first; queue !== undefined; queue = findQueue(store, queue.topic, queue.queueId)) {
      end = queue.maxOffset
      try {
        for await (const { queueOffset, record } of entriesOf(reader, queue, { ...request, fromQueueOffset })) {
          fromQueueOffset = queueOffset + 1
          if (record !== undefined && isInRange(record, request)) yield record
        }
        return end
      } catch (error) {
        if (!isGone(error)) throw error
      } finally {
        queue.close()
      }
    }
    return end
  } finally {
    reader.close()
  }
}

/** Each offset of a queue, with its record when it is sound. */
async function* entriesOf(reader: LogReader, queue: InspectedQueue, request: RecordsRequest) {
  const { from, to } = await queueRange(reader, queue, request)
  for await (const entries of queue.pages(from, to)) {
    for (let index = 0; index < entries.count; index++) {
      const queueOffset = entries.from + index
      const physicalOffset = entries.physicalOffset(index)
      const found = entries.isBlank(index) ? undefined : await reader.at(physicalOffset)
      const record = found !== undefined && 'record' in found && isOf(found.record, queue, queueOffset) ? found.record : undefined
      const size = entries.isBlank(index) ? 0 : entries.size(index)
      if (record === undefined) request.onDamage?.(lostEntry(queue, queueOffset, physicalOffset, size))
      yield { queueOffset, record }
    }
  }
}

async function queueRange(reader: LogReader, queue: InspectedQueue, request: RecordsRequest): Promise<{ from: number; to: number }> {
  const { fromQueueOffset = 0, toQueueOffset = queue.maxOffset, fromTime } = request
  const from = Math.max(await queue.minOffset(reader.start), fromQueueOffset)
  const to = Math.max(from, Math.min(queue.maxOffset, toQueueOffset))
  if (fromTime === undefined) return { from, to }
  return { from: await offsetByTimeLater(from, to, fromTime, 'LOWER', (offset) => storeTimeFrom(reader, queue, offset, to)), to }
}

/** The store time at an offset, or at the next one whose record is sound. */
async function storeTimeFrom(reader: LogReader, queue: InspectedQueue, from: number, to: number): Promise<number> {
  for (let offset = from; offset < to; offset++) {
    const entries = await queue.entries(offset, offset + 1)
    const found = entries.count === 0 || entries.isBlank(0) ? undefined : await reader.at(entries.physicalOffset(0))
    if (found !== undefined && 'record' in found) return found.record.storeTimestamp
  }
  return Number.MAX_SAFE_INTEGER
}

function isOf(record: MessageRecord, { topic, queueId }: InspectedQueue, queueOffset: number): boolean {
  return record.topic === topic && record.queueId === queueId && record.queueOffset === queueOffset
}

function lostEntry({ topic, queueId }: InspectedQueue, queueOffset: number, from: number, size: number): DamagedRange {
  return { from, to: from + size, topic, queueId, queueOffset }
}

/** The files that are read, and where a record begins from which they are. */
interface WantedFiles {
  readonly from: number
  readonly isWanted: (file: { readonly start: number; readonly end: number }) => boolean
}

async function* recordsOfLog(
  store: InspectedStore,
  request: RecordsRequest,
  wanted: Promise<WantedFiles> = wantedFiles(store, request)
): AsyncGenerator<MessageRecord> {
  const handover = new Handover<MessageRecord>()
  const stop = new AbortController()
  const toOffset = request.toOffset ?? Number.POSITIVE_INFINITY
  const scanning = wanted.then(({ from, isWanted }) =>
    scanStoreLog(store, {
      ...{ from, isWanted, signal: stop.signal },
      onDamage: (range) => request.onDamage?.(range),
      onPause: () => handover.pause(),
      onRecord: (bytes, at, size, physicalOffset) => {
        if (stop.signal.aborted || physicalOffset < (request.fromOffset ?? 0)) return
        if (physicalOffset >= toOffset) stop.abort(ENOUGH)
        else if (isWantedRecord(decodeRecord(bytes, at, at + size), request)) handover.add(copyOf(bytes, at, size))
      }
    })
  )
  scanning.then(
    () => handover.end(),
    (error) => handover.end(error === ENOUGH ? undefined : error)
  )
  try {
    yield* handover.items()
  } finally {
    stop.abort(ENOUGH)
    handover.end()
    await scanning.catch(() => {})
  }
}

const ENOUGH = new Error('enough has been read')

function copyOf(bytes: Buffer, at: number, size: number): MessageRecord {
  return decodeRecord(Buffer.from(bytes.subarray(at, at + size)))
}

/** Which files may hold what is wanted, and where a record begins from which they can be read. Store times do not fall from one file to the next. */
async function wantedFiles(store: InspectedStore, request: RecordsRequest): Promise<WantedFiles> {
  const { fromOffset = 0, toOffset = Number.POSITIVE_INFINITY, fromTime, toTime = Number.POSITIVE_INFINITY } = request
  const reader = new LogReader(store)
  try {
    const begun = await reader.at(fromOffset)
    const files = store.logFiles()
    const first = files.findLast(({ start }) => start <= fromOffset)?.start ?? 0
    let start = 0
    let end = toOffset
    for (const file of fromTime === undefined && toTime === Number.POSITIVE_INFINITY ? [] : files) {
      const found = await reader.at(file.start)
      if (!('record' in found)) continue
      const time = found.record.storeTimestamp
      if (fromTime !== undefined && time < fromTime) start = file.start
      if (time >= toTime) end = Math.min(end, file.start)
    }
    const from = Math.max(start, 'record' in begun && (await isRecordStart(store, begun.record)) ? fromOffset : first)
    return { from, isWanted: (file: { start: number; end: number }) => file.end > from && file.start < end }
  } finally {
    reader.close()
  }
}

/** Whether the record's queue has it there: a sender may put the bytes of a record into a body, but not an entry for them into a queue. */
export async function isRecordStart(store: InspectedStore, record: MessageRecord): Promise<boolean> {
  const { topic, queueId, queueOffset, physicalOffset } = record
  const queue = findQueue(store, topic, queueId)
  const entries = await queue?.entries(queueOffset, queueOffset + 1)
  queue?.close()
  return entries !== undefined && entries.count === 1 && entries.physicalOffset(0) === physicalOffset
}

function isWantedRecord(record: MessageRecord, request: RecordsRequest): boolean {
  const { topic, queueId, fromQueueOffset = 0, toQueueOffset = Number.POSITIVE_INFINITY } = request
  if (topic !== undefined && record.topic !== topic) return false
  if (queueId !== undefined && (record.queueId !== queueId || !isQueued(record.sysFlag))) return false
  if (queueId !== undefined && (record.queueOffset < fromQueueOffset || record.queueOffset >= toQueueOffset)) return false
  return isInRange(record, request)
}

function isInRange({ physicalOffset, storeTimestamp }: MessageRecord, request: RecordsRequest): boolean {
  const { fromOffset = 0, toOffset = Number.POSITIVE_INFINITY, fromTime = 0, toTime = Number.POSITIVE_INFINITY } = request
  return physicalOffset >= fromOffset && physicalOffset < toOffset && storeTimestamp >= fromTime && storeTimestamp < toTime
}
