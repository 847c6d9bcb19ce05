import { writeRecord } from '@rocketmq-ts/remoting/wire'
import { chunkAt, clearedChunk, endOfChunk, isStart, type LogChunk, newLogChunk, takeRecord } from './log-chunk'
import { type Appended, type AppendRequest, HELD_VIEW_BYTES } from './message-store'
import { bytesOf, type PlacedRecord } from './placed-records'

/** What a {@link MemoryCommitLog} is made with. */
export interface MemoryCommitLogOptions {
  /** Bytes of a chunk. */
  readonly chunkBytes: number
  /** Bytes of all chunks together. */
  readonly maxBytes: number
  /** Calls back at the end of the turn. */
  readonly defer: (callback: () => void) => void
}

/**
 * The commit log in memory: chunks of records, one after another without gaps. A full log writes on in the memory of its oldest
 * chunk, but never in the turn in which that was dropped: views are valid until the turn ends. Those of records of {@link HELD_VIEW_BYTES} are valid for as long as someone holds them: the memory of their chunk is not used again.
 */
export class MemoryCommitLog {
  readonly #options: MemoryCommitLogOptions
  #chunks: LogChunk[] = []
  /** Dropped in a turn that is over. */
  #spare: LogChunk | undefined
  #isResting = false
  #allocatedBytes = 0
  #end = 0
  #committed = 0

  constructor(options: MemoryCommitLogOptions) {
    this.#options = options
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
   * Sees that the next `size` bytes have room in one chunk, dropping the oldest ones for it when the log is full. Whether they
   * have: a chunk with records that are not committed yet is never dropped, and none when that would not help.
   */
  makeRoom(size: number): boolean {
    const tail = this.#chunks[this.#chunks.length - 1]
    if (tail !== undefined && tail.bytes.length - tail.used >= size) return true
    const { chunkBytes, maxBytes } = this.#options
    const capacity = Math.max(chunkBytes, size)
    if (this.#stagedChunkBytes() + capacity > maxBytes) return false
    while (this.#allocatedBytes + capacity > maxBytes) this.#dropOldest()
    this.#chunks.push((capacity === chunkBytes ? this.#takeSpare() : undefined) ?? newLogChunk(this.#end, capacity))
    this.#allocatedBytes += capacity
    return true
  }

  /** Writes a record at the end, where `makeRoom` made room. */
  append(request: AppendRequest, place: Appended): void {
    const tail = this.#tail()
    writeRecord(tail.bytes, tail.used, request, place, place.size)
    takeRecord(tail, place.size)
    this.#end += place.size
  }

  /** Writes records one behind the other at the end, where `makeRoom` made room for all. None is there when one cannot be written. */
  appendAll(records: readonly PlacedRecord[]): void {
    const tail = this.#tail()
    let at = tail.used
    for (const { request, appended, size } of records) at += writeRecord(tail.bytes, at, request, appended, size)
    for (const { size } of records) takeRecord(tail, size)
    this.#end += bytesOf(records)
  }

  /** The bytes of a record that is known to be there: a view. */
  view(physicalOffset: number, size: number): Buffer {
    const chunk = chunkAt(this.#chunks, physicalOffset)
    if (chunk === undefined) throw new RangeError('view of a record that is gone')
    if (size >= HELD_VIEW_BYTES) chunk.isHeld = true
    const at = physicalOffset - chunk.base
    return chunk.bytes.subarray(at, at + size)
  }

  /** From the record at an offset to the end of its chunk; `undefined` unless a committed record begins exactly there. */
  recordBytes(physicalOffset: number): Buffer | undefined {
    if (physicalOffset >= this.#committed) return undefined
    const chunk = chunkAt(this.#chunks, physicalOffset)
    const at = physicalOffset - (chunk?.base ?? 0)
    return chunk !== undefined && isStart(chunk, at) ? chunk.bytes.subarray(at, chunk.used) : undefined
  }

  #tail(): LogChunk {
    const tail = this.#chunks[this.#chunks.length - 1]
    if (tail === undefined) throw new RangeError('append without room')
    return tail
  }

  /** Of chunks that cannot be dropped. */
  #stagedChunkBytes(): number {
    let bytes = 0
    for (const chunk of this.#chunks) if (endOfChunk(chunk) > this.#committed) bytes += chunk.bytes.length
    return bytes
  }

  #dropOldest(): void {
    const oldest = this.#chunks.shift()
    if (oldest === undefined) return
    this.#allocatedBytes -= oldest.bytes.length
    this.#rest(oldest)
  }

  #rest(chunk: LogChunk): void {
    if (this.#isResting || chunk.isHeld || chunk.bytes.length !== this.#options.chunkBytes) return
    this.#isResting = true
    this.#options.defer(() => {
      this.#isResting = false
      this.#spare = chunk
    })
  }

  #takeSpare(): LogChunk | undefined {
    const spare = this.#spare
    this.#spare = undefined
    return spare === undefined ? undefined : clearedChunk(spare, this.#end)
  }
}
