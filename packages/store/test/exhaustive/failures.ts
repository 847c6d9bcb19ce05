import { describe, expect, test } from '@jest/globals'
import type { FlushMode, PowerCut } from '../../src'
import { type FailureLoop, failEveryOperation } from '../disk/support/every-failure'
import { smallStore } from '../disk/support/small-files'

const MAX_MS = 300_000

/** The tests of a store in one flush mode whose operations on the disk fail, one after the other. */
export function failEverywhere(flush: FlushMode): void {
  describe(`a store in ${flush} opens with all that was acknowledged`, () => {
    test('after any one operation failed', () => fail(flush, { reason: 'EIO' }), MAX_MS)
    test('after any one operation found the disk full', () => fail(flush, { reason: 'ENOSPC' }), MAX_MS)
    test('after the disk was gone from any operation on', () => fail(flush, { reason: 'EIO', isLasting: true }), MAX_MS)
  })
}

/** The test of a store that syncs each commit, when the power is cut after the failure. */
export function failAndCut(cut: PowerCut): void {
  const name = `a store that syncs each commit keeps it through a failure and a power cut (${JSON.stringify(cut)})`
  test(name, () => fail('SYNC_FLUSH', { reason: 'EIO', cut }), MAX_MS)
}

async function fail(flush: FlushMode, loop: Omit<FailureLoop, 'open'>): Promise<void> {
  const { failures, problems } = await failEveryOperation({ open: smallStore({ flush }), ...loop })
  expect(problems.slice(0, 20)).toEqual([])
  expect(failures).toBeGreaterThan(100)
}
