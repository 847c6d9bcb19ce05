import type { Clock } from 'net-ts-protocol-kit'

/** Official `waitTimeMillsInSendQueue`: who would wait longer is refused. Milliseconds. */
export const MAX_QUEUE_AGE_MS = 200

/** One long turn is a pause (a collection, another user of the thread), this many in a row are overload. */
const LONG_IN_A_ROW = 3

/**
 * How long this thread takes for the input that is ready: what a request waits before anyone reads it. Measured over the
 * turns in which something is stored, so that it costs no timer.
 */
export class LoopDelay {
  readonly #clock: Clock
  #startedAt = 0
  #endedAt = 0
  #delayMs = 0
  #longInARow = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Of the last turn. */
  get delayMs(): number {
    return this.#delayMs
  }

  /** Whether new work should be refused for now. */
  get isTooLong(): boolean {
    return this.#longInARow >= LONG_IN_A_ROW && this.#clock.monotonic() - this.#endedAt < MAX_QUEUE_AGE_MS
  }

  /** The first record of a turn is staged. */
  turnStarted(): void {
    this.#startedAt = this.#clock.monotonic()
  }

  /** All input that was ready has been read. */
  turnEnded(): void {
    this.#endedAt = this.#clock.monotonic()
    this.#delayMs = this.#endedAt - this.#startedAt
    this.#longInARow = this.#delayMs > MAX_QUEUE_AGE_MS ? this.#longInARow + 1 : 0
  }
}
