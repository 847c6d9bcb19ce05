import { describe, expect, test } from '@jest/globals'
import { filledStore, LOG, storeWith } from './support/damaged-store'
import { type TornEnd, tearEveryTail } from './support/torn-tails'

const MAX_MS = 120_000
const open = storeWith({ index: false })

/** A sample: the suite `exhaustive` takes every byte of the newest 64 records. */
describe('a log that ends in the middle of its newest records keeps every record that is whole, and nothing else', () => {
  test.each<TornEnd>(['zeros', 'noise', 'nothing'])(
    'with %s behind it',
    async (end) => {
      const torn = { open, ...(await filledStore(open, 24, 20, 'killed')), directory: LOG, records: 8 }
      const { positions, problems } = await tearEveryTail({ ...torn, end, takes: (position) => position % 7 === 0 })
      expect(problems.slice(0, 20)).toEqual([])
      expect(positions).toBeGreaterThan(100)
    },
    MAX_MS
  )
})
