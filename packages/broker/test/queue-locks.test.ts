import { describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { QueueLocks } from '../src/queue-locks'

const queue = (queueId: number, topic = 'orders'): { topic: string; queueId: number } => ({ topic, queueId })

describe('queue locks', () => {
  it('give a queue to the first who asks, and to nobody else while it holds', () => {
    const locks = new QueueLocks(new ManualClock(), 1000)
    expect(locks.lock('g', 'one', [queue(0), queue(1)])).toHaveLength(2)
    expect(locks.lock('g', 'two', [queue(1), queue(2)])).toEqual([queue(2)])
    expect(locks.lock('other group', 'two', [queue(1)])).toEqual([queue(1)])
    expect(locks.lock('g', 'two', [queue(1, 'other topic')])).toHaveLength(1)
  })

  it('run out 60 s after the last renewal', async () => {
    const clock = new ManualClock()
    const locks = new QueueLocks(clock, 1000)
    locks.lock('g', 'one', [queue(0)])
    await clock.advance(40_000)
    locks.lock('g', 'one', [queue(0)])
    await clock.advance(60_000)
    expect(locks.lock('g', 'two', [queue(0)])).toEqual([])
    await clock.advance(1)
    expect(locks.lock('g', 'two', [queue(0)])).toEqual([queue(0)])
  })

  it('do not notice steps of the wall clock', () => {
    const clock = new ManualClock()
    const locks = new QueueLocks(clock, 1000)
    locks.lock('g', 'one', [queue(0)])
    clock.stepWallClock(3_600_000)
    expect(locks.lock('g', 'two', [queue(0)])).toEqual([])
  })

  it('are given back by their holder only', () => {
    const locks = new QueueLocks(new ManualClock(), 1000)
    locks.lock('g', 'one', [queue(0)])
    locks.unlock('g', 'two', [queue(0)])
    expect(locks.lock('g', 'two', [queue(0)])).toEqual([])
    locks.unlock('g', 'one', [queue(0)])
    expect(locks.lock('g', 'two', [queue(0)])).toEqual([queue(0)])
  })

  it('tell whether a group consumes in order', async () => {
    const clock = new ManualClock()
    const locks = new QueueLocks(clock, 1000)
    expect(locks.hasLocks('g')).toBe(false)
    locks.lock('g', 'one', [queue(0)])
    expect(locks.hasLocks('g')).toBe(true)
    await clock.advance(60_001)
    expect(locks.hasLocks('g')).toBe(false)
    locks.sweep()
    expect(locks.lock('g', 'two', [queue(0)])).toEqual([queue(0)])
  })

  it('are no more than allowed, and make room when they are given back or run out', async () => {
    const clock = new ManualClock()
    const locks = new QueueLocks(clock, 3)
    expect(locks.lock('g', 'one', [queue(0), queue(1)])).toHaveLength(2)
    expect(locks.lock('h', 'one', [queue(0), queue(1)])).toEqual([queue(0)])
    expect(locks.lock('g', 'one', [queue(0)])).toEqual([queue(0)])
    locks.unlock('g', 'one', [queue(1)])
    expect(locks.lock('h', 'one', [queue(1)])).toEqual([queue(1)])
    for (let group = 0; group < 100; group++) locks.lock(`flood-${group}`, 'one', [queue(0)])
    expect(locks.count).toBe(3)
    await clock.advance(60_001)
    locks.sweep()
    expect(locks.count).toBe(0)
  })
})
