import { expect } from '@jest/globals'
import { differences } from './differences'
import type { Served } from './served'

/**
 * Fails with a line for each place in which two brokers differ. Two differences are legitimate:
 *
 * - Every broker makes topics of its own when it starts, and 4.9.7 does not know those of its transactions after a kill. So only what
 *   belongs to topics of `expected` is compared.
 * - 4.9.7 looks for a time in the file that was last written then, and takes the nearest message where 5.x takes the one after it or before
 *   it (read in store/…/ConsumeQueue.java, `getOffsetInQueueByTime`, of both). `times` says whether answers for times are compared.
 */
export function expectSame(actual: Served, expected: Served, times: 'all' | 'none' = 'all'): void {
  const isKnown = (name: string) => (/^[^/@#]+/.exec(name)?.[0] ?? '') in expected.topics
  expect(differences(comparable(expected, isKnown, times), comparable(actual, isKnown, times))).toEqual([])
}

function comparable(
  { topics, groups, queues, committed, byOffset, byKey }: Served,
  isKnown: (name: string) => boolean,
  times: 'all' | 'none'
): unknown {
  const known = (table: object) => Object.fromEntries(Object.entries(table).filter(([name]) => isKnown(name)))
  const { found, foundWithin, last } = byKey
  const compared = Object.entries(queues).map(([name, { atTime, aroundTime, ...rest }]) => [
    name,
    times === 'all' ? { ...rest, atTime, aroundTime } : rest
  ])
  const tables = [topics, Object.fromEntries(compared), byOffset, found, foundWithin].map(known)
  return { topics: tables[0], queues: tables[1], byOffset: tables[2], found: tables[3], foundWithin: tables[4], groups, committed, last }
}
