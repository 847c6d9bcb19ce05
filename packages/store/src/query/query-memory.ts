import type { QueryRequest, QueryResult } from '../message-store'
import { keyHash, keyText } from './key-hashes'
import type { MemoryKeyIndex } from './memory-key-index'
import { RecordSelection } from './record-selection'

/** Answers a query from a log in memory. */
export function queryMemory(index: MemoryKeyIndex, request: QueryRequest): QueryResult {
  index.update()
  const selection = new RecordSelection(request)
  for (const bytes of index.find(keyHash(keyText(request)))) {
    if (selection.isFull) break
    selection.offer(bytes)
  }
  const { lastUpdateTimestamp, lastUpdatePhysicalOffset } = index
  return { records: selection.records, lastUpdateTimestamp, lastUpdatePhysicalOffset }
}
