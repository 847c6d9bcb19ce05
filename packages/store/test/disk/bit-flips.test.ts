import { describe, expect, test } from '@jest/globals'
import { flipEveryByte } from './support/bit-flips'
import { type End, filledStore, LOG, storeWith } from './support/damaged-store'

const MAX_MS = 120_000
const open = storeWith()

/** A sample: the suite `exhaustive` takes every byte. */
describe('one bit of a byte here and there turned over', () => {
  test.each<End>(['killed', 'closed'])(
    'in a store whose process was %s never lets it serve what was not sent, nor lose another record',
    async (end) => {
      const store = await filledStore(open, 64, 780, end)
      const { flips, problems } = await flipEveryByte({ open, ...store, directory: LOG, takes: (position) => position % 211 === 7 })
      expect(problems.slice(0, 20)).toEqual([])
      expect(flips).toBeGreaterThan(250)
    },
    MAX_MS
  )

  test(
    'in a queue of a store that goes on from a checkpoint takes no sound entry along',
    async () => {
      const store = await filledStore(open, 64, 780, 'killed', 12_000)
      const matches = (path: string): boolean => path.includes('/consumequeue/')
      const { flips, problems } = await flipEveryByte({ open, ...store, directory: LOG, matches, takes: (position) => position % 10 === 0 })
      expect(problems.slice(0, 20)).toEqual([])
      expect(flips).toBeGreaterThan(100)
    },
    MAX_MS
  )
})
