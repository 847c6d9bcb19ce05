/** A piece of a log in memory: records one after another. */
export interface LogChunk {
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

export function newLogChunk(base: number, capacity: number): LogChunk {
  return { base, bytes: Buffer.allocUnsafeSlow(capacity), used: 0, starts: new Int32Array(FIRST_STARTS), count: 0, isHeld: false }
}

/** The chunk again, empty, for what comes at an offset. */
export function clearedChunk(chunk: LogChunk, base: number): LogChunk {
  return Object.assign(chunk, { base, used: 0, count: 0 })
}

/** Behind its last byte. */
export function endOfChunk(chunk: LogChunk): number {
  return chunk.base + chunk.used
}

/** Takes in a record of `size` bytes that was put where the chunk was filled to. */
export function takeRecord(chunk: LogChunk, size: number): void {
  if (chunk.count === chunk.starts.length) {
    const longer = new Int32Array(chunk.count * 2)
    longer.set(chunk.starts)
    chunk.starts = longer
  }
  chunk.starts[chunk.count++] = chunk.used
  chunk.used += size
}

/** Whether a record begins there. */
export function isStart(chunk: LogChunk, at: number): boolean {
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
export function cutChunk(chunk: LogChunk, at: number): void {
  chunk.used = Math.min(chunk.used, at)
  while (chunk.count > 0 && (chunk.starts[chunk.count - 1] as number) >= at) chunk.count--
}

/** The chunk with the byte at an offset, among chunks in log order. */
export function chunkAt(chunks: readonly LogChunk[], physicalOffset: number): LogChunk | undefined {
  let low = 0
  let high = chunks.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const chunk = chunks[middle] as LogChunk
    if (physicalOffset < chunk.base) high = middle - 1
    else if (physicalOffset >= endOfChunk(chunk)) low = middle + 1
    else return chunk
  }
  return undefined
}
