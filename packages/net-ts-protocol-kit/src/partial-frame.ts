const FIRST_SEGMENT_BYTES = 4 * 1024
const MAX_SEGMENT_BYTES = 64 * 1024
const KEPT_BY_REFERENCE_BYTES = 16 * 1024

/**
 * The beginning of a frame whose rest has not arrived. Pieces that lie behind one another in memory are kept as one view; of others
 * large ones are kept as they came, small ones are copied together into segments that double in size: memory stays near what was
 * received and every byte is copied at most twice, however small the pieces are.
 */
export class PartialFrame {
  /** Everything so far, as long as it lies in one place. */
  #run: Buffer | undefined
  #segments: Buffer[] = []
  #tail: Buffer | undefined
  #tailLength = 0
  #nextSegmentBytes = FIRST_SEGMENT_BYTES
  #length = 0
  #heldBytes = 0
  #copiedBytes = 0
  #segmentsFilled = 0

  /** Bytes received. */
  get length(): number {
    return this.#length
  }

  /** Memory in use. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Bytes copied so far, over all frames. */
  get copiedBytes(): number {
    return this.#copiedBytes
  }

  /** Grows with every segment that is filled, or would be: a frame that only drips in makes no such progress. */
  get segmentsFilled(): number {
    return this.#segmentsFilled
  }

  /** Takes a piece of a frame that will have at least `neededBytes` in total. */
  add(piece: Buffer, neededBytes: number): void {
    if (this.#length === 0 && mayGoOn(piece)) this.#extend(piece, piece, neededBytes)
    else if (this.#run !== undefined && goesOn(this.#run, piece)) this.#extend(joined(this.#run, piece), piece, neededBytes)
    else this.#addApart(piece, neededBytes)
  }

  #addApart(piece: Buffer, neededBytes: number): void {
    const run = this.#run
    if (run !== undefined) {
      this.clear()
      this.#addApart(run, neededBytes)
    }
    if (this.#tail === undefined && piece.length >= KEPT_BY_REFERENCE_BYTES) this.#keep(piece)
    else this.#copy(piece, neededBytes)
  }

  /** The first four bytes as a signed number. */
  readLength(): number {
    const first = this.#run ?? this.#segments[0] ?? this.#tail
    return first?.readInt32BE(0) ?? 0
  }

  /** The whole frame in one buffer; starts again with nothing. */
  take(): Buffer {
    if (this.#run !== undefined) return this.#takeRun(this.#run)
    this.#sealTail()
    const [only, ...more] = this.#segments
    const frame = only !== undefined && more.length === 0 ? only : this.#join()
    this.clear()
    return frame
  }

  clear(): void {
    this.#run = undefined
    this.#segments = []
    this.#tail = undefined
    this.#tailLength = 0
    this.#nextSegmentBytes = FIRST_SEGMENT_BYTES
    this.#length = 0
    this.#heldBytes = 0
  }

  /** A run keeps more alive than itself, so that it counts no less than a segment would. */
  #extend(run: Buffer, piece: Buffer, neededBytes: number): void {
    this.#run = run
    this.#length += piece.length
    this.#heldBytes = Math.max(this.#length, Math.min(FIRST_SEGMENT_BYTES, neededBytes))
    if (run.length % FIRST_SEGMENT_BYTES < piece.length) this.#segmentsFilled++
  }

  #takeRun(run: Buffer): Buffer {
    this.clear()
    return run
  }

  #keep(piece: Buffer): void {
    this.#segments.push(piece)
    this.#segmentsFilled++
    this.#length += piece.length
    this.#heldBytes += piece.length
  }

  #copy(piece: Buffer, neededBytes: number): void {
    for (let at = 0; at < piece.length; ) {
      const tail = this.#tail ?? this.#newTail(neededBytes - this.#length)
      const size = piece.copy(tail, this.#tailLength, at)
      at += size
      this.#tailLength += size
      this.#length += size
      this.#copiedBytes += size
      if (this.#tailLength === tail.length) this.#sealTail()
    }
  }

  #newTail(missingBytes: number): Buffer {
    const tail = Buffer.allocUnsafe(Math.min(this.#nextSegmentBytes, missingBytes))
    this.#nextSegmentBytes = Math.min(MAX_SEGMENT_BYTES, this.#nextSegmentBytes * 2)
    this.#heldBytes += tail.length
    this.#tail = tail
    this.#tailLength = 0
    return tail
  }

  #sealTail(): void {
    if (this.#tail === undefined) return
    this.#segments.push(this.#tail.subarray(0, this.#tailLength))
    this.#tail = undefined
    this.#segmentsFilled++
  }

  #join(): Buffer {
    this.#copiedBytes += this.#length
    return Buffer.concat(this.#segments, this.#length)
  }
}

/** Whether the next piece may come to lie right behind this one. */
const mayGoOn = (piece: Buffer): boolean => piece.byteOffset + piece.length < piece.buffer.byteLength

const goesOn = (run: Buffer, piece: Buffer): boolean => run.buffer === piece.buffer && run.byteOffset + run.length === piece.byteOffset

const joined = (run: Buffer, { length }: Buffer): Buffer => Buffer.from(run.buffer, run.byteOffset, run.length + length)
