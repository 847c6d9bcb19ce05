import { beforeEach, describe, expect, it } from '@jest/globals'
import { type Clock, ManualClock, realClock } from 'net-ts-protocol-kit'
import {
  auditTime,
  bufferTime,
  debounceTime,
  firstValueFrom,
  interval,
  map,
  observeOn,
  of,
  repeat,
  retry,
  type SchedulerAction,
  take,
  throttleTime,
  timeout,
  timer,
  timestamp,
  toArray,
  windowTime
} from 'rxjs'
import { marbles, schedulerOf } from '../src/index'

describe('a scheduler on a clock', () => {
  let clock: ManualClock
  beforeEach(() => {
    clock = new ManualClock()
  })

  it('fires when the clock says so, and not before', async () => {
    const { record, expected } = marbles(clock)
    const seen = record(timer(1000, schedulerOf(clock)))
    await clock.advance(999)
    expect(seen.messages).toEqual([])
    await clock.advance(1)
    expect(seen.messages).toEqual(expected('1s (a|)', { a: 0 }))
  })

  it('keeps the pace of an interval, and leaves no timer when it is unsubscribed', async () => {
    const { record, expected } = marbles(clock)
    const seen = record(interval(250, schedulerOf(clock)))
    await clock.advance(1000)
    expect(seen.messages).toEqual(expected('250ms a 249ms b 249ms c 249ms d', { a: 0, b: 1, c: 2, d: 3 }))
    seen.subscription.unsubscribe()
    expect(clock.pendingTimers).toEqual([])
  })

  it('hears nothing of another clock', async () => {
    const { cold, record } = marbles(clock)
    const seen = record(cold('a 5s b').pipe(debounceTime(1000, schedulerOf(new ManualClock()))))
    await clock.advance(10_000)
    expect(seen.messages).toEqual([])
  })

  it('drives the operators that take time', async () => {
    const { cold, record, expected } = marbles(clock)
    const scheduler = schedulerOf(clock)
    const source = cold('a 9ms b 9ms c 79ms d 19ms (e|)')
    const seen = {
      buffer: record(source.pipe(bufferTime(50, scheduler))),
      debounce: record(source.pipe(debounceTime(20, scheduler))),
      throttle: record(source.pipe(throttleTime(20, scheduler))),
      audit: record(source.pipe(auditTime(20, scheduler))),
      window: record(
        source.pipe(
          windowTime(50, scheduler),
          map(() => 'w')
        )
      ),
      timeout: record(source.pipe(timeout({ each: 70, scheduler }), retry(0)))
    }
    await clock.advance(1000)
    expect(seen.buffer.messages).toEqual(expected('50ms x 49ms y 19ms (z|)', { x: ['a', 'b', 'c'], y: ['d'], z: ['e'] }))
    expect(seen.debounce.messages).toEqual(expected('40ms c 79ms (e|)'))
    expect(seen.throttle.messages).toEqual(expected('a 99ms d 19ms |'))
    expect(seen.audit.messages).toEqual(expected('20ms c 99ms (e|)'))
    expect(seen.window.messages.map(({ frame }) => frame)).toEqual([0, 50, 100, 120])
    expect(seen.timeout.messages.at(-1)).toMatchObject({ frame: 90, notification: { kind: 'E', error: { name: 'TimeoutError' } } })
    expect(clock.pendingTimers).toEqual([])
  })

  it('says the time of the clock', async () => {
    const scheduler = schedulerOf(clock)
    await clock.advance(1234)
    const stamped = await firstValueFrom(of('x').pipe(timestamp(scheduler)))
    expect(stamped).toEqual({ value: 'x', timestamp: clock.now() })
  })

  it('runs nested work in its own turn, and work that schedules itself again until it stops', async () => {
    const order: string[] = []
    const scheduler = schedulerOf(clock)
    scheduler.schedule(() => {
      order.push('outer begins')
      scheduler.schedule(() => order.push('inner'), 0)
      order.push('outer ends')
    }, 10)
    function again(this: SchedulerAction<number>, count: number): void {
      order.push(`${count} at ${clock.monotonic()}`)
      if (count < 3) this.schedule(count + 1, 5)
    }
    scheduler.schedule(again, 20, 1)
    await clock.advance(100)
    expect(order).toEqual(['outer begins', 'outer ends', 'inner', '1 at 20', '2 at 25', '3 at 30'])
  })

  it('waits anew when work is scheduled again before it was due', async () => {
    const ran: number[] = []
    const action = schedulerOf(clock).schedule(() => ran.push(clock.monotonic()), 10) as SchedulerAction<unknown>
    await clock.advance(5)
    action.schedule(undefined, 10)
    await clock.advance(50)
    expect(ran).toEqual([15])
  })

  it('runs nothing that was unsubscribed, from outside or by the work itself', async () => {
    const ran: string[] = []
    const scheduler = schedulerOf(clock)
    scheduler.schedule(() => ran.push('never'), 10).unsubscribe()
    scheduler.schedule(function (this: SchedulerAction<unknown>) {
      ran.push('once')
      this.unsubscribe()
      this.schedule(undefined, 1)
    }, 20)
    await clock.advance(100)
    expect(ran).toEqual(['once'])
    expect(clock.pendingTimers).toEqual([])
  })

  it('lets what work throws end up with whoever drives the clock, and does not run it again', async () => {
    const ran: string[] = []
    const action = schedulerOf(clock).schedule(function (this: SchedulerAction<unknown>) {
      ran.push('once')
      this.schedule(undefined, 5)
      throw new Error('thrown by the work')
    }, 10)
    await expect(clock.advance(10)).rejects.toThrow('thrown by the work')
    await clock.advance(100)
    expect(ran).toEqual(['once'])
    expect(action.closed).toBe(true)
  })

  it('waits for longer than a timer can be, and for ever', async () => {
    const days = 24 * 3600 * 1000
    const { record } = marbles(clock)
    const seen = record(timer(40 * days, schedulerOf(clock)))
    const never = record(timer(Number.POSITIVE_INFINITY, schedulerOf(clock)))
    await clock.advance(40 * days - 1)
    expect(seen.messages).toEqual([])
    await clock.advance(1)
    expect(seen.messages).toHaveLength(2)
    await clock.advance(400 * days)
    expect(never.messages).toEqual([])
    never.subscription.unsubscribe()
    expect(clock.pendingTimers).toEqual([])
  })

  it('works on the real clock alike', async () => {
    const scheduler = schedulerOf(realClock)
    expect(await firstValueFrom(interval(1, scheduler).pipe(take(3), toArray()))).toEqual([0, 1, 2])
    expect(await firstValueFrom(of(1, 2).pipe(observeOn(scheduler), repeat({ count: 2 }), toArray()))).toEqual([1, 2, 1, 2])
  })

  it('asks no more of a clock than the time and a timer', () => {
    const least: Pick<Clock, 'now' | 'setTimeout'> = { now: () => 7, setTimeout: () => ({ cancel: () => undefined }) }
    expect(schedulerOf(least).now()).toBe(7)
  })
})

describe('marbles on a clock', () => {
  it('play a diagram from its beginning for each subscription, and stop with it', async () => {
    const clock = new ManualClock()
    const { cold, record, expected } = marbles(clock)
    const source = cold('a 9ms b #', { a: 1, b: 2 }, 'wrong')
    const first = record(source)
    await clock.advance(5)
    const second = record(source)
    await clock.advance(5)
    second.subscription.unsubscribe()
    await clock.advance(100)
    expect(first.messages).toStrictEqual(expected('a 9ms b #', { a: 1, b: 2 }, 'wrong'))
    expect(second.messages).toStrictEqual(expected('a', { a: 1, b: 2 }))
    expect(clock.pendingTimers).toEqual([])
  })
})
