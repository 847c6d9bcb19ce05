import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../../test/random-runs'
import { firstEntryAtOrBehind, firstEntryToKeep } from '../../../src/disk/consume-queue/find-entry'
import { ENTRY_BYTES, writeEntry } from '../../../src/disk/consume-queue/queue-entries'

const SIZE = 100

/** Entries of records that follow each other in the log. */
function entries(count: number): { bytes: Buffer; read: (from: number, to: number) => Buffer } {
  const bytes = Buffer.alloc(count * ENTRY_BYTES)
  for (let index = 0; index < count; index++) writeEntry(bytes, index, index * SIZE, SIZE, 0)
  return { bytes, read: (from, to) => bytes.subarray(from * ENTRY_BYTES, to * ENTRY_BYTES) }
}

describe('the first entry to keep', () => {
  test('is the first whose record begins at or behind the place', async () => {
    const { read } = entries(1000)
    for (const [place, first] of [
      [0, 0],
      [1, 1],
      [SIZE, 1],
      [999 * SIZE, 999],
      [2000 * SIZE, 1000]
    ] as const) {
      expect(await firstEntryToKeep(read, 0, 1000, place)).toBe(first)
    }
  })

  test('is not behind one whose record is kept, whatever one entry says that is damaged', async () => {
    const sample = fc.record({ count: fc.integer({ min: 1, max: 700 }), at: fc.nat(699), place: fc.nat(700), wrong: fc.nat(80_000) })
    await fc.assert(
      fc.asyncProperty(sample, async ({ count, at, place, wrong }) => {
        const { bytes, read } = entries(count)
        writeEntry(bytes, at % count, wrong, SIZE, 0)
        const kept = await firstEntryToKeep(read, 0, count, place * SIZE)
        const wanted = [place, at % count === place ? place + 1 : place].map((index) => Math.min(index, count))
        expect(kept).toBeLessThanOrEqual(Math.max(...wanted))
      }),
      runs(500)
    )
  })

  test('would be far behind it by a search in halves alone', async () => {
    const { bytes, read } = entries(1000)
    writeEntry(bytes, 500, 0, SIZE, 0)
    expect(await firstEntryAtOrBehind(read, 0, 1000, 200 * SIZE)).toBe(501)
    expect(await firstEntryToKeep(read, 0, 1000, 200 * SIZE)).toBe(200)
  })
})
