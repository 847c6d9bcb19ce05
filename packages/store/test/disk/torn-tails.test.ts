import { describe, expect, test } from '@jest/globals'
import { runs } from '../../../../test/random-runs'
import { filledStore, LOG, storeWith } from './support/damaged-store'
import { tearEveryTail } from './support/torn-tails'

const open = storeWith({ index: false })
const MAX_MS = 300_000

describe('a log that ends anywhere in its newest 64 records keeps every record that is whole, and nothing else', () => {
  test(
    'with zeros behind it',
    async () => {
      const torn = { open, ...(await filledStore(open, 72, 20, 'killed')), directory: LOG, records: 64 }
      const { positions, problems } = await tearEveryTail({ ...torn, end: 'zeros' })
      expect(problems.slice(0, 20)).toEqual([])
      expect(positions).toBeGreaterThan(64 * 100)
    },
    MAX_MS
  )

  /** Every byte in the long form. */
  const every = runs(1, 7).numRuns === 1 ? 7 : 1

  test(
    'with nothing behind it',
    async () => {
      const torn = { open, ...(await filledStore(open, 72, 20, 'killed')), directory: LOG, records: 64 }
      const { problems } = await tearEveryTail({ ...torn, end: 'nothing', every })
      expect(problems.slice(0, 20)).toEqual([])
    },
    MAX_MS
  )

  test.each(['zeros', 'noise'] as const)(
    'though the store was closed in order, with %s behind it',
    async (end) => {
      const torn = { open, ...(await filledStore(open, 72, 20, 'closed')), directory: LOG, records: 64 }
      const { problems } = await tearEveryTail({ ...torn, end, every, mayHaveHoles: true })
      expect(problems.slice(0, 20)).toEqual([])
    },
    MAX_MS
  )
})
