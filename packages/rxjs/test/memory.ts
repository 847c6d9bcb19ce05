import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What this process has in use after the garbage was collected, MiB. Twice: what finalizers free is garbage of the next round. */
export function usedMiB(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return (heapUsed + external + arrayBuffers) / 1024 / 1024
}

/** The most of several things that were there at a time. */
export class Most {
  readonly #most = new Map<string, number>()

  see(what: string, count: number): void {
    this.#most.set(what, Math.max(this.of(what), count))
  }

  of(what: string): number {
    return this.#most.get(what) ?? 0
  }

  toString(): string {
    return [...this.#most].map(([what, count]) => `${what} ${count}`).join(', ')
  }
}
