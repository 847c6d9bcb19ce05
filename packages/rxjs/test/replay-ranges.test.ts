import { describe, expect, it } from '@jest/globals'
import type { Client } from '@rocketmq-ts/client'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { resolveReplayOptions } from '../src/replay-options'
import { replayRanges } from '../src/replay-ranges'

const queue = { topic: 'orders', brokerName: 'broker-a', queueId: 0 }

/** The search of brokers since 5.x: the first message at that time or behind it. */
function lowerBound(times: readonly number[], timestampMs: number): number {
  const at = times.findIndex((time) => time >= timestampMs)
  return at < 0 ? times.length : at
}

/** That of brokers before: any message of exactly that time, else whichever neighbour is nearer (read in store/…/ConsumeQueue.java, 4.9.7). */
function nearest(times: readonly number[], timestampMs: number): number {
  let [low, high, left, right] = [0, times.length - 1, -1, -1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const time = times[middle] ?? 0
    if (time === timestampMs) return middle
    if (time > timestampMs) {
      high = middle - 1
      right = middle
    } else {
      low = middle + 1
      left = middle
    }
  }
  if (left < 0) return Math.max(right, 0)
  if (right < 0) return left
  return timestampMs - (times[left] ?? 0) > (times[right] ?? 0) - timestampMs ? right : left
}

type Search = (times: readonly number[], timestampMs: number) => number

/** A client whose broker has one queue with messages of these times, the oldest of which are gone. */
function clientOf(times: readonly number[], minOffset: number, search: Search): Client {
  const queues = {
    of: async () => [queue],
    minOffset: async () => minOffset,
    maxOffset: async () => times.length,
    offsetAt: async (_: unknown, timestampMs: number) => minOffset + search(times.slice(minOffset), timestampMs)
  }
  return { queues } as unknown as Client
}

describe('the range of a replay between two times', () => {
  it.each([
    ['since 5.x', lowerBound],
    ['before 5.x', nearest]
  ])('has every message of that time that there is, however brokers %s search', async (_, search) => {
    const gaps = fc.array(fc.constantFrom(0, 0, 1, 3), { maxLength: 20 })
    const time = fc.integer({ min: 0, max: 25 })
    await fc.assert(
      fc.asyncProperty(gaps, time, time, fc.nat({ max: 10 }), async (steps, from, to, gone) => {
        let now = 1
        const times = steps.map((step) => (now += step))
        const minOffset = Math.min(gone, times.length)
        const options = { subscriptions: [{ topic: 'orders' }], from: { timestampMs: from }, to: { timestampMs: to } }
        const [range] = await replayRanges(clientOf(times, minOffset, search), resolveReplayOptions(options))
        const wanted = times.flatMap((time, offset) => (offset >= minOffset && time >= from && time < to ? [offset] : []))
        for (const offset of wanted) {
          expect(offset).toBeGreaterThanOrEqual(range?.startOffset ?? Number.NaN)
          expect(offset).toBeLessThan(range?.endOffset ?? Number.NaN)
        }
        expect(range?.startOffset).toBeGreaterThanOrEqual(minOffset)
        expect(range?.endOffset).toBeLessThanOrEqual(times.length)
      }),
      runs(500)
    )
  })
})
