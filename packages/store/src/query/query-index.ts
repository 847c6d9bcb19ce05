import type { MaybePromise, QueryRequest, QueryResult } from '../message-store'
import { keyText } from './key-hashes'
import { MAX_QUERY_RECORDS, RecordSelection } from './record-selection'

/** What is asked of an index. */
export interface IndexQuery {
  readonly keyText: string
  readonly maxCount: number
  readonly beginMs: number
  readonly endMs: number
}

/** What an index knows: a superset of what is wanted, since keys of one hash look alike to it. */
export interface IndexAnswer {
  /** The newest first, none twice. */
  readonly physicalOffsets: readonly number[]
  readonly lastUpdateTimestamp: number
  readonly lastUpdatePhysicalOffset: number
}

/** How often an index is asked, when too much of what it names is something else (read in store/…/DefaultMessageStore.java, `queryMessage`). */
const MAX_ROUNDS = 3
const MORE_EACH_ROUND = 8

/**
 * Answers a query from an index and the records that it names, those left out that are gone or damaged.
 *
 * @param records gives whole sound records, valid for as long as someone holds them.
 */
export async function queryIndex(
  index: { find(query: IndexQuery): Promise<IndexAnswer> },
  records: { at(physicalOffset: number): MaybePromise<Buffer | undefined> },
  request: QueryRequest
): Promise<QueryResult> {
  const { beginMs, endMs } = request
  let maxCount = Math.min(request.maxCount, MAX_QUERY_RECORDS)
  for (let round = 1; ; round++) {
    const { physicalOffsets, ...lastUpdate } = await index.find({ keyText: keyText(request), maxCount, beginMs, endMs })
    const selection = await select(records, request, physicalOffsets)
    const isAll = selection.isFull || physicalOffsets.length < maxCount
    if (isAll || round === MAX_ROUNDS) return { records: selection.records, ...lastUpdate }
    maxCount *= MORE_EACH_ROUND
  }
}

async function select(
  records: { at(physicalOffset: number): MaybePromise<Buffer | undefined> },
  request: QueryRequest,
  physicalOffsets: readonly number[]
): Promise<RecordSelection> {
  const selection = new RecordSelection(request)
  for (const physicalOffset of physicalOffsets) {
    if (selection.isFull) break
    const bytes = await records.at(physicalOffset)
    if (bytes !== undefined) selection.offer(bytes)
  }
  return selection
}
