import { describe, expect, test } from '@jest/globals'
import { type End, filledStore, LOG, storeWith } from '../disk/support/damaged-store'
import { type TornEnd, tearEveryTail } from '../disk/support/torn-tails'

const MAX_MS = 300_000
const RECORDS = 64
/** The shortest record that the store writes for its topic has more bytes than this. */
const MIN_RECORD_BYTES = 140

const open = storeWith({ index: false })

/** The test of a log that ends at any byte of its newest records. */
export function tearLog(end: End, behind: TornEnd): void {
  describe(`a log that ends at any byte of its newest ${RECORDS} records, in a store whose process was ${end}, with ${behind} behind it`, () => {
    test(
      'keeps every record that is whole, and nothing else',
      async () => {
        const store = await filledStore(open, RECORDS + 8, 20, end)
        const torn = { open, ...store, directory: LOG, records: RECORDS, end: behind, mayHaveHoles: end === 'closed' }
        const { positions, problems } = await tearEveryTail(torn)
        expect(problems.slice(0, 20)).toEqual([])
        expect(positions).toBeGreaterThan(RECORDS * MIN_RECORD_BYTES)
      },
      MAX_MS
    )
  })
}
