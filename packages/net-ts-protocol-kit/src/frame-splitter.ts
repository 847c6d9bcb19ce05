import { ProtocolError } from './coded-error'
import { PartialFrame } from './partial-frame'

/** Bytes of the length in front of every frame. */
export const LENGTH_BYTES = 4

/** Settings of a {@link FrameSplitter}. */
export interface FrameSplitterOptions {
  /** Longest frame together with its length, in bytes. Default 16 MiB. */
  readonly maxFrameBytes?: number
  /** Shortest content of a frame, in bytes. Default 0. */
  readonly minContentBytes?: number
}

/**
 * Called with each frame: its content is `bytes` from `start` to `end`, without the length. `bytes` may be a whole chunk with
 * other frames around it; a view that is kept keeps all of it alive.
 */
export type FrameListener = (bytes: Buffer, start: number, end: number) => void

const DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024

/**
 * Cuts a byte stream into frames of the form `int32 length | content`, big-endian, where the length does not count itself.
 *
 * Frames are read in place on the chunk they arrived in; only the unfinished end of a chunk is carried over. A length out of
 * bounds is a {@link ProtocolError} before anything of that frame is kept, and the stream cannot be used after it.
 */
export class FrameSplitter {
  readonly #maxContentBytes: number
  readonly #minContentBytes: number
  readonly #onFrame: FrameListener
  readonly #partial = new PartialFrame()
  readonly #held: Buffer[] = []
  #neededBytes = LENGTH_BYTES
  #heldBytes = 0
  #frames = 0
  #isPaused = false
  #isReading = false

  constructor(options: FrameSplitterOptions, onFrame: FrameListener) {
    this.#maxContentBytes = (options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES) - LENGTH_BYTES
    this.#minContentBytes = options.minContentBytes ?? 0
    this.#onFrame = onFrame
  }

  /** Frames found so far. */
  get frames(): number {
    return this.#frames
  }

  /** Whether a frame has begun and not ended. */
  get isInsideFrame(): boolean {
    return this.#partial.length > 0
  }

  /** Grows with every frame, and with every few kilobytes of a long one. */
  get progress(): number {
    return this.#frames + this.#partial.segmentsFilled
  }

  /** Memory in use for what was received and not passed on. */
  get heldBytes(): number {
    return this.#partial.heldBytes + this.#heldBytes
  }

  /** Bytes copied so far because frames did not end with their chunk. */
  get copiedBytes(): number {
    return this.#partial.copiedBytes
  }

  /** Takes the next chunk, which must not change afterwards. */
  push(chunk: Buffer): void {
    if (this.#isPaused || this.#held.length > 0 || this.#isReading) this.#hold(chunk)
    else this.#read(chunk)
  }

  /** Stops passing frames on, also in the middle of a chunk. The rest is held. */
  pause(): void {
    this.#isPaused = true
  }

  /** Passes on what was held, until paused again. */
  resume(): void {
    this.#isPaused = false
    if (this.#isReading) return
    for (let chunk = this.#held.shift(); chunk !== undefined; chunk = this.#isPaused ? undefined : this.#held.shift()) {
      this.#heldBytes -= chunk.length
      this.#read(chunk)
    }
  }

  /** Forgets everything that was held. */
  clear(): void {
    this.#isPaused = true
    this.#partial.clear()
    this.#held.length = 0
    this.#heldBytes = 0
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
  }

  #read(chunk: Buffer): void {
    this.#isReading = true
    try {
      let at = this.isInsideFrame ? this.#finishPartial(chunk) : 0
      if (!this.isInsideFrame) at = this.#readInPlace(chunk, at)
      if (at < chunk.length) this.#carry(at === 0 ? chunk : chunk.subarray(at))
    } finally {
      this.#isReading = false
    }
  }

  /** Passes on the frames that lie in the chunk as a whole. Returns where the rest begins. */
  #readInPlace(chunk: Buffer, from: number): number {
    let at = from
    while (!this.#isPaused && chunk.length - at >= LENGTH_BYTES) {
      const start = at + LENGTH_BYTES
      const end = start + this.#checked(chunk.readInt32BE(at), at)
      if (end > chunk.length) break
      at = end
      this.#frames++
      this.#onFrame(chunk, start, end)
    }
    return at
  }

  /** What is left of a chunk: the beginning of a frame, or, when paused, anything. */
  #carry(rest: Buffer): void {
    if (this.#isPaused) {
      this.#held.unshift(rest)
      this.#heldBytes += rest.length
      return
    }
    this.#neededBytes = rest.length < LENGTH_BYTES ? LENGTH_BYTES : LENGTH_BYTES + rest.readInt32BE(0)
    this.#partial.add(rest, this.#neededBytes)
  }

  /** Adds to the frame that has begun, and passes it on when it is complete. Returns where the next one begins. */
  #finishPartial(chunk: Buffer): number {
    let at = 0
    while (at < chunk.length) {
      const end = Math.min(chunk.length, at + this.#neededBytes - this.#partial.length)
      this.#partial.add(chunk.subarray(at, end), this.#neededBytes)
      at = end
      if (this.#partial.length < this.#neededBytes) break
      if (this.#neededBytes === LENGTH_BYTES) this.#neededBytes = LENGTH_BYTES + this.#checked(this.#partial.readLength(), 0)
      if (this.#partial.length === this.#neededBytes) {
        this.#passPartial()
        break
      }
    }
    return at
  }

  #passPartial(): void {
    const frame = this.#partial.take()
    this.#neededBytes = LENGTH_BYTES
    this.#frames++
    this.#onFrame(frame, LENGTH_BYTES, frame.length)
  }

  #checked(length: number, offset: number): number {
    if (length >= this.#minContentBytes && length <= this.#maxContentBytes) return length
    const facts = { offset, field: 'frame length', length, minContentBytes: this.#minContentBytes, maxContentBytes: this.#maxContentBytes }
    throw new ProtocolError(`frame length ${length} is not within ${this.#minContentBytes} to ${this.#maxContentBytes}`, facts)
  }
}
