import {
  javaStringHashCode,
  MessageSysFlag,
  RecordField,
  RecordMagic,
  recordBodyAt,
  recordStoreTimeAt,
  transactionValue
} from '@rocketmq-ts/remoting/wire'
import { int32At } from '../big-endian'
import type { QueryRequest } from '../message-store'

/** What the index hashes for a query: `topic#key`, or `topic#T#tag` (read in store/…/index/IndexService.java, `buildKey`). */
export function keyText(request: Pick<QueryRequest, 'topic' | 'key' | 'indexType'>): string {
  return request.indexType === 'T' ? `${request.topic}#T#${request.key}` : `${request.topic}#${request.key}`
}

/** The hash of a key text, never negative (read in store/…/index/IndexFile.java, `indexKeyHashMethod`). */
export function keyHash(text: string): number {
  return positive(javaStringHashCode(text))
}

/**
 * Whether a record with this system flag is found by its keys: the end of a transaction that was rolled back is not (read in
 * store/…/index/IndexService.java, `buildIndex`).
 */
export function hasKeys(sysFlag: number): boolean {
  return transactionValue(sysFlag) !== MessageSysFlag.TRANSACTION_ROLLBACK
}

/**
 * The hashes of all keys that a stored record is indexed by: its unique key, each of its keys, its tag (read in
 * store/…/index/IndexService.java, `buildIndex`). Works on the bytes alone: it runs for every message.
 *
 * @param hashes takes them, in Java's order; what it held is gone.
 * @returns whether the last of them is of the tag, which brokers before 5.4.0 do not index.
 */
export function readKeyHashes(record: Buffer, hashes: number[]): boolean {
  hashes.length = 0
  const sysFlag = int32At(record, RecordField.SYS_FLAG)
  if (!hasKeys(sysFlag)) return false
  const bodyAt = recordBodyAt(0, sysFlag)
  const topicLengthAt = bodyAt + int32At(record, bodyAt - 4)
  const isV2 = int32At(record, RecordField.MAGIC) === RecordMagic.V2
  const topicAt = topicLengthAt + (isV2 ? 2 : 1)
  const topicEnd = topicAt + (isV2 ? record.readInt16BE(topicLengthAt) : record.readInt8(topicLengthAt))
  found.read(record, topicEnd + 2, int32At(record, RecordField.SIZE))
  const prefix = withUnit(hashText(record, topicAt, topicEnd, 0), HASH_SIGN)
  if (found.uniqueKeyEnd > 0) hashes.push(positive(hashText(record, found.uniqueKeyAt, found.uniqueKeyEnd, prefix)))
  if (found.keysEnd > 0) pushEach(record, found.keysAt, found.keysEnd, prefix, hashes)
  if (found.tagsEnd > 0) hashes.push(positive(hashText(record, found.tagsAt, found.tagsEnd, tagPrefix(prefix))))
  return found.tagsEnd > 0
}

/** The store time of a stored record. */
export function readStoreTimestamp(record: Buffer): number {
  const at = recordStoreTimeAt(0, record.readInt32BE(RecordField.SYS_FLAG))
  return record.readInt32BE(at) * 0x100000000 + record.readUInt32BE(at + 4)
}

/** Where the properties that are indexed stand in a record. An end of 0: there is none. */
class IndexedProperties {
  uniqueKeyAt = 0
  uniqueKeyEnd = 0
  keysAt = 0
  keysEnd = 0
  tagsAt = 0
  tagsEnd = 0

  /** As `decodeProperties`: the last of equal names wins, an empty value is none. */
  read(record: Buffer, from: number, to: number): void {
    this.uniqueKeyEnd = this.keysEnd = this.tagsEnd = 0
    for (let nameAt = from; nameAt < to; ) {
      const nameEnd = endOfName(record, nameAt, to)
      const end = endOfProperty(record, nameEnd, to)
      if (end > nameEnd + 1) this.#take(record, nameAt, nameEnd, end)
      nameAt = end + 1
    }
  }

  /** A property whose value begins behind the byte at `nameEnd`. */
  #take(record: Buffer, nameAt: number, nameEnd: number, end: number): void {
    if (nameEnd - nameAt === 4) {
      const name = int32At(record, nameAt)
      if (name === KEYS) {
        this.keysAt = nameEnd + 1
        this.keysEnd = end
      } else if (name === TAGS) {
        this.tagsAt = nameEnd + 1
        this.tagsEnd = end
      }
    } else if (nameEnd - nameAt === 8 && int32At(record, nameAt) === UNIQ && int32At(record, nameAt + 4) === _KEY) {
      this.uniqueKeyAt = nameEnd + 1
      this.uniqueKeyEnd = end
    }
  }
}

const NAME_VALUE_SEPARATOR = 1
const PROPERTY_SEPARATOR = 2
const SPACE = 32
const HASH_SIGN = 35
const LETTER_T = 84
/** Names of properties, four letters at a time. */
const KEYS = 0x4b455953
const TAGS = 0x54414753
const UNIQ = 0x554e4951
const _KEY = 0x5f4b4559

/** One for all: it is filled and read within a call. */
const found = new IndexedProperties()

/** Of the separator behind the name, or where the property ends without one. */
function endOfName(record: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && record[at] !== NAME_VALUE_SEPARATOR && record[at] !== PROPERTY_SEPARATOR) at++
  return at
}

function endOfProperty(record: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && record[at] !== PROPERTY_SEPARATOR) at++
  return at
}

/** Keys are separated by spaces; what is empty is none. */
function pushEach(record: Buffer, from: number, to: number, prefix: number, hashes: number[]): void {
  for (let at = from; at < to; ) {
    let end = at
    while (end < to && record[end] !== SPACE) end++
    if (end > at) hashes.push(positive(hashText(record, at, end, prefix)))
    at = end + 1
  }
}

/** Goes on with a hash over UTF-8: Java's is over UTF-16, which is the same for ASCII. */
function hashText(record: Buffer, from: number, to: number, hash: number): number {
  let result = hash
  for (let at = from; at < to; at++) {
    const byte = record[at] as number
    if (byte >= 0x80) return hashUnits(record.toString('utf8', at, to), result)
    result = withUnit(result, byte)
  }
  return result
}

function hashUnits(text: string, hash: number): number {
  let result = hash
  for (let i = 0; i < text.length; i++) result = withUnit(result, text.charCodeAt(i))
  return result
}

function withUnit(hash: number, unit: number): number {
  return (Math.imul(hash, 31) + unit) | 0
}

function tagPrefix(prefix: number): number {
  return withUnit(withUnit(prefix, LETTER_T), HASH_SIGN)
}

/** Java's `Math.abs`, and 0 for the one number that has no positive. */
function positive(hash: number): number {
  return hash === -0x80000000 ? 0 : Math.abs(hash)
}
