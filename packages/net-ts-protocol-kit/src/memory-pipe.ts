import type { Timer } from './clock'
import type { MemoryConditions } from './memory-conditions'

/** What a pipe tells its two ends. */
export interface PipeEnds {
  data(chunk: Buffer): void
  end(): void
  drain(): void
  /** Everything including the end has left the sender. */
  finished(): void
}

interface Pending {
  readonly bytes: Buffer
  offset: number
  readonly written: (() => void) | undefined
}

/** Bytes under way; without bytes it is the end. */
interface Transit {
  readonly bytes: Buffer | undefined
  offset: number
  readonly dueAt: number
}

/**
 * One direction of an in-memory connection: what a writer hands over leaves it as far as the window allows, travels for the
 * latency, and arrives in chunks whose borders have nothing to do with those of the writes.
 */
export class MemoryPipe {
  readonly #conditions: MemoryConditions
  readonly #ends: PipeEnds
  readonly #pending: Pending[] = []
  readonly #transit: Transit[] = []
  #pendingBytes = 0
  #transitBytes = 0
  #lastDueAt = 0
  #bytesToDrop = 0
  #isReading = false
  #isStalled = false
  #isEnding = false
  #isEndUnderWay = false
  #isClosed = false
  #needsDrain = false
  #isDeliveryPlanned = false
  #timer: Timer | undefined

  constructor(conditions: MemoryConditions, ends: PipeEnds) {
    this.#conditions = conditions
    this.#ends = ends
  }

  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Whether bytes are waiting for the receiver. */
  get hasUnread(): boolean {
    return this.#transitBytes > 0
  }

  write(chunks: readonly Buffer[], written?: () => void): boolean {
    if (this.#isEnding || this.#isClosed) return false
    chunks.forEach((bytes, index) => {
      this.#pending.push({ bytes, offset: 0, written: index === chunks.length - 1 ? written : undefined })
      this.#pendingBytes += bytes.length
    })
    this.#transmit()
    const mayGoOn = this.#pendingBytes < this.#conditions.highWaterMark
    if (!mayGoOn) this.#needsDrain = true
    return mayGoOn
  }

  end(): void {
    this.#isEnding = true
    this.#transmit()
  }

  /** The sender is gone: what has not left is lost, what is under way arrives, followed by the end. */
  abandon(): void {
    this.#pending.length = 0
    this.#pendingBytes = 0
    this.end()
  }

  setReading(isReading: boolean): void {
    this.#isReading = isReading
    this.#planDelivery()
  }

  setStalled(isStalled: boolean): void {
    this.#isStalled = isStalled
    this.#planDelivery()
  }

  /** Loses the next `count` bytes that arrive. */
  drop(count: number): void {
    this.#bytesToDrop += count
  }

  /** Nothing moves any more. */
  close(): void {
    this.#isClosed = true
    this.#pending.length = 0
    this.#transit.length = 0
    this.#pendingBytes = 0
    this.#transitBytes = 0
    this.#timer?.cancel()
  }

  /** Moves bytes out of the sender's hands while the window has room. */
  #transmit(): void {
    for (let next = this.#pending[0]; next !== undefined && this.#room > 0; next = this.#pending[0]) {
      this.#transmitFrom(next)
      if (next.offset < next.bytes.length) break
      this.#pending.shift()
      if (next.written !== undefined) this.#conditions.clock.deferAfterInput(next.written)
    }
    if (this.#pending.length === 0) this.#allLeft()
    this.#planDelivery()
  }

  get #room(): number {
    return this.#conditions.windowBytes - this.#transitBytes
  }

  #transmitFrom(next: Pending): void {
    const size = Math.min(next.bytes.length - next.offset, this.#room)
    const bytes = Buffer.from(next.bytes.subarray(next.offset, next.offset + size))
    next.offset += size
    this.#pendingBytes -= size
    if (size > 0) this.#send(bytes)
  }

  #send(bytes: Buffer | undefined): void {
    const { clock, latencyMs } = this.#conditions
    this.#lastDueAt = Math.max(this.#lastDueAt, clock.monotonic() + latencyMs())
    this.#transitBytes += bytes?.length ?? 0
    this.#transit.push({ bytes, offset: 0, dueAt: this.#lastDueAt })
  }

  #allLeft(): void {
    if (this.#needsDrain && !this.#isEnding) {
      this.#needsDrain = false
      this.#conditions.clock.deferAfterInput(() => this.#ends.drain())
    }
    if (!this.#isEnding || this.#isEndUnderWay) return
    this.#isEndUnderWay = true
    if (!this.#isClosed) this.#send(undefined)
    this.#conditions.clock.deferAfterInput(() => this.#ends.finished())
  }

  #planDelivery(): void {
    const next = this.#transit[0]
    if (next === undefined || this.#isDeliveryPlanned || !this.#isReading || this.#isStalled) return
    this.#isDeliveryPlanned = true
    const { clock } = this.#conditions
    const delayMs = next.dueAt - clock.monotonic()
    if (delayMs > 0) this.#timer = clock.setTimeout(this.#deliver, delayMs, { keepsProcessAlive: false })
    else clock.deferAfterInput(this.#deliver)
  }

  readonly #deliver = (): void => {
    this.#isDeliveryPlanned = false
    const next = this.#transit[0]
    if (next === undefined || !this.#isReading || this.#isStalled) return
    if (next.bytes === undefined) {
      this.#transit.shift()
      this.#ends.end()
      return
    }
    const chunk = this.#undropped(this.#take(this.#conditions.chunkSize(this.#arrivedBytes())))
    this.#transmit()
    if (chunk.length > 0) this.#ends.data(chunk)
  }

  /** Bytes that can be read now. */
  #arrivedBytes(): number {
    const now = this.#conditions.clock.monotonic()
    let bytes = 0
    for (const item of this.#transit) {
      if (item.bytes === undefined || item.dueAt > now) break
      bytes += item.bytes.length - item.offset
    }
    return Math.max(1, bytes)
  }

  #take(size: number): Buffer {
    const parts: Buffer[] = []
    let missing = size
    for (let next = this.#transit[0]; next?.bytes !== undefined && missing > 0; next = this.#transit[0]) {
      const part = next.bytes.subarray(next.offset, next.offset + missing)
      parts.push(part)
      next.offset += part.length
      missing -= part.length
      if (next.offset === next.bytes.length) this.#transit.shift()
    }
    const chunk = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
    this.#transitBytes -= chunk.length
    return chunk
  }

  #undropped(chunk: Buffer): Buffer {
    const dropped = Math.min(this.#bytesToDrop, chunk.length)
    this.#bytesToDrop -= dropped
    return chunk.subarray(dropped)
  }
}
