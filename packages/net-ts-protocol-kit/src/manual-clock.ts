import { type Clock, clampDelay, type Timer } from './clock'
import { CodedError } from './coded-error'
import { afterRealTurn, nextRealTurn } from './real-turn'
import { seededRandom } from './seeded-random'
import { type QueuedTimer, TimerQueue } from './timer-queue'

/** Settings of a {@link ManualClock}. */
export interface ManualClockOptions {
  /** Seed of `random()`. Default 1. */
  readonly seed?: number
  /** What `now()` says at the start, in milliseconds since the epoch. Default 1 700 000 000 000. */
  readonly startAt?: number
  /** How many turns may follow one another before {@link ManualClock.settle} gives up. Default 1 000 000. */
  readonly maxTurns?: number
}

/** A timer that has not fired yet. */
export interface PendingTimer {
  /** Milliseconds until it is due. */
  readonly dueInMs: number
  /** Period of an interval. */
  readonly everyMs?: number
}

/** What ends a wait for turns that never stop coming. */
export class ClockLivelockError extends CodedError {
  constructor(turns: number, next: string) {
    super('CLOCK_LIVELOCK', `still not settled after ${turns} turns: something keeps deferring itself (${next})`, { facts: { turns } })
  }
}

/**
 * A clock that moves only when told to. Time stands still between calls of {@link advance}; callbacks that are deferred, or
 * due at once, run by themselves, each in a turn of its own and always in the same order.
 *
 * `await clock.advance(ms)` fires the timers of that span one at a time, in order of deadline, and lets everything each of
 * them triggers happen before the next one: deferred callbacks, deliveries of the in-memory network, promise reactions.
 */
export class ManualClock implements Clock {
  readonly #maxTurns: number
  readonly #random: () => number
  readonly #timers = new TimerQueue()
  #deferred: Array<() => void> = []
  readonly #afterInput: Array<() => void> = []
  #elapsed = 0
  #wallAtStart: number
  #timersMade = 0
  #isTurnPlanned = false
  #drains = 0
  #failure: { readonly error: unknown } | undefined
  #queue: Promise<void> = Promise.resolve()

  constructor({ seed = 1, startAt = 1_700_000_000_000, maxTurns = 1_000_000 }: ManualClockOptions = {}) {
    this.#random = seededRandom(seed)
    this.#wallAtStart = startAt
    this.#maxTurns = maxTurns
  }

  /** Moves time forward by `ms` and returns when all that this triggered has happened. Calls queue up. */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new RangeError(`cannot advance by ${ms} ms`)
    return this.#inTurn(() => this.#advance(ms))
  }

  /** Returns when nothing is left to do without moving time. */
  settle(): Promise<void> {
    return this.#inTurn(() => this.#drain())
  }

  /** Sets the wall clock forward or back by `ms`; timers and `monotonic()` do not notice. */
  stepWallClock(ms: number): void {
    this.#wallAtStart += ms
  }

  /** Timers that have not fired, next one first. */
  get pendingTimers(): readonly PendingTimer[] {
    return this.#timers.list().map(({ deadline, everyMs }) => {
      const dueInMs = deadline - this.#elapsed
      return everyMs === undefined ? { dueInMs } : { dueInMs, everyMs }
    })
  }

  now(): number {
    return this.#wallAtStart + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  random(): number {
    return this.#random()
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer = this.#addTimer(callback, clampDelay(delayMs))
    return { cancel: () => this.#timers.remove(timer) }
  }

  setInterval(callback: () => void, intervalMs: number): Timer {
    const everyMs = Math.max(1, clampDelay(intervalMs))
    let isCancelled = false
    const tick = (): void => {
      callback()
      if (!isCancelled) timer = this.#addTimer(tick, everyMs, everyMs)
    }
    let timer = this.#addTimer(tick, everyMs, everyMs)
    const cancel = (): void => {
      isCancelled = true
      this.#timers.remove(timer)
    }
    return { cancel }
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback)
    this.#planTurn()
  }

  deferAfterInput(callback: () => void): void {
    this.#afterInput.push(callback)
    this.#planTurn()
  }

  #addTimer(callback: () => void, delayMs: number, everyMs?: number): QueuedTimer {
    const base = { deadline: this.#elapsed + delayMs, order: this.#timersMade++, callback }
    const timer: QueuedTimer = everyMs === undefined ? base : { ...base, everyMs }
    this.#timers.add(timer)
    if (delayMs === 0) this.#planTurn()
    return timer
  }

  #planTurn(): void {
    if (this.#isTurnPlanned) return
    this.#isTurnPlanned = true
    afterRealTurn(this.#turn)
  }

  readonly #turn = (): void => {
    this.#isTurnPlanned = false
    try {
      this.#runNext()
    } catch (error) {
      if (this.#drains === 0) throw error
      this.#failure ??= { error }
    } finally {
      if (this.#isReady()) this.#planTurn()
    }
  }

  /** What was deferred to the end of the turn goes first, then one input, then one timer that is due. */
  #runNext(): void {
    const afterInput = this.#deferred.length === 0 ? this.#afterInput.shift() : undefined
    if (this.#deferred.length > 0) this.#runDeferred()
    else if (afterInput !== undefined) afterInput()
    else if (this.#isTimerDue()) this.#fireFirst()
  }

  #runDeferred(): void {
    const batch = this.#deferred
    this.#deferred = []
    let done = 0
    try {
      for (const callback of batch) {
        done++
        callback()
      }
    } finally {
      if (done < batch.length) this.#deferred.unshift(...batch.slice(done))
    }
  }

  #isTimerDue(): boolean {
    const first = this.#timers.first()
    return first !== undefined && first.deadline <= this.#elapsed
  }

  #isReady(): boolean {
    return this.#deferred.length > 0 || this.#afterInput.length > 0 || this.#isTimerDue()
  }

  #fireFirst(): void {
    const timer = this.#timers.first()
    if (timer === undefined) return
    this.#timers.remove(timer)
    timer.callback()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(async () => {
      this.#drains++
      try {
        await work()
      } finally {
        this.#drains--
        this.#failure = undefined
      }
    })
    this.#queue = result.catch(() => {})
    return result
  }

  async #advance(ms: number): Promise<void> {
    await this.#drain()
    const target = this.#elapsed + ms
    for (;;) {
      const next = this.#timers.first()
      if (next === undefined || next.deadline > target) break
      this.#elapsed = next.deadline
      this.#planTurn()
      await this.#drain(1)
    }
    this.#elapsed = target
    await this.#drain()
  }

  /** Waits until `idleTurns` turns in a row brought nothing new. */
  async #drain(idleTurns = 2): Promise<void> {
    for (let turns = 0, idle = 0; idle < idleTurns; turns++) {
      if (turns === this.#maxTurns) throw new ClockLivelockError(turns, this.#describeNext())
      await nextRealTurn()
      idle = this.#isReady() ? 0 : idle + 1
      if (this.#failure !== undefined) throw this.#failure.error
    }
  }

  #describeNext(): string {
    return `${this.#deferred.length} deferred, ${this.#afterInput.length} after input, ${this.#timers.size} timers`
  }
}
