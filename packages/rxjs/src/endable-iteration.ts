/**
 * An iteration that can be ended while it waits for its next value: a `for await` that is left calls `return()` when that value has
 * come, which may be never.
 */
export class EndableIteration<T> implements AsyncIterableIterator<T> {
  readonly #values: AsyncIterator<T>
  #isOver = false

  constructor(source: AsyncIterable<T>) {
    this.#values = source[Symbol.asyncIterator]()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<T>> {
    try {
      const result = await this.#values.next()
      this.#isOver ||= result.done === true
      return result
    } catch (error) {
      this.#isOver = true
      throw error
    }
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#isOver) {
      this.#isOver = true
      await this.#values.return?.()
    }
    return { done: true, value: undefined }
  }

  /** Ends it now. Does nothing when it is over; nobody hears of what that throws. */
  end(): void {
    this.return().catch(() => undefined)
  }
}
