import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { OffsetRanges } from '../src/offset-ranges'

describe('a set of offsets', () => {
  it('has what was added, whatever the order, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (offsets) => {
        const ranges = new OffsetRanges()
        for (const offset of offsets) ranges.add(offset)
        for (let offset = 0; offset <= 41; offset++) expect(ranges.has(offset)).toBe(offsets.includes(offset))
      })
    )
  })

  it('stays small for offsets that follow one another', () => {
    const ranges = new OffsetRanges()
    for (const offset of [5, 3, 4, 1, 2, 0, 6, 6, 3]) ranges.add(offset)
    expect(ranges.size).toBe(1)
    ranges.add(8)
    expect(ranges.size).toBe(2)
    ranges.add(7)
    expect(ranges.size).toBe(1)
  })
})
