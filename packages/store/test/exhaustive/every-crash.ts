import { expect, test } from '@jest/globals'
import type { FlushMode } from '../../src'
import { type CrashLoop, crashAtEveryOperation } from '../disk/support/every-crash'
import { smallStore } from '../disk/support/small-files'

const MAX_MS = 300_000

/** The test of crashes right before each operation on the disk. */
export function crashEverywhere(name: string, flush: FlushMode, loop: Omit<CrashLoop, 'open'>): void {
  test(
    name,
    async () => {
      const { crashes, problems } = await crashAtEveryOperation({ open: smallStore({ flush }), ...loop })
      expect(problems.slice(0, 20)).toEqual([])
      expect(crashes).toBeGreaterThan(100)
    },
    MAX_MS
  )
}

/** After a power cut a later record may be there while an earlier one that was not synced is not: its offset is one without a record. */
export const TORN = { mayHaveHoles: true }
