import { chunkAt, clearedChunk, cutChunk, endOfChunk, isStart, type LogChunk, newLogChunk, takeRecord } from '../../log-chunk'
import { HELD_VIEW_BYTES } from '../../message-store'

const MAX_CHUNK_BYTES = 4 * 1024 * 1024
const MIN_CHUNK_BYTES = 64 * 1024

/** What a {@link HotTail} is made with. */
export interface HotTailOptions {
  /** Bytes of all chunks together. More is taken only for what has not been written yet. */
  readonly maxBytes: number
  /** Length of a file of the log: no chunk is longer, unless for one record or batch. */
  readonly fileBytes: number
  /** Calls back at the end of the turn. */
  readonly defer: (callback: () => void) => void
}

/**
 * The newest part of the log in memory: chunks of records, in which they are staged too. A full tail writes on in the memory of its
 * oldest chunk, but never in the turn in which that was dropped: views are valid until the turn ends. Those of records of
 * {@link HELD_VIEW_BYTES} are valid for as long as someone holds them: the memory of their chunk is not used again.
 */
export class HotTail {
  readonly #chunkBytes: number
  readonly #maxBytes: number
  readonly #defer: (callback: () => void) => void
  #chunks: LogChunk[] = []
  #last: LogChunk | undefined
  /** Dropped in a turn that is over. */
  #spare: LogChunk | undefined
  #isResting = false
  #allocatedBytes = 0

  constructor({ maxBytes, fileBytes, defer }: HotTailOptions) {
    this.#chunkBytes = Math.min(MAX_CHUNK_BYTES, fileBytes, Math.max(MIN_CHUNK_BYTES, Math.floor(maxBytes / 8)))
    this.#maxBytes = maxBytes
    this.#defer = defer
  }

  /** A chunk that has room for `size` bytes, to be filled from `used` on, which is `physicalOffset`. What is written may be dropped for it. */
  reserve(physicalOffset: number, size: number, writtenOffset: number): LogChunk {
    const last = this.#last
    if (last !== undefined && last.base + last.used === physicalOffset && last.bytes.length - last.used >= size) return last
    return this.#addChunk(physicalOffset, size, writtenOffset)
  }

  /** A record of `size` bytes was put into the chunk that was reserved. */
  noteRecord(chunk: LogChunk, size: number): void {
    takeRecord(chunk, size)
  }

  /** Chunks with bytes that are not written yet, in log order. */
  behind(writtenOffset: number): readonly LogChunk[] {
    const chunks = this.#chunks
    let first = chunks.length
    while (first > 0 && endOfChunk(chunks[first - 1] as LogChunk) > writtenOffset) first--
    return first === chunks.length - 1 && this.#last !== undefined ? [this.#last] : chunks.slice(first)
  }

  /** Forgets what is at or behind an offset. */
  cut(physicalOffset: number): void {
    for (let last = this.#last; last !== undefined && endOfChunk(last) > physicalOffset; last = this.#last) {
      cutChunk(last, Math.max(0, physicalOffset - last.base))
      if (last.used > 0) return
      this.#chunks.pop()
      this.#allocatedBytes -= last.bytes.length
      this.#last = this.#chunks[this.#chunks.length - 1]
    }
  }

  /** Bytes that are all in one chunk. */
  view(physicalOffset: number, size: number): Buffer | undefined {
    const chunk = chunkAt(this.#chunks, physicalOffset)
    if (chunk === undefined) return undefined
    const at = physicalOffset - chunk.base
    if (at + size > chunk.used) return undefined
    if (size >= HELD_VIEW_BYTES) chunk.isHeld = true
    return chunk.bytes.subarray(at, at + size)
  }

  /** As `view`, but valid for as long as it is held: a copy when it is small. */
  held(physicalOffset: number, size: number): Buffer | undefined {
    const view = this.view(physicalOffset, size)
    return view === undefined || size >= HELD_VIEW_BYTES ? view : Buffer.from(view)
  }

  /** Whether a record begins there; `undefined` when that part of the log is not here. */
  isRecordStart(physicalOffset: number): boolean | undefined {
    const chunk = chunkAt(this.#chunks, physicalOffset)
    return chunk === undefined ? undefined : isStart(chunk, physicalOffset - chunk.base)
  }

  #addChunk(physicalOffset: number, size: number, writtenOffset: number): LogChunk {
    const capacity = Math.max(this.#chunkBytes, size)
    while (this.#allocatedBytes + capacity > this.#maxBytes && this.#dropOldest(writtenOffset));
    const chunk = (capacity === this.#chunkBytes ? this.#takeSpare(physicalOffset) : undefined) ?? newLogChunk(physicalOffset, capacity)
    this.#chunks.push(chunk)
    this.#last = chunk
    this.#allocatedBytes += capacity
    return chunk
  }

  #dropOldest(writtenOffset: number): boolean {
    const [oldest] = this.#chunks
    if (oldest === undefined || endOfChunk(oldest) > writtenOffset) return false
    this.#chunks.shift()
    this.#allocatedBytes -= oldest.bytes.length
    this.#rest(oldest)
    return true
  }

  #rest(chunk: LogChunk): void {
    if (this.#isResting || chunk.isHeld || chunk.bytes.length !== this.#chunkBytes) return
    this.#isResting = true
    this.#defer(() => {
      this.#isResting = false
      this.#spare = chunk
    })
  }

  #takeSpare(base: number): LogChunk | undefined {
    const spare = this.#spare
    this.#spare = undefined
    return spare === undefined ? undefined : clearedChunk(spare, base)
  }
}
