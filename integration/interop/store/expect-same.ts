import { expect } from '@jest/globals'
import type { JudgedVersion } from '../../official/judges'
import { differences } from './differences'
import type { ServedQueue } from './pulled'
import type { Served } from './served'

export interface Compared {
  /** The older one of the releases that are compared. Default 5.5.0. */
  readonly release?: JudgedVersion
  /** Whether searches by tag are compared. Default: not with 4.9.7, which does not index tags. */
  readonly tags?: boolean
  /** Whether the end of the log was torn. Default `false`. */
  readonly isTorn?: boolean
}

/**
 * Fails with a line for each place in which two brokers differ. These differences are legitimate:
 *
 * - Every broker makes topics of its own when it starts, and 4.9.7 does not know those of its transactions after a kill. So only what
 *   belongs to topics of `expected` is compared.
 * - 4.9.7 looks for a time in the file that was last written then, and takes the nearest message where 5.x takes the one after it or before
 *   it (read in store/…/ConsumeQueue.java, `getOffsetInQueueByTime`, of both).
 * - Of a log that was torn official brokers keep an index file that the checkpoint calls written, or throw it away and index its messages
 *   again (read in store/…/index/IndexService.java, `load`); ours takes out what was torn. So where the index ends may differ.
 */
export function expectSame(
  actual: Served,
  expected: Served,
  { release = '5.5.0', tags = release === '5.5.0', isTorn = false }: Compared = {}
): void {
  const isKnown = (name: string) => (/^[^/@#]+/.exec(name)?.[0] ?? '') in expected.topics
  const [one, other] = [expected, actual].map((served) => comparable(served, isKnown, { release, tags, isTorn }))
  expect(differences(one, other)).toEqual([])
}

function comparable(served: Served, isKnown: (name: string) => boolean, { release, tags, isTorn }: Required<Compared>): unknown {
  const known = (table: object) => Object.fromEntries(Object.entries(table).filter(([name]) => isKnown(name)))
  const { topics, groups, queues, committed, byOffset, byKey } = served
  const { found, foundWithin, foundByTag, lastOffset, lastTime } = byKey
  return {
    topics: known(topics),
    groups,
    queues: known(release === '5.5.0' ? queues : Object.fromEntries(Object.entries(queues).map(withoutTimes))),
    committed,
    byOffset: known(byOffset),
    found: known(found),
    foundWithin: known(foundWithin),
    ...(tags && { foundByTag: known(foundByTag) }),
    ...(!isTorn && { lastOffset, lastTime })
  }
}

function withoutTimes([name, { atTime: _, aroundTime: __, ...rest }]: [string, ServedQueue]): [string, unknown] {
  return [name, rest]
}
