import { writeRecord } from '@rocketmq-ts/remoting/wire'
import type { Appended, AppendRequest } from './message-store'

/**
 * The commit log in memory: chunks of records, one after another without gaps. Bytes once written never change and their
 * memory is never used again, so a view stays valid for as long as someone holds it.
 */
export class MemoryCommitLog {
  readonly #chunkBytes: number
  readonly #maxBytes: number
  #chunks: Chunk[] = []
  #allocatedBytes = 0
  #end = 0
  #committed = 0

  /** Both in bytes: the size of a chunk, and of all chunks together. */
  constructor(chunkBytes: number, maxBytes: number) {
    this.#chunkBytes = chunkBytes
    this.#maxBytes = maxBytes
  }

  /** Offset of the oldest record that is still there. */
  get minOffset(): number {
    return this.#chunks[0]?.base ?? this.#end
  }

  /** Offset of the next record. */
  get endOffset(): number {
    return this.#end
  }

  /** Records before it may be read. */
  get committedOffset(): number {
    return this.#committed
  }

  commit(): void {
    this.#committed = this.#end
  }

  /**
   * Sees that the next `append` of `size` bytes has room, dropping the oldest chunks for it when the log is full. Whether it
   * has: a chunk with records that are not committed yet is never dropped.
   */
  makeRoom(size: number): boolean {
    const tail = this.#chunks[this.#chunks.length - 1]
    if (tail !== undefined && tail.bytes.length - tail.used >= size) return true
    const capacity = Math.max(this.#chunkBytes, size)
    while (this.#allocatedBytes + capacity > this.#maxBytes) if (!this.#dropOldest()) return false
    this.#chunks.push({ base: this.#end, bytes: Buffer.allocUnsafeSlow(capacity), used: 0, starts: new Int32Array(64), count: 0 })
    this.#allocatedBytes += capacity
    return true
  }

  /** Writes a record at the end, where `makeRoom` made room. */
  append(request: AppendRequest, place: Appended): void {
    const tail = this.#chunks[this.#chunks.length - 1]
    if (tail === undefined) throw new RangeError('append without room')
    writeRecord(tail.bytes, tail.used, request, place, place.size)
    noteStart(tail)
    tail.used += place.size
    this.#end += place.size
  }

  /** The bytes of a record that is known to be there: a view. */
  view(physicalOffset: number, size: number): Buffer {
    const chunk = this.#chunkOf(physicalOffset)
    if (chunk === undefined) throw new RangeError('view of a record that is gone')
    const at = physicalOffset - chunk.base
    return chunk.bytes.subarray(at, at + size)
  }

  /** From the record at an offset to the end of its chunk; `undefined` unless a committed record begins exactly there. */
  recordBytes(physicalOffset: number): Buffer | undefined {
    if (physicalOffset >= this.#committed) return undefined
    const chunk = this.#chunkOf(physicalOffset)
    const at = physicalOffset - (chunk?.base ?? 0)
    return chunk !== undefined && isStart(chunk, at) ? chunk.bytes.subarray(at, chunk.used) : undefined
  }

  #dropOldest(): boolean {
    const [oldest] = this.#chunks
    if (oldest === undefined || oldest.base + oldest.used > this.#committed) return false
    this.#chunks.shift()
    this.#allocatedBytes -= oldest.bytes.length
    return true
  }

  #chunkOf(physicalOffset: number): Chunk | undefined {
    let low = 0
    let high = this.#chunks.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const chunk = this.#chunks[middle] as Chunk
      if (physicalOffset < chunk.base) high = middle - 1
      else if (physicalOffset >= chunk.base + chunk.used) low = middle + 1
      else return chunk
    }
    return undefined
  }
}

interface Chunk {
  /** Commit log offset of its first byte. */
  readonly base: number
  readonly bytes: Buffer
  used: number
  /** Where its records begin, ascending: an offset from outside must name one, not a place inside a body made to look like one. */
  starts: Int32Array
  count: number
}

function noteStart(chunk: Chunk): void {
  if (chunk.count === chunk.starts.length) {
    const longer = new Int32Array(chunk.count * 2)
    longer.set(chunk.starts)
    chunk.starts = longer
  }
  chunk.starts[chunk.count++] = chunk.used
}

function isStart(chunk: Chunk, at: number): boolean {
  let low = 0
  let high = chunk.count - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const start = chunk.starts[middle] as number
    if (start === at) return true
    if (start < at) low = middle + 1
    else high = middle - 1
  }
  return false
}
