import { describe, expect, jest, test } from '@jest/globals'
import { DiskMessageStore, type DiskMessageStoreOptions, type PowerCut } from '../../src'
import { failEveryOperation } from './support/every-failure'
import type { StoreOn } from './support/reopened'
import { SMALL_FILES } from './support/small-files'

jest.setTimeout(300_000)

const storeOn =
  (options: Partial<DiskMessageStoreOptions>): StoreOn =>
  (files, clock) =>
    new DiskMessageStore({ directory: '/store', files, clock, ...SMALL_FILES, ...options })

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('a store in %s', (flush) => {
  test.each(['EIO', 'ENOSPC'])('opens with all that was acknowledged after any one operation failed with %s', async (reason) => {
    const { failures, problems } = await failEveryOperation({ open: storeOn({ flush }), reason })
    expect(problems.slice(0, 20)).toEqual([])
    expect(failures).toBeGreaterThan(100)
  })

  test('opens with all that was acknowledged after the disk was gone from any operation on', async () => {
    const { failures, problems } = await failEveryOperation({ open: storeOn({ flush }), reason: 'EIO', isLasting: true })
    expect(problems.slice(0, 20)).toEqual([])
    expect(failures).toBeGreaterThan(100)
  })
})

test.each<PowerCut>(['none', { seed: 2 }])(
  'a store that syncs each commit keeps it through a failure and a power cut (%j)',
  async (cut) => {
    const { problems } = await failEveryOperation({ open: storeOn({ flush: 'SYNC_FLUSH' }), reason: 'EIO', cut })
    expect(problems.slice(0, 20)).toEqual([])
  }
)
