import { describe, expect, test } from '@jest/globals'
import { crashAtEveryOperation } from './support/every-crash'
import { smallStore } from './support/small-files'

const MAX_MS = 120_000

/** A sample: the suite `exhaustive` takes every moment, and every failure. */
describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('a store in %s', (flush) => {
  test(
    'that is killed here or there has all that was acknowledged, and nothing else',
    async () => {
      const { crashes, problems } = await crashAtEveryOperation({ open: smallStore({ flush }), ends: ['kill'], every: 17 })
      expect(problems.slice(0, 20)).toEqual([])
      expect(crashes).toBeGreaterThan(10)
    },
    MAX_MS
  )
})
