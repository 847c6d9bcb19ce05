/** A set of queue offsets, kept as the ranges it consists of: most consumers read a queue in one piece. */
export class OffsetRanges {
  /** `[from, to)`, ascending, with gaps between them. */
  readonly #ranges: Array<{ from: number; to: number }> = []

  /** How many ranges there are. */
  get size(): number {
    return this.#ranges.length
  }

  has(offset: number): boolean {
    return this.#ranges.some(({ from, to }) => offset >= from && offset < to)
  }

  add(offset: number): void {
    const at = this.#ranges.findLastIndex(({ from }) => from <= offset)
    const before = this.#ranges[at]
    if (before !== undefined && offset < before.to) return
    const after = this.#ranges[at + 1]
    if (before?.to === offset) before.to++
    else if (after?.from === offset + 1) after.from--
    else this.#ranges.splice(at + 1, 0, { from: offset, to: offset + 1 })
    if (before === undefined || after === undefined || before.to < after.from) return
    before.to = after.to
    this.#ranges.splice(at + 1, 1)
  }
}
