/** What has arrived so far, and a way to wait for more of it. */
export class Inbox<Item> {
  readonly items: Item[] = []
  readonly #waiting = new Set<() => void>()

  add(item: Item): void {
    this.items.push(item)
    for (const check of [...this.#waiting]) check()
  }

  /** Resolves with everything as soon as `isEnough`; rejects when it is not within `patienceMs`, saying how much came. */
  until(what: string, isEnough: (items: readonly Item[]) => boolean, patienceMs = 60_000): Promise<readonly Item[]> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        finish()
      }
      const check = () => {
        if (isEnough(this.items)) settle(() => resolve(this.items))
      }
      const timer = setTimeout(() => settle(() => reject(new Error(`${what}: ${this.items.length} came in ${patienceMs} ms`))), patienceMs)
      this.#waiting.add(check)
      check()
    })
  }

  /** Resolves with the first `count`. */
  async first(count: number, patienceMs?: number): Promise<readonly Item[]> {
    return (await this.until(`${count} expected`, (items) => items.length >= count, patienceMs)).slice(0, count)
  }
}
