/** A running timer. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void
}

/** How a timer relates to the life of its process. */
export interface TimerOptions {
  /** Whether a pending timer keeps the process running. Default `true`. */
  readonly keepsProcessAlive?: boolean
}

/**
 * Time and chance, as the only way in. The real form is `realClock`, the hand-driven one `ManualClock`.
 *
 * Durations and deadlines use `monotonic()`; `now()` is only for timestamps that leave the process.
 */
export interface Clock {
  /** Wall clock in milliseconds since the epoch. May step. */
  now(): number
  /** Milliseconds from an arbitrary origin. Never goes back. */
  monotonic(): number
  /** A number in [0, 1), from the clock's seeded source on a hand-driven clock. */
  random(): number
  /** Calls back once after `delayMs` (clamped to 0 … 2^31−1). */
  setTimeout(callback: () => void, delayMs: number, options?: TimerOptions): Timer
  /** Calls back every `intervalMs` until cancelled. */
  setInterval(callback: () => void, intervalMs: number, options?: TimerOptions): Timer
  /** Calls back at the end of this turn, before any further input is read (Node: `process.nextTick`). */
  defer(callback: () => void): void
  /** Calls back once the input that is ready now has been read (Node: `setImmediate`). */
  deferAfterInput(callback: () => void): void
}

const MAX_DELAY_MS = 2 ** 31 - 1

/** A delay as timers take it: 0 … 2^31−1, nothing that is not a number. */
export const clampDelay = (delayMs: number): number => (delayMs > 0 ? Math.min(delayMs, MAX_DELAY_MS) : 0)
