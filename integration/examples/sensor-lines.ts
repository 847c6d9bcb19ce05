/** Where a sensor's summaries do not follow one another: a reading that came out of its order, twice, or not at all. */
export function brokenRows(output: string, sensor: string): string[] {
  const ranges = [...output.matchAll(new RegExp(`^${sensor} #(\\d+)-(\\d+) `, 'gm'))].map(
    ([, from, to]) => [Number(from), Number(to)] as const
  )
  return ranges.flatMap(([from, to], at) => {
    const before = ranges[at - 1]?.[1] ?? 0
    // A broken reading at the seam leaves a hole of one.
    return from > before && from <= before + 2 && to >= from ? [] : [`${sensor} #${from}-${to} after #${before}`]
  })
}
