import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { DelayRuns } from '../src/delay/delay-runs'

describe('when delayed messages are due', () => {
  it('is known for those of this run only', () => {
    const runs = new DelayRuns()
    runs.arrived(10, 1000)
    expect(runs.dueAt(9)).toBeUndefined()
    expect(runs.dueAt(10)).toBe(1000)
  })

  it('is the time noted for each of them, asked for in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 5000 }), (gaps) => {
        const runs = new DelayRuns()
        let dueAt = 0
        const expected = gaps.map((gap, offset) => {
          dueAt += gap
          runs.arrived(offset, dueAt)
          return dueAt
        })
        expect(expected.map((_, offset) => runs.dueAt(offset))).toEqual(expected)
      }),
      runs(30)
    )
  })
})
