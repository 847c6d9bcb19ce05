/** Buckets per power of two: a bucket is at most 1/64 of its value wide, so a quantile is right within 0.8 %. */
const SUB_BUCKETS = 64
const SUB_BITS = 6
const HIGHEST_POWER = 40
const BUCKETS = (HIGHEST_POWER - SUB_BITS + 2) * SUB_BUCKETS

/** Every duration of a load, counted and none sampled; nanoseconds. The largest is 2^41 ns, 36 minutes. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  #total = 0

  get total(): number {
    return this.#total
  }

  record(nanoseconds: number, times = 1): void {
    const bucket = Math.min(bucketOf(Math.max(0, Math.floor(nanoseconds))), BUCKETS - 1)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times
    this.#total += times
  }

  /** The duration that the given part (0 to 1) of all did not exceed: the middle of its bucket. `undefined` when there is none. */
  quantile(part: number): number | undefined {
    if (this.#total === 0) return undefined
    let left = Math.max(1, Math.ceil(part * this.#total))
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket] ?? 0
      if (left <= 0) return middleOf(bucket)
    }
    return undefined
  }
}

function bucketOf(nanoseconds: number): number {
  if (nanoseconds < SUB_BUCKETS) return nanoseconds
  const power = nanoseconds < 2 ** 31 ? 31 - Math.clz32(nanoseconds) : Math.floor(Math.log2(nanoseconds))
  return (power - SUB_BITS) * SUB_BUCKETS + Math.floor(nanoseconds / 2 ** (power - SUB_BITS))
}

function middleOf(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket
  const width = 2 ** (Math.floor(bucket / SUB_BUCKETS) - 1)
  return ((bucket % SUB_BUCKETS) + SUB_BUCKETS) * width + (width - 1) / 2
}
