import type { BudgetHolder, ByteBudget } from 'net-ts-protocol-kit'
import { frameLength, HEAD_BYTES, headProblem, looksLikeTls } from './frame-head'

/** What keeps the bytes of a stream from being frames. */
export type StreamProblem = 'not-a-frame' | 'skipped-bytes' | 'cut-frame' | 'let-go' | 'tls'

/** Told what a stream holds, in its order. */
export interface StreamListener {
  /** A whole frame, its length word included: a view that is only good during the call. */
  frame(bytes: Buffer, offset: number): void
  /** `offset` is where in the stream, `bytes` how many of it are meant; `rest` is what there is of a frame that is cut. */
  problem(problem: StreamProblem, text: string, offset: number, bytes: number, rest?: Buffer): void
}

export interface StreamFramesOptions {
  /** Longest frame with its length word, in bytes: also the most memory that one stream takes, but for its last chunk. Default 16 MiB. */
  readonly maxFrameBytes?: number
  /** What the unfinished frames of many streams may take together: the one that has been unfinished for the longest time is let go first. */
  readonly budget?: ByteBudget
}

const DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024
const EMPTY = Buffer.alloc(0)

/**
 * Cuts one direction of a connection into frames, whatever its bytes. What is no frame is reported and passed over up to the next place
 * that looks like one: a capture may begin in the middle. Linear in the number of bytes, and never throws.
 */
export class StreamFrames implements BudgetHolder {
  readonly #maxFrameBytes: number
  readonly #budget: ByteBudget | undefined
  readonly #listener: StreamListener
  #state: 'start' | 'frames' | 'lost' | 'tls' = 'start'
  /** Where in the stream the first byte lies that has not been dealt with. */
  #offset = 0
  #lostAt = 0
  #store: Buffer = EMPTY
  #storedBytes = 0
  #neededBytes = 0

  constructor(options: StreamFramesOptions, listener: StreamListener) {
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#budget = options.budget
    this.#listener = listener
  }

  push(chunk: Buffer): void {
    if (this.#state === 'tls') this.#offset += chunk.length
    else if (this.#storedBytes === 0) this.#read(chunk)
    else {
      this.#keep(chunk)
      if (this.#storedBytes >= this.#neededBytes) this.#read(this.#takeStored())
    }
  }

  /** The stream has ended: says what is left over. */
  end(): void {
    const rest = this.#takeStored()
    if (this.#state === 'lost') this.#found(this.#offset + rest.length)
    else if (rest.length > 0) this.#listener.problem('cut-frame', cutText(rest), this.#offset, rest.length, rest)
    this.#offset += rest.length
    this.#state = 'start'
  }

  /** For the budget: forgets the frame that has begun. */
  evict(): void {
    const bytes = this.#takeStored().length
    if (this.#state !== 'lost') {
      this.#lostAt = this.#offset
      const text = `${bytes} bytes of an unfinished frame were let go: unfinished frames take too much memory; looking for the next one`
      this.#listener.problem('let-go', text, this.#offset, bytes)
    }
    this.#state = 'lost'
    this.#offset += bytes
  }

  #read(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      const used = this.#step(bytes, at)
      if (used === 0) break
      at += used
      this.#offset += used
    }
    if (at < bytes.length) this.#keep(at === 0 ? bytes : bytes.subarray(at))
  }

  /** Deals with what begins at `at`; returns how many bytes that was, 0 when `#neededBytes` must be there first. */
  #step(bytes: Buffer, at: number): number {
    const left = bytes.length - at
    if (this.#state === 'start' && looksLikeTls(bytes, at)) return this.#enterTls(left)
    const problem = headProblem(bytes, at, this.#maxFrameBytes)
    if (problem !== undefined) return this.#passOver(bytes, at, problem)
    this.#neededBytes = neededBytes(bytes, at)
    if (left < this.#neededBytes) return 0
    if (this.#state === 'lost') this.#found(this.#offset)
    this.#state = 'frames'
    this.#listener.frame(bytes.subarray(at, at + this.#neededBytes), this.#offset)
    return this.#neededBytes
  }

  #enterTls(left: number): number {
    this.#state = 'tls'
    this.#listener.problem('tls', 'this is TLS: what it carries cannot be read here', this.#offset, left)
    return left
  }

  /** No frame begins here: on to the next place where one might. */
  #passOver(bytes: Buffer, at: number, problem: string): number {
    if (this.#state !== 'lost') {
      this.#lostAt = this.#offset
      this.#listener.problem('not-a-frame', `not a frame: ${problem}; looking for the next one`, this.#offset, bytes.length - at)
    }
    this.#state = 'lost'
    let next = at + 1
    while (next < bytes.length && headProblem(bytes, next, this.#maxFrameBytes) !== undefined) next++
    return next - at
  }

  #found(offset: number): void {
    const bytes = offset - this.#lostAt
    this.#listener.problem('skipped-bytes', `${bytes} bytes were no frames and have been passed over`, this.#lostAt, bytes)
  }

  /** Grows with what has come, not with what a length promises. */
  #keep(chunk: Buffer): void {
    const bytes = this.#storedBytes + chunk.length
    if (bytes > this.#store.length) {
      const store = Buffer.allocUnsafe(Math.max(bytes, this.#store.length * 2, 64))
      this.#store.copy(store, 0, 0, this.#storedBytes)
      this.#store = store
    }
    chunk.copy(this.#store, this.#storedBytes)
    this.#storedBytes = bytes
    if (this.#budget?.hold(this, bytes) === false) this.evict()
  }

  #takeStored(): Buffer {
    const stored = this.#store.subarray(0, this.#storedBytes)
    this.#store = EMPTY
    this.#storedBytes = 0
    this.#budget?.hold(this, 0)
    return stored
  }
}

/** The head first, so that a frame which cannot be is not waited for. */
function neededBytes(bytes: Buffer, at: number): number {
  const left = bytes.length - at
  if (left < 4) return 4
  const whole = frameLength(bytes, at)
  return left < HEAD_BYTES ? Math.min(HEAD_BYTES, whole) : whole
}

function cutText(rest: Buffer): string {
  if (rest.length < 4) return `the stream ends in the length of a frame: ${rest.length} of 4 bytes are there`
  return `the stream ends within a frame: ${rest.length} of ${frameLength(rest, 0)} bytes are there`
}
