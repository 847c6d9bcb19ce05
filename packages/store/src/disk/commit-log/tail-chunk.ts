/** A piece of the log in memory. */
export interface TailChunk {
  /** Physical offset of its first byte. */
  base: number
  readonly bytes: Buffer
  used: number
  /** Where its records begin, ascending: an offset from outside must name one, not a place inside a body made to look like one. */
  starts: Int32Array
  count: number
  /** Whether views of it may be held after their turn. */
  isHeld: boolean
}

const FIRST_STARTS = 64

export function newTailChunk(base: number, capacity: number): TailChunk {
  return { base, bytes: Buffer.allocUnsafeSlow(capacity), used: 0, starts: new Int32Array(FIRST_STARTS), count: 0, isHeld: false }
}

/** Notes that a record begins where the chunk is filled to. */
export function noteStart(chunk: TailChunk): void {
  if (chunk.count === chunk.starts.length) {
    const longer = new Int32Array(chunk.count * 2)
    longer.set(chunk.starts)
    chunk.starts = longer
  }
  chunk.starts[chunk.count++] = chunk.used
}

export function isStart(chunk: TailChunk, at: number): boolean {
  let low = 0
  let high = chunk.count - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const start = chunk.starts[middle] as number
    if (start === at) return true
    if (start < at) low = middle + 1
    else high = middle - 1
  }
  return false
}

/** Forgets what is behind a place in it. */
export function cutChunk(chunk: TailChunk, at: number): void {
  chunk.used = Math.min(chunk.used, at)
  while (chunk.count > 0 && (chunk.starts[chunk.count - 1] as number) >= at) chunk.count--
}
