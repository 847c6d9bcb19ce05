import { decodeRecord, KEY_SEPARATOR, MessageProperty, type MessageRecord } from '@rocketmq-ts/remoting/wire'
import type { QueryRequest } from '../message-store'

/** Most records of one query (read in store/…/config/MessageStoreConfig.java, `maxMsgsNumBatch`). */
export const MAX_QUERY_RECORDS = 64

/**
 * Picks from what the index names the records that a query wants. An index knows hashes and whole seconds; here the record itself
 * decides: by its topic, its keys and its store time. A record that is named twice is taken once.
 */
export class RecordSelection {
  readonly #request: QueryRequest
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #taken = new Map<number, Buffer>()
  #bytes = 0
  #isFull: boolean

  constructor(request: QueryRequest) {
    this.#request = request
    this.#maxCount = Math.min(request.maxCount, MAX_QUERY_RECORDS)
    this.#maxBytes = request.maxBytes ?? Number.POSITIVE_INFINITY
    this.#isFull = this.#maxCount < 1
  }

  get isFull(): boolean {
    return this.#isFull
  }

  /** Looks at one record, the newest first. It must be whole and sound. */
  offer(bytes: Buffer): void {
    if (this.isFull) return
    const record = decodeRecord(bytes)
    if (isWanted(record, this.#request) && !this.#taken.has(record.physicalOffset)) this.#take(record.physicalOffset, bytes)
  }

  #take(physicalOffset: number, bytes: Buffer): void {
    if (this.#taken.size > 0 && this.#bytes + bytes.length > this.#maxBytes) {
      this.#isFull = true
      return
    }
    this.#taken.set(physicalOffset, bytes)
    this.#bytes += bytes.length
    this.#isFull = this.#taken.size >= this.#maxCount
  }

  /** What was taken, in log order (read in store/…/DefaultMessageStore.java, `queryMessage`). */
  get records(): Buffer[] {
    return [...this.#taken].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
  }
}

/** Whether a record is one that a query asks for, whatever an index says. */
export function isWanted(record: MessageRecord, request: QueryRequest): boolean {
  const { storeTimestamp, topic } = record
  return storeTimestamp >= request.beginMs && storeTimestamp <= request.endMs && topic === request.topic && carries(record, request)
}

function carries({ properties }: MessageRecord, { key, indexType }: QueryRequest): boolean {
  if (indexType === 'T') return properties.get(MessageProperty.TAGS) === key
  if (key === '') return false
  const keys = properties.get(MessageProperty.KEYS)?.split(KEY_SEPARATOR)
  return properties.get(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX) === key || (keys?.includes(key) ?? false)
}
