/** Topics that were deleted, and where the log ended then: records before it are no longer theirs. */
export class DeletedTopics {
  readonly #ends: Map<string, number>

  constructor(ends: Iterable<readonly [topic: string, end: number]> = []) {
    this.#ends = new Map(ends)
  }

  get ends(): ReadonlyMap<string, number> {
    return this.#ends
  }

  /** Records of the topic before this log offset belong to one that was deleted. */
  before(topic: string): number {
    return this.#ends.get(topic) ?? 0
  }

  add(topic: string, end: number): void {
    this.#ends.set(topic, end)
  }

  /** Forgets those of which the log has nothing any more that begins there. */
  forgetBefore(minOffset: number): void {
    for (const [topic, end] of this.#ends) if (end <= minOffset) this.#ends.delete(topic)
  }

  /** The log ends there: what was behind it is gone, and what is appended next is of topics that are there. Whether that changes any. */
  endAt(end: number): boolean {
    let isChanged = false
    for (const [topic, before] of this.#ends) {
      if (before <= end) continue
      this.#ends.set(topic, end)
      isChanged = true
    }
    return isChanged
  }
}
