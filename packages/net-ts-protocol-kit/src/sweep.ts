import type { Clock, Timer } from './clock'

/** What a {@link Sweep} visits. */
export interface Swept {
  /** A visit before this moment, on the clock's monotonic time, would find nothing to do. Absent: it is visited every time. */
  readonly dueAt?: number | undefined
  /** `nowMs` is the clock's monotonic time. */
  sweep(nowMs: number): void
}

/**
 * One timer for many deadlines: visits what was added every `intervalMs`, as long as something may be due then, and runs only
 * while there is something to visit. Input that is ready at that moment is read first, so that an answer which has arrived while the
 * process was busy counts as in time. A sweep never keeps the process alive.
 */
export class Sweep {
  readonly intervalMs: number
  readonly #clock: Clock
  readonly #items = new Set<Swept>()
  #timer: Timer | undefined
  /** Visits are whole intervals after it. */
  #startedAt = 0
  #nextVisitAt = Number.POSITIVE_INFINITY

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
    if (this.#items.size === 0) this.#startedAt = this.now()
    this.#items.add(item)
    this.visitBy(item.dueAt ?? 0)
  }

  delete(item: Swept): void {
    this.#items.delete(item)
    if (this.#items.size === 0) this.#stop()
  }

  /** An item that was added is due earlier than it was: it is visited at the first interval from `dueAt` on. */
  visitBy(dueAt: number): void {
    if (dueAt > this.#nextVisitAt - this.intervalMs) return
    const now = this.now()
    const visitAt = Math.max(this.#intervalFrom(dueAt), this.#intervalFrom(now) + (this.#intervalFrom(now) > now ? 0 : this.intervalMs))
    if (visitAt >= this.#nextVisitAt) return
    this.#timer?.cancel()
    this.#nextVisitAt = visitAt
    this.#timer = this.#clock.setTimeout(this.#tick, visitAt - now, { keepsProcessAlive: false })
  }

  /** The first whole interval at a moment or after it. */
  #intervalFrom(moment: number): number {
    return this.#startedAt + Math.max(0, Math.ceil((moment - this.#startedAt) / this.intervalMs)) * this.intervalMs
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#nextVisitAt = Number.POSITIVE_INFINITY
  }

  readonly #tick = (): void => {
    this.#clock.deferAfterInput(this.#visit)
  }

  readonly #visit = (): void => {
    this.#stop()
    const now = this.now()
    for (const item of this.#items) if ((item.dueAt ?? 0) <= now) item.sweep(now)
    for (const item of this.#items) this.visitBy(item.dueAt ?? 0)
  }
}
