/** What waits for its turn in a lane. */
export interface InLane<T> {
  /** `undefined` and `null`: it waits for nobody. */
  readonly key: unknown
  /** Its place among all: the lowest goes first. */
  readonly order: number
  /** The next of the same key. */
  behind: T | undefined
}

/**
 * Whose turn it is: those of one key one after another, different keys side by side, and of all that may go the oldest first.
 * A lane exists as long as somebody is in it: keys that were seen leave nothing behind.
 */
export class Lanes<T extends InLane<T>> {
  /** Last in its lane, by key. */
  readonly #last = new Map<unknown, T>()
  /** First in their lanes, as a binary heap by order. */
  readonly #ready: T[] = []

  /** Lanes that somebody is in. */
  get size(): number {
    return this.#last.size
  }

  /** Who goes next. */
  get first(): T | undefined {
    return this.#ready[0]
  }

  add(one: T): void {
    const before = hasKey(one) ? this.#last.get(one.key) : undefined
    if (hasKey(one)) this.#last.set(one.key, one)
    if (before === undefined) this.#push(one)
    else before.behind = one
  }

  /** Takes the first out; it keeps its lane until `ended`. */
  shift(): T | undefined {
    const first = this.#ready[0]
    const last = this.#ready.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  /** Its lane is free for the next one. */
  ended(one: T): void {
    if (!hasKey(one)) return
    if (one.behind !== undefined) this.#push(one.behind)
    else this.#last.delete(one.key)
    one.behind = undefined
  }

  #push(one: T): void {
    let at = this.#ready.length
    for (let above = (at - 1) >> 1; at > 0; above = (at - 1) >> 1) {
      const parent = this.#ready[above]
      if (parent === undefined || parent.order <= one.order) break
      this.#ready[at] = parent
      at = above
    }
    this.#ready[at] = one
  }

  /** Puts it in the place of the first, and down from there. */
  #sink(one: T): void {
    let at = 0
    for (let child = this.#smallerChild(at); child !== undefined; child = this.#smallerChild(at)) {
      const below = this.#ready[child]
      if (below === undefined || below.order >= one.order) break
      this.#ready[at] = below
      at = child
    }
    this.#ready[at] = one
  }

  #smallerChild(at: number): number | undefined {
    const left = this.#ready[2 * at + 1]
    const right = this.#ready[2 * at + 2]
    if (left === undefined) return undefined
    return right !== undefined && right.order < left.order ? 2 * at + 2 : 2 * at + 1
  }
}

function hasKey(one: { readonly key: unknown }): boolean {
  return one.key !== undefined && one.key !== null
}
