import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../test/random-runs'
import type { FlushMode } from '../../src'
import { History } from './support/history'
import { smallStore } from './support/small-files'

const MAX_MS = 300_000

type Step = (history: History) => Promise<void>

const named = (name: string, step: Step): Step => Object.assign(step, { toString: () => name, [fc.toStringMethod]: () => name })

const queueId = fc.integer({ min: 0, max: 2 })
const load = fc.tuple(fc.integer({ min: 1, max: 6 }), queueId, fc.constantFrom(0, 40, 700, 1900))
const send = load.map(([count, queue, bytes]) =>
  named(`send ${count} × ${bytes} to ${queue}`, (history) => history.send(count, queue, bytes))
)
const sendBatch = load.map(([count, queue, bytes]) =>
  named(`send a batch of ${count} × ${bytes} to ${queue}`, (history) => history.sendBatch(count, queue, bytes))
)
const read = fc
  .tuple(queueId, fc.integer({ min: 0, max: 5 }))
  .map(([queue, offset]) => named(`read ${queue}/${offset}`, (history) => history.read(queue, offset)))
const rest = fc.constant(named('rest', (history) => history.rest()))
const stall = fc.constant(named('stall', (history) => history.stallSyncs()))
const endOne = fc.constant(named('end one', (history) => history.endSyncs(1)))
const endAll = fc.constant(named('end all', (history) => history.endSyncs()))

const steps = fc.array(
  fc.oneof(
    ...[
      { arbitrary: send, weight: 4 },
      { arbitrary: sendBatch, weight: 3 },
      { arbitrary: read, weight: 5 },
      { arbitrary: rest, weight: 2 }
    ],
    ...[
      { arbitrary: stall, weight: 2 },
      { arbitrary: endOne, weight: 2 },
      { arbitrary: endAll, weight: 1 }
    ]
  ),
  { minLength: 5, maxLength: 40 }
)
const cut = fc.oneof(
  { arbitrary: fc.constant('none' as const), weight: 1 },
  { arbitrary: fc.record({ seed: fc.integer({ min: 1, max: 1_000_000 }) }), weight: 3 }
)

async function told(flush: FlushMode, story: readonly Step[]): Promise<History> {
  const history = new History(smallStore({ flush }))
  await history.start()
  for (const step of story) await step(history)
  return history
}

describe('whatever happens until the power is cut', () => {
  test(
    'a store that syncs each commit keeps all that it acknowledged, and all that a reader has seen',
    async () => {
      const total = { acknowledged: 0, seen: 0 }
      const property = fc.asyncProperty(steps, cut, async (story, end) => {
        const history = await told('SYNC_FLUSH', story)
        total.acknowledged += history.counts.acknowledged
        total.seen += history.counts.seen
        expect(await history.problemsOfDurable(end)).toEqual([])
      })
      await fc.assert(property, runs(200))
      expect(total.acknowledged).toBeGreaterThan(500)
      expect(total.seen).toBeGreaterThan(200)
    },
    MAX_MS
  )

  test(
    'a store that syncs later keeps all that it acknowledged before it had the time for that',
    async () => {
      const property = fc.asyncProperty(steps, cut, async (story, end) => {
        const history = await told('ASYNC_FLUSH', story)
        expect(await history.problemsOfLaterDurable(end)).toEqual([])
      })
      await fc.assert(property, runs(200))
    },
    MAX_MS
  )
})
