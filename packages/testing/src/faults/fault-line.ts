import type { Clock, Timer } from 'net-ts-protocol-kit'

interface Waiting {
  readonly bytes: number
  readonly dueAt: number
  readonly deliver: () => void
}

/** As much is under way on a line before its sender feels that nothing arrives: the window of a connection. */
const WINDOW_BYTES = 256 * 1024

/** One direction of a connection: what is sent arrives in order, later or not before the line moves again. */
export class FaultLine {
  readonly #clock: Clock
  readonly #onRoom: () => void
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #delayMs = 0
  #isStalled = false
  #isHeld = false
  #isTurnPlanned = false
  #timer: Timer | undefined

  /** @param onRoom is called when there is room for more after there was none. */
  constructor(clock: Clock, onRoom: () => void) {
    this.#clock = clock
    this.#onRoom = onRoom
  }

  /** Whether what is sent arrives at once. */
  get isClear(): boolean {
    return this.#waiting.length === 0 && this.#delayMs === 0 && !this.#isStalled && !this.#isHeld
  }

  /** Whether nothing is under way. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Bytes that the window has no room for. */
  get excessBytes(): number {
    return Math.max(0, this.#waitingBytes - WINDOW_BYTES)
  }

  /** Sends: `deliver` is called at once on a clear line, otherwise in a turn of its own when its time has come. */
  send(bytes: number, deliver: () => void): void {
    if (this.isClear) {
      deliver()
      return
    }
    this.#waiting.push({ bytes, deliver, dueAt: this.#clock.monotonic() + this.#delayMs })
    this.#waitingBytes += bytes
    this.#plan()
  }

  /** What is sent from now on takes `delayMs`; nothing arrives while it is stalled. */
  set(delayMs: number, isStalled: boolean): void {
    this.#delayMs = delayMs
    this.#isStalled = isStalled
    this.#plan()
  }

  /** Whether the receiver does not want anything for now. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#plan()
  }

  /** Loses what is under way. */
  clear(): void {
    this.#waiting = []
    this.#waitingBytes = 0
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #plan(): void {
    const next = this.#waiting[0]
    if (next === undefined || this.#isTurnPlanned || this.#timer !== undefined || this.#isStalled || this.#isHeld) return
    const delayMs = next.dueAt - this.#clock.monotonic()
    if (delayMs > 0) {
      this.#timer = this.#clock.setTimeout(this.#deliverNext, delayMs, { keepsProcessAlive: false })
      return
    }
    this.#isTurnPlanned = true
    this.#clock.deferAfterInput(this.#deliverNext)
  }

  readonly #deliverNext = (): void => {
    this.#isTurnPlanned = false
    this.#timer = undefined
    const next = this.#waiting[0]
    if (next === undefined || this.#isStalled || this.#isHeld) return
    if (next.dueAt <= this.#clock.monotonic()) this.#deliver(next)
    this.#plan()
  }

  #deliver(next: Waiting): void {
    const hadExcess = this.excessBytes > 0
    this.#waiting.shift()
    this.#waitingBytes -= next.bytes
    next.deliver()
    if (hadExcess && this.excessBytes === 0) this.#onRoom()
  }
}
