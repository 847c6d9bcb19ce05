/** How long something has not moved. */
export class Stagnation {
  #mark: number | undefined
  #sinceMs = 0

  /** Milliseconds since `mark` was first seen as it is; 0 when it is new, or `undefined`: nothing to wait for. */
  since(mark: number | undefined, nowMs: number): number {
    if (mark === undefined || mark !== this.#mark) {
      this.#mark = mark
      this.#sinceMs = nowMs
    }
    return nowMs - this.#sinceMs
  }
}
