import { describe, expect, test } from '@jest/globals'
import { runs } from '../../../../test/random-runs'
import { flipEveryByte } from './support/bit-flips'
import { type End, filledStore, LOG, storeWith } from './support/damaged-store'

/** The long form takes every byte of a larger store. */
const isLong = runs(1, 2).numRuns > 1
const records = isLong ? 400 : 100
const MAX_MS = isLong ? 7_200_000 : 300_000

/** What is damaged, and how many bytes of it are left out between two flips. */
const PARTS: readonly [string, boolean, number, (path: string) => boolean][] = [
  ['commit log', false, 17, (path) => path.startsWith(LOG)],
  ['consume queues', false, 3, (path) => path.includes('/consumequeue/')],
  ['index', true, 5, (path) => path.includes('/index/')],
  ['other files', false, 5, (path) => !/\/(commitlog|consumequeue|index)\//.test(path)]
]

const cases = (['killed', 'closed'] as const).flatMap((end) => PARTS.map((part) => [end, ...part] as const))
/** Of what was written after the last checkpoint of a process that was killed it is not known whether it had to have checksums. */
const sealed = cases.filter(([end, name]) => end === 'closed' || name !== 'commit log')

describe('one bit of any byte turned over', () => {
  test.each(sealed)(
    'in a store whose process was %s, in the %s, never lets it serve what was not sent, nor lose another record',
    async (end: End, _, index, usual, matches) => {
      const open = storeWith({ index })
      const store = await filledStore(open, records, 380, end)
      const every = isLong ? 1 : usual
      const { flips, problems } = await flipEveryByte({ open, ...store, directory: LOG, matches, every, queries: index })
      expect(problems.slice(0, 20)).toEqual([])
      expect(flips).toBeGreaterThan(10)
    },
    MAX_MS
  )
})
