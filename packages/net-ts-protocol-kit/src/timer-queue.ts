/** A timer of a hand-driven clock. */
export interface QueuedTimer {
  /** When it is due, on the clock's monotonic time. */
  readonly deadline: number
  /** Order of creation: decides between equal deadlines. */
  readonly order: number
  readonly callback: () => void
  /** For an interval: its period. */
  readonly everyMs?: number
}

/** Timers in the order in which they will fire. */
export class TimerQueue {
  readonly #timers: QueuedTimer[] = []

  get size(): number {
    return this.#timers.length
  }

  first(): QueuedTimer | undefined {
    return this.#timers[0]
  }

  add(timer: QueuedTimer): void {
    this.#timers.splice(this.#position(timer), 0, timer)
  }

  /** Removes a timer; one that is not in the queue is ignored. */
  remove(timer: QueuedTimer): void {
    const at = this.#position(timer)
    if (this.#timers[at] === timer) this.#timers.splice(at, 1)
  }

  list(): readonly QueuedTimer[] {
    return [...this.#timers]
  }

  /** Index of the first timer that does not come before `timer`. */
  #position(timer: QueuedTimer): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const candidate = this.#timers[middle]
      if (candidate !== undefined && comesBefore(candidate, timer)) low = middle + 1
      else high = middle
    }
    return low
  }
}

const comesBefore = (a: QueuedTimer, b: QueuedTimer): boolean => a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order)
