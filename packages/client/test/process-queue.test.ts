import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { ProcessQueue, type Sized } from '../src/consumer/process-queue'

const message = (queueOffset: number, bodyBytes = 1): Sized => ({ queueOffset, bodyBytes })

describe('process queue', () => {
  it('commits nothing past the lowest message that is not settled', () => {
    const queue = new ProcessQueue(10)
    const [a, b, c] = queue.put([message(10), message(11), message(14)], 20)
    if (a === undefined || b === undefined || c === undefined) throw new Error('three were put')
    expect(queue.commitOffset).toBe(10)
    queue.settle(b)
    expect(queue.commitOffset).toBe(10)
    queue.settle(a)
    expect(queue.commitOffset).toBe(14)
    queue.settle(c)
    expect(queue.commitOffset).toBe(20)
  })

  it('moves on with what the broker filtered when nothing is pending', () => {
    const queue = new ProcessQueue(0)
    queue.put([], 500)
    expect(queue.commitOffset).toBe(500)
    expect(queue.nextOffset).toBe(500)
  })

  it('settles a message once', () => {
    const queue = new ProcessQueue(0)
    const [entry] = queue.put([message(0, 100)], 1)
    if (entry === undefined) throw new Error('one was put')
    expect(queue.settle(entry)).toBe(true)
    expect(queue.settle(entry)).toBe(false)
    expect(queue.state).toEqual({ count: 0, bytes: 0, span: 0 })
  })

  it('leaves what was pending to whoever goes on when it forgets it', () => {
    const queue = new ProcessQueue(10)
    const [first] = queue.put([message(10), message(11), message(12)], 13)
    if (first === undefined) throw new Error('three were put')
    queue.settle(first)
    queue.clear()
    expect(queue.commitOffset).toBe(11)
    expect(queue.nextOffset).toBe(11)
  })

  it('does not take a message twice', () => {
    const queue = new ProcessQueue(0)
    queue.put([message(0), message(1)], 2)
    expect(queue.put([message(1), message(2)], 3).map(({ offset }) => offset)).toEqual([2])
  })

  it('always commits the lowest unsettled offset and counts what is left, in any order of settling', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 300 }), fc.infiniteStream(fc.nat(1000)), (gaps, picks) => {
        const messages = gaps.map((gap, at) => message(at + gaps.slice(0, at).reduce((sum, one) => sum + one, gap), gap))
        const offset = messages[messages.length - 1]?.queueOffset ?? 0
        const queue = new ProcessQueue(0)
        const pending = [...queue.put(messages, offset + 1)]
        while (pending.length > 0) {
          const lowest = Math.min(...pending.map((entry) => entry.offset))
          const highest = Math.max(...messages.map((one) => one.queueOffset))
          expect(queue.commitOffset).toBe(lowest)
          const bytes = pending.reduce((sum, entry) => sum + entry.bytes, 0)
          expect(queue.state).toEqual({ count: pending.length, bytes, span: highest - lowest })
          const [picked] = pending.splice((picks.next().value as number) % pending.length, 1)
          if (picked !== undefined) queue.settle(picked)
        }
        expect(queue.commitOffset).toBe(offset + 1)
      }),
      runs(30)
    )
  })
})
