import { describe, expect, jest, test } from '@jest/globals'
import { seeds } from '../../../../test/random-runs'
import { DiskMessageStore, type DiskMessageStoreOptions } from '../../src'
import { crashAtEveryOperation } from './support/every-crash'
import type { StoreOn } from './support/reopened'
import { SMALL_FILES } from './support/small-files'

jest.setTimeout(300_000)

const storeOn =
  (options: Partial<DiskMessageStoreOptions>): StoreOn =>
  (files, clock) =>
    new DiskMessageStore({ directory: '/store', files, clock, ...SMALL_FILES, ...options })

const POWER_CUTS = ['none' as const, ...seeds(2).map((seed) => ({ seed }))]

/** Of what was not synced a later record may be there while an earlier one is not: its offset is one without a record. */
const TORN = { mayHaveHoles: true }

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('a store in %s that is killed', (flush) => {
  test('at any moment has all that was acknowledged, and nothing else', async () => {
    const { crashes, problems } = await crashAtEveryOperation({ open: storeOn({ flush }), ends: ['kill'] })
    expect(problems.slice(0, 20)).toEqual([])
    expect(crashes).toBeGreaterThan(100)
  })

  test('in the middle of writes has all that was acknowledged, and nothing else', async () => {
    const { problems } = await crashAtEveryOperation({ open: storeOn({ flush }), ends: ['kill'], shortWrites: 1 })
    expect(problems.slice(0, 20)).toEqual([])
  })
})

describe('a power cut at any moment', () => {
  test('takes nothing that a store acknowledged that syncs each commit', async () => {
    const { problems } = await crashAtEveryOperation({ open: storeOn({ flush: 'SYNC_FLUSH' }), ends: POWER_CUTS, allowances: TORN })
    expect(problems.slice(0, 20)).toEqual([])
  })

  test('takes from a store that syncs later only what is newer than its last sync, and leaves nothing wrong', async () => {
    const allowances = { ...TORN, mayBeLost: () => true }
    const { problems } = await crashAtEveryOperation({ open: storeOn({ flush: 'ASYNC_FLUSH' }), ends: POWER_CUTS, allowances })
    expect(problems.slice(0, 20)).toEqual([])
  })
})
