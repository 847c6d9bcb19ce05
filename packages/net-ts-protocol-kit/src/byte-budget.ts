/** Who holds bytes of a {@link ByteBudget}. */
export interface BudgetHolder {
  /** Others need the room: let go of everything at once. */
  evict(): void
}

/**
 * A bound on what many hold together, such as the unfinished frames of all connections. When it is exceeded, whoever has held
 * something for the longest time has to go: an honest peer holds its share for moments, one that hoards for long.
 */
export class ByteBudget {
  readonly limitBytes: number
  readonly #held = new Map<BudgetHolder, number>()
  #usedBytes = 0
  #evictions = 0

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get holders(): number {
    return this.#held.size
  }

  /** How many holders had to go. */
  get evictions(): number {
    return this.#evictions
  }

  /**
   * Says that `holder` holds `bytes` from now on; 0 lets go. Evicts others as needed, and returns `false`, holding nothing,
   * when `bytes` alone are more than the limit.
   */
  hold(holder: BudgetHolder, bytes: number): boolean {
    if (bytes <= 0 || bytes > this.limitBytes) {
      this.#forget(holder)
      return bytes <= 0
    }
    this.#usedBytes += bytes - (this.#held.get(holder) ?? 0)
    this.#held.set(holder, bytes)
    if (this.#usedBytes > this.limitBytes) this.#makeRoom(holder)
    return true
  }

  #forget(holder: BudgetHolder): void {
    const bytes = this.#held.get(holder)
    if (bytes === undefined) return
    this.#held.delete(holder)
    this.#usedBytes -= bytes
  }

  #makeRoom(newest: BudgetHolder): void {
    for (const holder of this.#held.keys()) {
      if (this.#usedBytes <= this.limitBytes) return
      if (holder === newest) continue
      this.#forget(holder)
      this.#evictions++
      holder.evict()
    }
  }
}
