import type { Clock, Timer } from './clock'

/** What a {@link Sweep} visits. */
export interface Swept {
  /** `nowMs` is the clock's monotonic time. */
  sweep(nowMs: number): void
}

/**
 * One timer for many deadlines: visits everything that was added, every `intervalMs`, and runs only while there is something
 * to visit. Input that is ready at that moment is read first, so that an answer which has arrived while the process was busy
 * counts as in time. A sweep never keeps the process alive.
 */
export class Sweep {
  readonly intervalMs: number
  readonly #clock: Clock
  readonly #items = new Set<Swept>()
  #timer: Timer | undefined

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock
    this.intervalMs = intervalMs
  }

  /** How many are visited. */
  get size(): number {
    return this.#items.size
  }

  /** The time that deadlines are measured by. */
  now(): number {
    return this.#clock.monotonic()
  }

  add(item: Swept): void {
    this.#items.add(item)
    this.#timer ??= this.#clock.setInterval(this.#tick, this.intervalMs, { keepsProcessAlive: false })
  }

  delete(item: Swept): void {
    this.#items.delete(item)
    if (this.#items.size > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  readonly #tick = (): void => {
    this.#clock.deferAfterInput(this.#visit)
  }

  readonly #visit = (): void => {
    const now = this.now()
    for (const item of this.#items) item.sweep(now)
  }
}
