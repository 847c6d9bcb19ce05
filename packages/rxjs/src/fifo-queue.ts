/** So many taken items are kept before the rest is moved up. */
const MOVE_UP_AT = 1024

/** First in, first out, at the same cost however long it is. */
export class FifoQueue<T> {
  #items: Array<T | undefined> = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** The first item, taken out; `undefined` when there is none. */
  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length) this.clear()
    else if (this.#head >= MOVE_UP_AT && this.#head * 2 >= this.#items.length) this.#moveUp()
    return item
  }

  first(): T | undefined {
    return this.#items[this.#head]
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }

  #moveUp(): void {
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
