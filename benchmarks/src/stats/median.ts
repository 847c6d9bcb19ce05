/** The middle of some numbers, the mean of the middle two when their count is even; `undefined` without any. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2
}

/** The median of one figure of several measurements, of those that have it. */
export function medianOf<Measured>(all: readonly Measured[], figure: (one: Measured) => number | undefined): number | undefined {
  return median(all.map(figure).filter((value): value is number => value !== undefined))
}

/** `a ÷ b`, `undefined` when either is missing or the divisor is zero. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b
}
