/**
 * When the messages of one delay level are due, for those that arrived in this run of the broker: on the monotonic clock,
 * so that a step of the wall clock makes nothing early. Offsets that arrived in the same millisecond share one entry.
 */
export class DelayRuns {
  #firstOffsets: number[] = []
  #dueTimes: number[] = []
  #head = 0

  /** Notes that the message at `offset` is due at `dueAt`. Offsets rise by one from call to call. */
  arrived(offset: number, dueAt: number): void {
    if (this.#dueTimes.length > this.#head && this.#dueTimes[this.#dueTimes.length - 1] === dueAt) return
    this.#firstOffsets.push(offset)
    this.#dueTimes.push(dueAt)
  }

  /** When the message at `offset` is due, or `undefined` when it is from before this run. Forgets those before it. */
  dueAt(offset: number): number | undefined {
    while (this.#head + 1 < this.#firstOffsets.length && (this.#firstOffsets[this.#head + 1] ?? 0) <= offset) this.#head++
    this.#compact()
    const first = this.#firstOffsets[this.#head]
    return first === undefined || first > offset ? undefined : this.#dueTimes[this.#head]
  }

  #compact(): void {
    if (this.#head < 1024 || this.#head * 2 < this.#firstOffsets.length) return
    this.#firstOffsets = this.#firstOffsets.slice(this.#head)
    this.#dueTimes = this.#dueTimes.slice(this.#head)
    this.#head = 0
  }
}
