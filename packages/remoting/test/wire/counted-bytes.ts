/** A view on bytes that counts each byte that is read through it, one by one or in ranges. */
export interface CountedBytes {
  readonly bytes: Buffer
  readonly visited: number
}

/** Names of the methods whose first arguments, or the two behind an encoding, are a range. */
const RANGES: ReadonlyMap<string, number> = new Map([
  ['toString', 1],
  ['copy', 2],
  ['subarray', 0],
  ['latin1Slice', 0],
  ['utf8Slice', 0]
])
const FIXED: ReadonlyMap<string, number> = new Map([
  ['readInt32BE', 4],
  ['readUInt32BE', 4],
  ['readInt16BE', 2],
  ['readUInt16BE', 2]
])

/**
 * Counts what a decoder visits. What is handed on as a `subarray` counts as visited once: whoever reads it reads a buffer of its own.
 * A method that this does not know is an error, so that nothing is read uncounted.
 */
export function countedBytes(source: Buffer): CountedBytes {
  let visited = 0
  const method = (name: string, value: (...args: unknown[]) => unknown): ((...args: unknown[]) => unknown) => {
    const range = RANGES.get(name)
    const fixed = FIXED.get(name)
    if (range === undefined && fixed === undefined) throw new Error(`${name} is not counted`)
    return (...args) => {
      const [start = 0, end = source.length] = range === undefined ? [] : (args.slice(range) as number[])
      visited += fixed ?? Math.max(0, end - start)
      return value.apply(source, args)
    }
  }
  const bytes = new Proxy(source, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) visited++
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' && typeof key === 'string' && key !== 'constructor' ? method(key, value as never) : value
    }
  })
  return {
    bytes,
    get visited() {
      return visited
    }
  }
}
