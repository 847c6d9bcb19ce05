import type { BudgetHolder } from './byte-budget'
import { ProtocolError } from './coded-error'
import { type CloseReason, ConnectionClosedError } from './connection-closed-error'
import type { ConnectionCounters, ConnectionSurroundings } from './connection-limits'
import { type FrameListener, FrameSplitter } from './frame-splitter'
import type { ByteStream, Endpoint } from './network'
import { OutgoingBytes } from './outgoing-bytes'
import { Stagnation } from './stagnation'
import type { Swept } from './sweep'

/** What a {@link FrameConnection} reports. */
export interface FrameConnectionHandlers {
  /** A frame, in place: see {@link FrameListener}. What it throws closes the connection. */
  readonly frame: FrameListener
  /** The last event, once. */
  readonly closed: (error: ConnectionClosedError) => void
}

/** From this size on the parts of a frame are sent by reference instead of being copied. */
export const BY_REFERENCE_BYTES = 32 * 1024

const FLUSH_NOW_BYTES = 256 * 1024
const MANY_BYTES = 16 * 1024
const MANY_FRAMES = 16

/**
 * Frames in both directions over a byte stream. Frames that are sent in one turn leave in one write; nothing that the peer does
 * or fails to do makes it hold more memory than its group's limits. However it ends, `closed` says why; it never throws.
 */
export class FrameConnection implements Swept {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #surroundings: ConnectionSurroundings
  readonly #stream: ByteStream
  readonly #handlers: FrameConnectionHandlers
  readonly #splitter: FrameSplitter
  readonly #outgoing = new OutgoingBytes()
  readonly #partialHolder: BudgetHolder = { evict: () => this.close('too-many-partial-frames') }
  readonly #unsentHolder: BudgetHolder = { evict: () => this.close('too-much-unsent') }
  readonly #silence = new Stagnation()
  readonly #partial = new Stagnation()
  readonly #idle = new Stagnation()
  readonly #undrained = new Stagnation()
  readonly #ending = new Stagnation()
  #state: 'open' | 'ending' | 'closing' | 'closed' = 'open'
  #closeError: ConnectionClosedError | undefined
  #isHeldByOwner = false
  #isHeldByPeer = false
  #isReading = true
  #isEndOfTurnPlanned = false
  #isAfterInputPlanned = false
  #holdsPartial = false
  #holdsUnsent = false
  #framesPending = 0
  /** Frames since the input that was ready was last read to its end, and whether there was no more than one before. */
  #framesInTurn = 0
  #isQuiet = true
  #reads = 0
  #bytesIn = 0
  #writes = 0
  #bytesOut = 0
  #framesOut = 0

  /** Takes over `stream`. Use {@link ConnectionGroup.add}, which also visits the connection regularly. */
  constructor(surroundings: ConnectionSurroundings, stream: ByteStream, handlers: FrameConnectionHandlers) {
    this.#surroundings = surroundings
    this.#stream = stream
    this.#handlers = handlers
    this.remote = stream.remote
    this.local = stream.local
    this.#splitter = new FrameSplitter(surroundings.limits, handlers.frame)
    stream.start({
      data: (chunk) => this.#onData(chunk),
      drain: () => this.#watchUnsent(),
      end: () => this.#onPeerEnd(),
      close: (error) => this.#onClose(error)
    })
  }

  /** Whether frames can be sent. */
  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Bytes sent that the peer's machine has not taken. */
  get unsentBytes(): number {
    return this.#outgoing.pendingBytes + this.#stream.pendingBytes
  }

  get counters(): ConnectionCounters {
    return {
      reads: this.#reads,
      bytesIn: this.#bytesIn,
      framesIn: this.#splitter.frames,
      writes: this.#writes,
      bytesOut: this.#bytesOut,
      framesOut: this.#framesOut
    }
  }

  /**
   * Sends one frame of at most `size` bytes: `write` encodes it, its length included, into `target` from `offset` on and returns
   * where it ends. Throws what `write` throws, with nothing sent, and {@link ConnectionClosedError}.
   */
  send(size: number, write: (target: Buffer, offset: number) => number): void {
    const offset = this.reserve(size)
    this.commit(write(this.target, offset))
  }

  /** {@link send} in two steps, without a closure: makes room and returns the offset in {@link target}; then call {@link commit}. */
  reserve(size: number): number {
    if (this.#state !== 'open') throw this.#closeError ?? new ConnectionClosedError('closed-here', this.#stream)
    return this.#outgoing.reserve(size)
  }

  get target(): Buffer {
    return this.#outgoing.target
  }

  /**
   * Sends the frame encoded from the reserved offset up to `end`, followed by `parts`. Parts of 32 KiB or more go by reference
   * and must not change until they were written.
   */
  commit(end: number, parts: readonly Buffer[] = NO_PARTS): void {
    this.#outgoing.commit(end)
    for (const part of parts) this.#appendPart(part)
    this.#framesOut++
    this.#framesPending++
    this.#framesInTurn++
    if (this.#outgoing.pendingBytes >= FLUSH_NOW_BYTES) this.flush()
    else this.#planFlush()
  }

  /** Writes what was sent so far, at once. */
  flush(): void {
    const bytes = this.#outgoing.pendingBytes
    if (bytes === 0 || this.#state === 'closed' || this.#state === 'closing') return
    const chunks = this.#outgoing.take()
    this.#framesPending = 0
    this.#writes++
    this.#bytesOut += bytes
    const [only] = chunks
    if (chunks.length === 1 && only !== undefined) this.#stream.write(only, this.#outgoing.writing())
    else this.#stream.writeAll(chunks, this.#outgoing.writing())
    if (this.#stream.pendingBytes > 0) this.#watchUnsent()
  }

  /** Passes no more frames on and reads no more, also in the middle of a chunk, until {@link resume}. */
  pause(): void {
    this.#isHeldByOwner = true
    this.#updateReading()
  }

  resume(): void {
    this.#isHeldByOwner = false
    this.#updateReading()
  }

  /** Sends what is pending, then closes; at once when the peer does not agree in time. */
  end(): void {
    if (this.#state !== 'open') return
    this.#endWith('closed-here')
  }

  /** Closes at once. What was not written yet is lost. */
  close(reason: CloseReason = 'closed-here', cause?: unknown): void {
    if (this.#state === 'closing' || this.#state === 'closed') return
    this.#closeError ??= new ConnectionClosedError(reason, this.#stream, cause)
    this.#state = 'closing'
    this.#releaseMemory()
    this.#stream.destroy()
  }

  /** For the group, once a second. */
  sweep(nowMs: number): void {
    const { limits } = this.#surroundings
    const { frames, progress, isInsideFrame } = this.#splitter
    const unsent = this.#stream.pendingBytes
    this.#outgoing.releaseUnused()
    if (this.#holdsUnsent) this.#watchUnsent()
    const checks: ReadonlyArray<readonly [Stagnation, number | undefined, number, CloseReason]> = [
      [this.#ending, this.#state === 'ending' ? 0 : undefined, limits.endTimeoutMs, 'closed-here'],
      [this.#undrained, unsent > 0 ? this.#bytesOut - unsent : undefined, limits.drainTimeoutMs, 'peer-not-reading'],
      [this.#partial, isInsideFrame && this.#isReading ? progress : undefined, limits.partialFrameTimeoutMs, 'partial-frame-timeout'],
      [this.#silence, frames === 0 ? 0 : undefined, limits.firstFrameTimeoutMs, 'first-frame-timeout'],
      [this.#idle, this.#reads + this.#writes, limits.idleTimeoutMs, 'idle-timeout']
    ]
    for (const [stagnation, mark, limitMs, reason] of checks) {
      if (stagnation.since(mark, nowMs) >= limitMs) this.close(reason)
    }
  }

  #appendPart(part: Buffer): void {
    if (part.length >= BY_REFERENCE_BYTES) {
      this.#outgoing.append(part)
      return
    }
    const offset = this.#outgoing.reserve(part.length)
    this.#outgoing.commit(offset + part.copy(this.#outgoing.target, offset))
  }

  #planFlush(): void {
    if (this.#isEndOfTurnPlanned || (this.#isAfterInputPlanned && !this.#hasMany)) return
    this.#isEndOfTurnPlanned = true
    this.#surroundings.clock.defer(this.#onEndOfTurn)
  }

  readonly #onEndOfTurn = (): void => {
    this.#isEndOfTurnPlanned = false
    if (this.#hasMany) this.#isQuiet = false
    if (this.#surroundings.flushAt === 'end-of-turn' || this.#hasMany) this.flush()
    else if (!this.#isAfterInputPlanned && this.#framesPending > 0) {
      this.#isAfterInputPlanned = true
      this.#surroundings.clock.deferAfterInput(this.#onAfterInput)
      // Who asks one thing at a time gets its answer at once.
      if (this.#isQuiet && this.#framesPending === 1) this.flush()
    }
  }

  readonly #onAfterInput = (): void => {
    this.#isAfterInputPlanned = false
    this.#isQuiet = this.#framesInTurn <= 1
    this.#framesInTurn = 0
    this.flush()
  }

  get #hasMany(): boolean {
    return this.#framesPending >= MANY_FRAMES || this.#outgoing.pendingBytes >= MANY_BYTES
  }

  /** Follows what the peer has not taken: stops reading from it, starts again, or gives it up. */
  #watchUnsent(): void {
    if (this.#state === 'closing' || this.#state === 'closed') return
    const { limits, unsent } = this.#surroundings
    const bytes = this.#stream.pendingBytes
    this.#holdsUnsent = bytes > 0
    if (bytes > limits.closeAboveBytes || !unsent.hold(this.#unsentHolder, bytes)) this.close('peer-not-reading')
    const isHeldByPeer = bytes > limits.pauseReadingAboveBytes || (this.#isHeldByPeer && bytes > 0)
    if (isHeldByPeer === this.#isHeldByPeer) return
    this.#isHeldByPeer = isHeldByPeer
    this.#updateReading()
  }

  #updateReading(): void {
    const shouldRead = !this.#isHeldByOwner && !this.#isHeldByPeer
    if (shouldRead === this.#isReading || this.#state !== 'open') return
    this.#isReading = shouldRead
    if (shouldRead) {
      this.#surroundings.clock.deferAfterInput(this.#readOn)
      return
    }
    this.#splitter.pause()
    this.#stream.pause()
  }

  readonly #readOn = (): void => {
    if (!this.#isReading || this.#state !== 'open') return
    this.#guard(() => this.#splitter.resume())
    if (this.#isReading && this.#state === 'open') this.#stream.resume()
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'open') return
    this.#reads++
    this.#bytesIn += chunk.length
    this.#guard(() => this.#splitter.push(chunk))
  }

  /** Runs the splitter: whatever goes wrong in it ends this connection and nothing else. */
  #guard(read: () => void): void {
    try {
      read()
      this.#watchPartial()
    } catch (error) {
      this.close(error instanceof ProtocolError ? 'protocol-error' : 'handler-failed', error)
    }
  }

  #watchPartial(): void {
    const held = this.#splitter.heldBytes
    if ((held === 0 && !this.#holdsPartial) || this.#state !== 'open') return
    this.#holdsPartial = held > 0
    if (!this.#surroundings.partialFrames.hold(this.#partialHolder, held)) this.close('too-many-partial-frames')
  }

  #onPeerEnd(): void {
    if (this.#state === 'open') this.#endWith('closed-by-peer')
  }

  #endWith(reason: CloseReason): void {
    this.flush()
    if (this.#state !== 'open') return
    this.#closeError ??= new ConnectionClosedError(reason, this.#stream)
    this.#state = 'ending'
    this.#splitter.clear()
    this.#surroundings.partialFrames.hold(this.#partialHolder, 0)
    this.#stream.resume()
    this.#stream.end()
  }

  #onClose(error: Error | undefined): void {
    if (this.#state === 'closed') return
    this.#closeError ??= new ConnectionClosedError(error === undefined ? 'closed-by-peer' : 'connection-failed', this.#stream, error)
    this.#state = 'closed'
    this.#releaseMemory()
    this.#handlers.closed(this.#closeError)
  }

  #releaseMemory(): void {
    this.#splitter.clear()
    this.#outgoing.clear()
    this.#surroundings.partialFrames.hold(this.#partialHolder, 0)
    this.#surroundings.unsent.hold(this.#unsentHolder, 0)
  }
}

const NO_PARTS: readonly Buffer[] = []
