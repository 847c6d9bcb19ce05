/** What a send is on the wire beside its body: length words and header, bytes. */
export const BESIDE_BODY_BYTES = 208
/** The answer to a send, bytes. */
export const REPLY_BYTES = 150

/** Counts the length-prefixed frames in the chunks of one connection, without ever joining chunks. */
export class FrameCounter {
  /** Bytes of the present frame still to come, its length word behind us. */
  #left = 0
  /** A length word that a chunk boundary cuts: what is known of it, and of how many bytes. */
  #length = 0
  #lengthBytes = 0

  /** How many frames end in the chunk. */
  push(chunk: Buffer): number {
    let frames = 0
    let at = 0
    while (at < chunk.length) {
      if (this.#left === 0) at = this.#readLength(chunk, at)
      const step = Math.min(this.#left, chunk.length - at)
      at += step
      if (this.#left === 0) continue
      this.#left -= step
      if (this.#left === 0) frames += 1
    }
    return frames
  }

  #readLength(chunk: Buffer, start: number): number {
    let at = start
    for (; at < chunk.length && this.#lengthBytes < 4; at++) {
      this.#length = this.#length * 256 + (chunk[at] ?? 0)
      this.#lengthBytes += 1
    }
    if (this.#lengthBytes === 4) {
      this.#left = this.#length
      this.#length = 0
      this.#lengthBytes = 0
    }
    return at
  }
}

/** A frame of so many bytes in all, its length word included. */
export function frameOf(bytes: number): Buffer {
  const frame = Buffer.alloc(bytes, 'x')
  frame.writeUInt32BE(bytes - 4)
  return frame
}

/** Copies of one frame, as many as wanted, for one write of all of them. */
export class FrameArena {
  readonly #frame: Buffer
  #arena = Buffer.alloc(0)

  constructor(frame: Buffer) {
    this.#frame = frame
  }

  /** A fresh buffer would cost what is not measured; these bytes never change, so one may be written again before the kernel has it. */
  take(frames: number): Buffer {
    const wanted = frames * this.#frame.length
    if (this.#arena.length < wanted) this.#arena = Buffer.alloc(wanted, this.#frame)
    return this.#arena.subarray(0, wanted)
  }
}
