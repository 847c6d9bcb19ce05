import { expect } from '@jest/globals'
import type { JudgedVersion } from '../../official/judges'
import { differences } from './differences'
import type { Served } from './served'

export interface Compared {
  /** The older one of the releases that are compared. Default 5.5.0. */
  readonly release?: JudgedVersion
  /** Whether searches by tag are compared. Default: not with 4.9.7, which does not index tags. */
  readonly tags?: boolean
  /** Whether the end of the index had to be cut. Default `whole`. */
  readonly index?: 'whole' | 'cut'
}

/**
 * Fails with a line for each place in which two brokers differ. These differences are legitimate:
 *
 * - Every broker makes topics of its own when it starts, and 4.9.7 does not know those of its transactions after a kill. So only what
 *   belongs to topics of `expected` is compared.
 * - 4.9.7 looks for a time in the file that was last written then, and takes the nearest message where 5.x takes the one after it or before
 *   it (read in store/…/ConsumeQueue.java, `getOffsetInQueueByTime`, of both).
 * - Of an index whose end had to be cut ours knows the time of its newest message to the second only, as its entries do: official brokers
 *   throw the file away and index its messages again.
 */
export function expectSame(
  actual: Served,
  expected: Served,
  { release = '5.5.0', tags = release === '5.5.0', index = 'whole' }: Compared = {}
): void {
  const isKnown = (name: string) => (/^[^/@#]+/.exec(name)?.[0] ?? '') in expected.topics
  const [one, other] = [expected, actual].map((served) => comparable(served, isKnown, { release, tags }))
  const found = differences(one, other)
  const seconds = Math.abs(expected.byKey.lastTime - actual.byKey.lastTime) / 1000
  if (seconds > (index === 'cut' ? 1 : 0)) found.push(`byKey.lastTime: expected ${expected.byKey.lastTime}, was ${actual.byKey.lastTime}`)
  expect(found).toEqual([])
}

function comparable(
  { topics, groups, queues, committed, byOffset, byKey }: Served,
  isKnown: (name: string) => boolean,
  { release, tags }: Required<Pick<Compared, 'release' | 'tags'>>
): unknown {
  const known = (table: object) => Object.fromEntries(Object.entries(table).filter(([name]) => isKnown(name)))
  const { found, foundWithin, foundByTag, lastOffset } = byKey
  const compared = Object.entries(queues).map(([name, { atTime, aroundTime, ...rest }]) => [
    name,
    release === '5.5.0' ? { ...rest, atTime, aroundTime } : rest
  ])
  const tables = [topics, Object.fromEntries(compared), byOffset, found, foundWithin].map(known)
  return {
    topics: tables[0],
    queues: tables[1],
    byOffset: tables[2],
    found: tables[3],
    foundWithin: tables[4],
    groups,
    committed,
    lastOffset,
    ...(tags && { foundByTag })
  }
}
