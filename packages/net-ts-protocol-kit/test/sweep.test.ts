import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { CallTable, type Clock, ManualClock, type PendingCall, Sweep, type Swept } from '../src/index'

const INTERVAL_MS = 100

/** A clock that counts the timers that fire. */
class CountingClock extends ManualClock {
  fired = 0

  override setTimeout: Clock['setTimeout'] = (callback, delayMs) =>
    super.setTimeout(() => {
      this.fired++
      callback()
    }, delayMs)
}

class Item implements Swept {
  dueAt: number | undefined
  readonly visits: number[] = []

  constructor(dueAt?: number) {
    this.dueAt = dueAt
  }

  sweep(nowMs: number): void {
    this.visits.push(nowMs)
    if (this.dueAt !== undefined) this.dueAt = Number.POSITIVE_INFINITY
  }
}

describe('a sweep', () => {
  it('visits what does not say when it is due at every interval', async () => {
    const clock = new CountingClock()
    const item = new Item()
    new Sweep(clock, INTERVAL_MS).add(item)
    await clock.advance(350)
    expect(item.visits).toEqual([100, 200, 300])
  })

  it('sleeps until something is due, and visits that alone', async () => {
    const clock = new CountingClock()
    const sweep = new Sweep(clock, INTERVAL_MS)
    const [early, late] = [new Item(1950), new Item(29_999)]
    sweep.add(late)
    sweep.add(early)
    await clock.advance(60_000)
    expect([early.visits, late.visits]).toEqual([[2000], [30_000]])
    expect(clock.fired).toBe(2)
  })

  it('wakes earlier when told that something is due earlier', async () => {
    const clock = new CountingClock()
    const sweep = new Sweep(clock, INTERVAL_MS)
    const item = new Item(30_000)
    sweep.add(item)
    await clock.advance(1010)
    item.dueAt = 1020
    sweep.visitBy(item.dueAt)
    await clock.advance(60_000)
    expect(item.visits).toEqual([1100])
  })

  it('visits at the next interval what is due already', async () => {
    const clock = new CountingClock()
    const sweep = new Sweep(clock, INTERVAL_MS)
    sweep.add(new Item(30_000))
    await clock.advance(1010)
    const item = new Item(5)
    sweep.add(item)
    await clock.advance(1000)
    expect(item.visits).toEqual([1100])
  })

  it('ends with the last item', async () => {
    const clock = new CountingClock()
    const sweep = new Sweep(clock, INTERVAL_MS)
    const item = new Item()
    sweep.add(item)
    sweep.delete(item)
    expect(clock.pendingTimers).toEqual([])
    await clock.advance(1000)
    expect(item.visits).toEqual([])
  })
})

interface Call extends PendingCall {
  readonly name: number
}

describe('calls that nobody answers', () => {
  const story = fc.array(fc.record({ pauseMs: fc.nat(400), timeoutMs: fc.integer({ min: 1, max: 3000 }), isAnswered: fc.boolean() }), {
    minLength: 1,
    maxLength: 40
  })

  it('are overdue within an interval of their deadline, whatever else waits', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const clock = new ManualClock()
        const wrong: string[] = []
        const due = new Map<number, number>()
        const onTimeout = ({ name, deadline }: Call): void => {
          due.delete(name)
          const late = clock.monotonic() - deadline
          if (late < 0 || late > INTERVAL_MS) wrong.push(`${name}: ${late} ms late`)
        }
        const table = new CallTable<Call>({ sweep: new Sweep(clock, INTERVAL_MS), onTimeout })
        for (const [name, { pauseMs, timeoutMs, isAnswered }] of steps.entries()) {
          const deadline = table.deadlineIn(timeoutMs)
          const id = table.add({ name, deadline })
          if (isAnswered) table.take(id)
          else due.set(name, deadline)
          await clock.advance(pauseMs)
        }
        await clock.advance(3000 + INTERVAL_MS)
        expect({ wrong, due: [...due], timers: clock.pendingTimers }).toEqual({ wrong: [], due: [], timers: [] })
      }),
      runs(50)
    )
  })

  it('cost no timer between their deadlines', async () => {
    const clock = new CountingClock()
    const table = new CallTable<Call>({ sweep: new Sweep(clock, INTERVAL_MS), onTimeout: () => {} })
    table.add({ name: 1, deadline: 30_000 })
    table.add({ name: 2, deadline: 3000 })
    for (let name = 3; name < 1000; name++) table.take(table.add({ name, deadline: table.deadlineIn(3000) }))
    await clock.advance(60_000)
    expect(clock.fired).toBe(2)
  })
})
