import { describe, expect, it } from '@jest/globals'
import { ClockLivelockError, ManualClock, realClock, seededRandom } from '../src/index'

describe('ManualClock', () => {
  it('fires timers in order of deadline, and of creation when deadlines are equal', async () => {
    const clock = new ManualClock()
    const fired: string[] = []
    clock.setTimeout(() => fired.push(`late@${clock.monotonic()}`), 20)
    clock.setTimeout(() => fired.push(`first@${clock.monotonic()}`), 10)
    clock.setTimeout(() => fired.push(`second@${clock.monotonic()}`), 10)
    await clock.advance(15)
    expect(fired).toEqual(['first@10', 'second@10'])
    expect(clock.monotonic()).toBe(15)
    await clock.advance(5)
    expect(fired).toEqual(['first@10', 'second@10', 'late@20'])
  })

  it('lets everything a timer triggers happen before the next timer', async () => {
    const clock = new ManualClock()
    const events: string[] = []
    const chain = async (name: string): Promise<void> => {
      for (let i = 0; i < 5; i++) await Promise.resolve()
      await new Promise<void>((resolve) => clock.defer(resolve))
      await new Promise<void>((resolve) => clock.deferAfterInput(resolve))
      events.push(`${name} done @${clock.monotonic()}`)
    }
    clock.setTimeout(() => void chain('a'), 10)
    clock.setTimeout(() => void chain('b'), 11)
    clock.setTimeout(() => void chain('c'), 11)
    await clock.advance(100)
    expect(events).toEqual(['a done @10', 'b done @11', 'c done @11'])
  })

  it('fires timers that timers started, within the same span', async () => {
    const clock = new ManualClock()
    const at: number[] = []
    const again = (): void => {
      at.push(clock.monotonic())
      clock.setTimeout(again, 100)
    }
    clock.setTimeout(again, 100)
    await clock.advance(350)
    expect(at).toEqual([100, 200, 300])
    expect(clock.pendingTimers).toEqual([{ dueInMs: 50 }])
  })

  it('runs what was deferred to the end of the turn before any further input', async () => {
    const clock = new ManualClock()
    const order: string[] = []
    const input = (name: string) => (): void => {
      order.push(name)
      clock.defer(() => {
        order.push(`end of ${name}`)
        clock.defer(() => order.push(`after end of ${name}`))
      })
    }
    clock.deferAfterInput(input('one'))
    clock.deferAfterInput(input('two'))
    clock.setTimeout(input('due'), 0)
    await clock.settle()
    expect(order).toEqual([
      'one',
      'end of one',
      'after end of one',
      'two',
      'end of two',
      'after end of two',
      'due',
      'end of due',
      'after end of due'
    ])
  })

  it('runs deferred callbacks by itself, without being driven', async () => {
    const clock = new ManualClock()
    await new Promise<void>((resolve) => clock.defer(() => clock.deferAfterInput(() => clock.setTimeout(resolve, 0))))
    expect(clock.monotonic()).toBe(0)
  })

  it('repeats an interval until it is cancelled, from outside or from its own callback', async () => {
    const clock = new ManualClock()
    let outside = 0
    let inside = 0
    const first = clock.setInterval(() => outside++, 10)
    const second = clock.setInterval(() => {
      inside++
      if (inside === 2) second.cancel()
    }, 10)
    await clock.advance(30)
    first.cancel()
    first.cancel()
    await clock.advance(100)
    expect({ outside, inside, pending: clock.pendingTimers.length }).toEqual({ outside: 3, inside: 2, pending: 0 })
  })

  it('forgets a cancelled timer at once', async () => {
    const clock = new ManualClock()
    let fired = false
    const timer = clock.setTimeout(() => {
      fired = true
    }, 5)
    timer.cancel()
    expect(clock.pendingTimers).toEqual([])
    await clock.advance(10)
    expect(fired).toBe(false)
  })

  it('steps the wall clock without touching timers', async () => {
    const clock = new ManualClock({ startAt: 1000 })
    let firedAt = 0
    clock.setTimeout(() => {
      firedAt = clock.monotonic()
    }, 50)
    clock.stepWallClock(-500)
    expect(clock.now()).toBe(500)
    await clock.advance(50)
    expect(firedAt).toBe(50)
    expect(clock.now()).toBe(550)
  })

  it('reports a loop that never settles instead of hanging', async () => {
    const clock = new ManualClock({ maxTurns: 50 })
    let isStopped = false
    const forever = (): void => {
      if (!isStopped) clock.defer(forever)
    }
    clock.defer(forever)
    await expect(clock.settle()).rejects.toThrow(ClockLivelockError)
    isStopped = true
    await clock.settle()
  })

  it('rejects the advance during which a callback threw, and goes on afterwards', async () => {
    const clock = new ManualClock()
    const fired: string[] = []
    clock.setTimeout(() => {
      throw new Error('broken callback')
    }, 1)
    clock.setTimeout(() => fired.push('next'), 2)
    await expect(clock.advance(5)).rejects.toThrow('broken callback')
    await clock.advance(5)
    expect(fired).toEqual(['next'])
  })

  it('queues concurrent advances', async () => {
    const clock = new ManualClock()
    await Promise.all([clock.advance(5), clock.advance(7), clock.settle()])
    expect(clock.monotonic()).toBe(12)
    expect(() => clock.advance(-1)).toThrow(RangeError)
  })

  it('tells the same story twice for the same seed', async () => {
    const story = async (seed: number): Promise<string[]> => {
      const clock = new ManualClock({ seed })
      const lines: string[] = []
      const walk = (name: string): void => {
        lines.push(`${name}@${clock.monotonic()}`)
        if (lines.length < 50) clock.setTimeout(() => clock.defer(() => walk(name)), Math.floor(clock.random() * 20))
      }
      for (const name of ['a', 'b', 'c']) walk(name)
      await clock.advance(10_000)
      return lines
    }
    expect(await story(7)).toEqual(await story(7))
    expect(await story(7)).not.toEqual(await story(8))
  })
})

describe('seededRandom', () => {
  it('stays in [0, 1) and spreads over it', () => {
    const random = seededRandom(42)
    const values = Array.from({ length: 10_000 }, random)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    const buckets = new Set(values.map((value) => Math.floor(value * 100)))
    expect(buckets.size).toBe(100)
  })
})

describe('realClock', () => {
  it('defers to the end of the turn before it reads more input', async () => {
    const order: string[] = []
    await new Promise<void>((resolve) => {
      realClock.deferAfterInput(() => {
        order.push('after input')
        resolve()
      })
      realClock.defer(() => order.push('end of turn'))
      order.push('now')
    })
    expect(order).toEqual(['now', 'end of turn', 'after input'])
  })

  it('fires and cancels timers, whatever the delay', async () => {
    const cancelled = realClock.setTimeout(() => {
      throw new Error('fired although cancelled')
    }, 0)
    cancelled.cancel()
    const far = realClock.setTimeout(() => {
      throw new Error('a delay beyond 2^31 must not fire at once')
    }, Number.POSITIVE_INFINITY)
    let ticks = 0
    await new Promise<void>((resolve) => {
      const interval = realClock.setInterval(
        () => {
          ticks++
          if (ticks < 2) return
          interval.cancel()
          resolve()
        },
        Number.NaN,
        { keepsProcessAlive: true }
      )
    })
    await new Promise<void>((resolve) => realClock.setTimeout(resolve, -5))
    far.cancel()
    expect(ticks).toBe(2)
    expect(realClock.monotonic()).toBeLessThanOrEqual(realClock.monotonic())
    expect(Number.isInteger(realClock.now())).toBe(true)
  })
})
