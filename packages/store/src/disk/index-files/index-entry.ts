import { readLong, TWO_32 } from './index-layout'

/** One entry of an index file. */
export interface IndexEntry {
  readonly keyHash: number
  readonly physicalOffset: number
  /** Seconds from the file's begin timestamp to the record's store time. */
  readonly timeDiff: number
  /** Number of the entry before it in the same slot; 0: none. */
  readonly previous: number
}

export function readEntry(bytes: Buffer, at: number): IndexEntry {
  return {
    keyHash: bytes.readInt32BE(at),
    physicalOffset: readLong(bytes, at + 4),
    timeDiff: bytes.readInt32BE(at + 12),
    previous: bytes.readInt32BE(at + 16)
  }
}

export function writeEntry(bytes: Buffer, at: number, keyHash: number, physicalOffset: number, timeDiff: number, previous: number): void {
  putInt32(bytes, at, keyHash)
  putInt32(bytes, at + 4, Math.floor(physicalOffset / TWO_32))
  putInt32(bytes, at + 8, physicalOffset % TWO_32)
  putInt32(bytes, at + 12, timeDiff)
  putInt32(bytes, at + 16, previous)
}

/** Writes the low 32 bits. Plain stores: it runs for every key of every message. */
function putInt32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** Seconds from the first message of a file to another, as much as an entry can say (read in store/…/index/IndexFile.java, `putKey`). */
export function timeDiffOf(beginTimestamp: number, storeTimestamp: number): number {
  if (beginTimestamp <= 0) return 0
  const seconds = Math.trunc((storeTimestamp - beginTimestamp) / 1000)
  return Math.min(Math.max(seconds, 0), 0x7fffffff)
}
