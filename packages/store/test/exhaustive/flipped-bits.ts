import { describe, expect, test } from '@jest/globals'
import { runs } from '../../../../test/random-runs'
import { flipEveryByte } from '../disk/support/bit-flips'
import { type End, filledStore, LOG, storeWith } from '../disk/support/damaged-store'
import type { FilledDisk } from '../disk/support/filled-disk'
import { isIn, type Share } from './share'

const isLong = runs(1, 2).numRuns > 1
const KIB = isLong ? 256 : 64
const MAX_MS = isLong ? 7_200_000 : 300_000
/** Of some 970 bytes each: they fill the log files of a store of that size. */
const RECORDS = isLong ? 280 : 64
const BODY_BYTES = 780
/** Enough for a checkpoint: of a process that was killed, some records are before it and some behind. */
const REST_MS = 12_000

const isLog = (path: string): boolean => path.startsWith(LOG)
const isIndex = (path: string): boolean => path.includes('/index/')

/**
 * The tests of one share of the bytes of the log. Opening a store whose process was killed takes longer, since its log is read: there it is
 * every second byte, but for the long form.
 */
export function flipLog(end: End, { number, of }: Share): void {
  const every = end === 'killed' && !isLong ? 2 : 1
  const share = { number: number * every, of: of * every }
  describe(`one bit turned over in any byte of the log of a store of ${KIB} KiB whose process was ${end}, share ${number + 1} of ${of}`, () => {
    test('never lets it serve what was not sent, nor lose another record', () => flip(end, isLog, share), MAX_MS)
  })
}

/** The tests of everything else that is in the store's directory. */
export function flipOthers(end: End): void {
  describe(`one bit turned over in any byte of a store whose process was ${end}`, () => {
    test('never lets it serve or find what was not sent, in the index', () => flip(end, isIndex), MAX_MS)
    test('never lets it serve what was not sent, elsewhere', () => flip(end, (path) => !isLog(path) && !isIndex(path)), MAX_MS)
  })
}

async function flip(end: End, matches: (path: string) => boolean, share: Share = { number: 0, of: 1 }): Promise<void> {
  // Who looks for a flip in the log needs no keys.
  const open = storeWith({ index: matches !== isLog })
  const store = await filledStore(open, RECORDS, BODY_BYTES, end, REST_MS)
  expect(bytesOf(store, () => true)).toBeGreaterThanOrEqual(KIB * 1024)
  const queries = matches === isIndex
  const { flips, problems, refusals } = await flipEveryByte({ open, ...store, directory: LOG, matches, takes: isIn(share), queries })
  expect(problems.slice(0, 20)).toEqual([])
  // A document of which there is no second copy is the one thing that cannot be read past.
  expect([...refusals.keys()].filter((refusal) => refusal !== 'DOCUMENT_UNREADABLE /store/config/topics.json')).toEqual([])
  expect(flips).toBe(bytesOf(store, matches) / share.of)
}

function bytesOf({ files }: FilledDisk, matches: (path: string) => boolean): number {
  return files.paths.filter(matches).reduce((sum, path) => sum + files.bytesOf(path).length, 0)
}
