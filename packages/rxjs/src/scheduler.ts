import type { Clock, Timer } from '@rocketmq-ts/client'
import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs'

/** What a scheduler needs of a clock: that of a client, of a test cluster, or the real one. */
export type SchedulerClock = Pick<Clock, 'now' | 'setTimeout'>

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What an action runs; `this` is the action, to schedule itself again. */
type Work<T> = (this: SchedulerAction<T>, state: T) => void

/**
 * A scheduler on a clock, for every operator that takes one: `bufferTime(1000, schedulerOf(mq.clock))`. On the real clock it
 * does what `asyncScheduler` does; on one driven by hand it waits for `advance()`, in step with the cluster's own timers.
 *
 * Work that throws is not scheduled again, and what it threw ends up with the clock: on one driven by hand `advance()`
 * rejects with it, on the real one it is an uncaught exception, as with RxJS's own schedulers.
 */
export function schedulerOf(clock: SchedulerClock): SchedulerLike {
  return {
    now: () => clock.now(),
    schedule: <T>(work: Work<T>, delay?: number, state?: T) => new ClockAction(clock, work).schedule(state, delay)
  }
}

/** One piece of work and at most one timer: scheduling it again replaces the time it waits for. */
class ClockAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #clock: SchedulerClock
  readonly #work: Work<T>
  #timer: Timer | undefined

  constructor(clock: SchedulerClock, work: Work<T>) {
    super()
    this.#clock = clock
    this.#work = work
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    this.#timer?.cancel()
    this.#wait(state, delay)
    return this
  }

  override unsubscribe(): void {
    this.#timer?.cancel()
    super.unsubscribe()
  }

  /** In parts, when it is longer than a timer can be. */
  #wait(state: T | undefined, delay: number): void {
    const part = Math.min(delay, LONGEST_TIMER_MS)
    const due = (): void => (part < delay ? this.#wait(state, delay - part) : this.#execute(state))
    this.#timer = this.#clock.setTimeout(due, part)
  }

  #execute(state: T | undefined): void {
    try {
      // RxJS types it the same way: who schedules without a state does not read it.
      this.#work(state as T)
    } catch (error) {
      this.unsubscribe()
      throw error
    }
  }
}
