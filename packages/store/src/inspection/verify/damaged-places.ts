import type { DamagedRange } from '../../disk/recovery/damage'

/** Where the log is damaged, in log order. */
export class DamagedPlaces {
  readonly #from: number[] = []
  readonly #to: number[] = []

  add({ from, to }: DamagedRange): void {
    const last = this.#to.length - 1
    if (last >= 0 && this.#to[last] === from) this.#to[last] = to
    else {
      this.#from.push(from)
      this.#to.push(to)
    }
  }

  /** Whether the record that begins there is damaged. */
  has(physicalOffset: number): boolean {
    let low = 0
    let high = this.#to.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#to[middle] as number) > physicalOffset) high = middle
      else low = middle + 1
    }
    return low < this.#from.length && (this.#from[low] as number) <= physicalOffset
  }
}
