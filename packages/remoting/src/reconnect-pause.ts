import type { Clock } from 'net-ts-protocol-kit'

/** How long to leave a server alone after connecting to it has failed: twice as long each time, a random half of it or more. */
export class ReconnectPause {
  readonly #clock: Clock
  readonly #firstMs: number
  readonly #maxMs: number
  #failures = 0
  #until = 0
  #error: Error | undefined

  constructor(clock: Clock, firstMs: number, maxMs: number) {
    this.#clock = clock
    this.#firstMs = firstMs
    this.#maxMs = maxMs
  }

  /** Attempts in a row that failed. */
  get failures(): number {
    return this.#failures
  }

  /** Why the last one did. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Milliseconds until the next attempt. */
  get remainingMs(): number {
    return Math.max(0, this.#until - this.#clock.monotonic())
  }

  failed(error: Error): void {
    const longest = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#failures, 30))
    this.#failures++
    this.#error = error
    this.#until = this.#clock.monotonic() + longest * (0.5 + this.#clock.random() / 2)
  }

  succeeded(): void {
    this.#failures = 0
    this.#until = 0
    this.#error = undefined
  }
}
