import { type MessageRecord, ProtocolError, parseOffsetMessageId } from '@rocketmq-ts/remoting/wire'
import type { IndexFiles } from '../disk/index-files/index-files'
import type { QueryRequest } from '../message-store'
import { hasKeys, keyText } from '../query/key-hashes'
import { isWanted } from '../query/record-selection'
import { inspectRecords, isRecordStart } from './inspected-records'
import type { InspectedStore } from './inspected-store'
import { type FoundRecord, LogReader } from './log-reader'

/** Which messages are looked for. */
export interface FindRequest {
  /** One of the message's keys, its unique key, or, with `indexType` `T`, its tag. */
  readonly key: string
  /** Default `K`, as in {@link QueryRequest}. */
  readonly indexType?: QueryRequest['indexType']
  /** Default: every topic. */
  readonly topic?: string
  /** Store times, milliseconds; `toTime` is not included. Default: all. */
  readonly fromTime?: number
  readonly toTime?: number
  /** At most so many, the newest. Default 64. */
  readonly limit?: number
}

/** What was found, and how. */
export interface FoundRecords {
  /** In log order. */
  readonly records: readonly MessageRecord[]
  /** Whether the index alone told it; else the log was read, all of it or what is not indexed yet. */
  readonly isByIndex: boolean
}

const DEFAULT_LIMIT = 64
/** Entries that an index is asked for at first: more when others share their hashes. */
const FIRST_ENTRIES = 256

/** The newest messages with a key: by the index, and from the log what the index does not have. @throws FileError */
export async function findRecords(store: InspectedStore, request: FindRequest): Promise<FoundRecords> {
  const index = store.index()
  try {
    const isUsable = index.endPhysicalOffset >= 0 && index.problems.length === 0 && !lacksTags(request)
    const indexed = isUsable ? await byIndex(store, index, request) : []
    const { matching, isScanned } = await byScan(store, request, isUsable ? index.endPhysicalOffset : -1)
    const records = [...new Map([...indexed, ...matching].map((record) => [record.physicalOffset, record])).values()]
    records.sort((one, other) => one.physicalOffset - other.physicalOffset)
    return { records: newest(records, request), isByIndex: isUsable && !isScanned }
  } finally {
    await index.close()
  }
}

/** Before 5.4.0 brokers did not index tags, and an index does not tell who wrote it. */
function lacksTags({ indexType }: FindRequest): boolean {
  return indexType === 'T'
}

/**
 * The message that an id names: an offset message id, or the unique key that its sender gave it. Both may have 32 hex digits: one that is read
 * as a place must lead to a record of that store host.
 */
export async function findById(store: InspectedStore, id: string, topic?: string): Promise<readonly MessageRecord[]> {
  const found = await byOffsetMessageId(store, id)
  if (found !== undefined) return topic === undefined || found.topic === topic ? [found] : []
  return (await findRecords(store, { key: id, indexType: 'U', ...(topic !== undefined && { topic }) })).records
}

async function byOffsetMessageId(store: InspectedStore, id: string): Promise<MessageRecord | undefined> {
  try {
    const found = await recordAt(store, parseOffsetMessageId(id).physicalOffset)
    return 'record' in found && found.record.offsetMessageId === id.toUpperCase() ? found.record : undefined
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** The record that begins exactly at a log offset, not one in the body of another. */
export async function recordAt(store: InspectedStore, physicalOffset: number): Promise<FoundRecord> {
  const reader = new LogReader(store)
  try {
    const found = await reader.at(physicalOffset)
    if (!('record' in found) || (await isRecordStart(store, found.record))) return found
    for await (const record of inspectRecords(store, { fromOffset: physicalOffset, toOffset: physicalOffset + 1 })) return { record }
    return { problem: 'no record begins there: what looks like one is part of the body of another' }
  } finally {
    reader.close()
  }
}

async function byIndex(store: InspectedStore, index: IndexFiles, request: FindRequest): Promise<MessageRecord[]> {
  const topics = request.topic === undefined ? new Set(store.queues().queues.map(({ topic }) => topic)) : [request.topic]
  const reader = new LogReader(store)
  try {
    const found: MessageRecord[] = []
    for (const topic of topics) found.push(...(await ofTopic(index, reader, queryOf(request, topic))))
    return found
  } finally {
    reader.close()
  }
}

async function ofTopic(index: IndexFiles, reader: LogReader, query: QueryRequest): Promise<MessageRecord[]> {
  for (let maxCount = FIRST_ENTRIES; ; maxCount *= 8) {
    const { physicalOffsets } = await index.find({ ...query, keyText: keyText(query), maxCount })
    const found: MessageRecord[] = []
    for (const physicalOffset of physicalOffsets) {
      const read = await reader.at(physicalOffset)
      if ('record' in read && isWanted(read.record, query)) found.push(read.record)
    }
    if (found.length >= query.maxCount || physicalOffsets.length < maxCount) return found
  }
}

/** What the log has behind the last record that is indexed. */
async function byScan(store: InspectedStore, request: FindRequest, indexedTo: number) {
  const { topic, fromTime, toTime } = request
  const range = {
    ...(topic !== undefined && { topic }),
    ...(fromTime !== undefined && { fromTime }),
    ...(toTime !== undefined && { toTime })
  }
  let matching: MessageRecord[] = []
  let isScanned = false
  for await (const record of inspectRecords(store, { ...range, fromOffset: Math.max(indexedTo, 0) })) {
    if (record.physicalOffset <= indexedTo) continue
    isScanned = true
    if (!hasKeys(record.sysFlag) || !isWanted(record, queryOf(request, record.topic))) continue
    matching.push(record)
    if (matching.length > 2 * limitOf(request)) matching = newest(matching, request)
  }
  return { matching, isScanned }
}

function queryOf(request: FindRequest, topic: string): QueryRequest {
  const { key, indexType = 'K', fromTime = 0, toTime } = request
  const endMs = toTime === undefined ? Number.MAX_SAFE_INTEGER : toTime - 1
  return { topic, key, indexType, maxCount: limitOf(request), beginMs: fromTime, endMs }
}

function limitOf({ limit = DEFAULT_LIMIT }: FindRequest): number {
  return limit
}

function newest(records: MessageRecord[], request: FindRequest): MessageRecord[] {
  return records.slice(Math.max(0, records.length - limitOf(request)))
}
