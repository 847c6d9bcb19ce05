import { int32At } from '../../big-endian'

/** Bytes of an entry: physical offset int64, record size int32, tags code int64 (read in store/…/ConsumeQueue.java). */
export const ENTRY_BYTES = 20

/** Size in an entry whose record is missing: physical offset 0, tags code 0 (read in store/…/ConsumeQueue.java, `fillPreBlank`). */
export const BLANK_SIZE = 0x7fffffff

/** Tags codes at or below this are addresses in the consume queue's extension (read in store/…/ConsumeQueueExt.java, `MAX_ADDR`). */
export const MAX_EXTENSION_ADDRESS = -2147483649

const SIZE_AT = 8
const TAGS_AT = 12
const TWO_TO_32 = 0x1_0000_0000

/** Entries of a queue that follow each other, over the bytes that they have on disk. */
export class QueueEntries {
  /** Queue offset of the first. */
  readonly from: number
  readonly count: number
  /** Whether they have never been on disk, where anything may happen to them. */
  readonly isOurs: boolean
  readonly #bytes: Buffer

  constructor(from: number, bytes: Buffer, isOurs = false) {
    this.from = from
    this.isOurs = isOurs
    this.count = Math.floor(bytes.length / ENTRY_BYTES)
    this.#bytes = bytes
  }

  /** Where the record is in the log. */
  physicalOffset(index: number): number {
    return physicalOffsetAt(this.#bytes, index)
  }

  /** Bytes of the record. */
  size(index: number): number {
    return sizeAt(this.#bytes, index)
  }

  /**
   * Hash of the record's tag; the delivery time, milliseconds, in the delay topic; an address in the queue's extension, which is not read,
   * at or below `MAX_EXTENSION_ADDRESS`. Exact up to 2^53.
   */
  tagsCode(index: number): number {
    return readInt64(this.#bytes, index * ENTRY_BYTES + TAGS_AT)
  }

  /** Whether there is no record: it is lost, or was before the queue's first. So is an entry with values that no record has. */
  isBlank(index: number): boolean {
    return !isReal(this.#bytes, index)
  }
}

export function physicalOffsetAt(bytes: Buffer, index: number): number {
  return readInt64(bytes, index * ENTRY_BYTES)
}

export function sizeAt(bytes: Buffer, index: number): number {
  return int32At(bytes, index * ENTRY_BYTES + SIZE_AT)
}

/** Whether something was written there: the blank entry counts, zeros do not (read in store/…/ConsumeQueue.java, `recover`). */
export function isWritten(bytes: Buffer, index: number): boolean {
  return sizeAt(bytes, index) > 0 && int32At(bytes, index * ENTRY_BYTES) >= 0
}

/** Whether the entry stands for a record. */
export function isReal(bytes: Buffer, index: number): boolean {
  return isWritten(bytes, index) && sizeAt(bytes, index) !== BLANK_SIZE
}

export function writeEntry(bytes: Buffer, index: number, physicalOffset: number, size: number, tagsCode: number): void {
  const at = index * ENTRY_BYTES
  writeInt64(bytes, at, physicalOffset)
  writeInt32(bytes, at + SIZE_AT, size)
  writeInt64(bytes, at + TAGS_AT, tagsCode)
}

/** So many blank entries, as bytes. */
export function blankEntries(count: number): Buffer {
  const bytes = Buffer.alloc(count * ENTRY_BYTES)
  for (let index = 0; index < count; index++) bytes.writeInt32BE(BLANK_SIZE, index * ENTRY_BYTES + SIZE_AT)
  return bytes
}

// Two halves rather than a BigInt: no garbage per entry.
function readInt64(bytes: Buffer, at: number): number {
  return int32At(bytes, at) * TWO_TO_32 + (int32At(bytes, at + 4) >>> 0)
}

function writeInt64(bytes: Buffer, at: number, value: number): void {
  writeInt32(bytes, at, Math.floor(value / TWO_TO_32))
  writeInt32(bytes, at + 4, value >>> 0)
}

// Plain stores, as those loads: there is one entry for each record.
function writeInt32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
