import { type Clock, type ManualClock, type PendingTimer, realClock, realPause } from 'net-ts-protocol-kit'
import { ClusterError, ClusterOptionsError } from './cluster-error'

/** What a cluster's time needs to know of the world that its clock does not move. */
export interface TimeSurroundings {
  /** `undefined`: the real clock. */
  readonly manual: ManualClock | undefined
  /** Whether bytes travel over real sockets, which need real time. */
  readonly hasRealNetwork: boolean
  /** Handlers that run now, as a mark that changes when one of them gets somewhere; `undefined` when none runs. */
  readonly handlersMark: () => string | undefined
}

/** How often the real clock is looked at. Milliseconds. */
const POLL_MS = 5
/** How long a handler may do real work, such as asking a database, before hand-driven time moves on without it. Milliseconds. */
const PATIENCE_MS = 250

/** Whether something has happened. */
type Condition = () => boolean | Promise<boolean>

/** The time of a cluster: the real one, or one that moves by hand and, while someone waits for something, by itself. */
export class ClusterTime {
  readonly clock: Clock
  readonly #surroundings: TimeSurroundings
  /** Handlers that were waited for in vain: they wait for the cluster's time to move. */
  #givenUp: string | undefined

  constructor(surroundings: TimeSurroundings) {
    this.clock = surroundings.manual ?? realClock
    this.#surroundings = surroundings
  }

  get isDriven(): boolean {
    return this.#surroundings.manual !== undefined
  }

  /** @throws ClusterError `CLOCK_IS_REAL`; ClusterOptionsError */
  advance(ms: number): Promise<void> {
    const clock = this.#manual('advance')
    if (typeof ms === 'number' && ms >= 0 && ms < Number.POSITIVE_INFINITY) return clock.advance(ms)
    throw new ClusterOptionsError('advance.ms', `must be milliseconds from 0 on, not ${String(ms)}`)
  }

  /** @throws ClusterError `CLOCK_IS_REAL` */
  settle(): Promise<void> {
    return this.#manual('settle').settle()
  }

  /** @throws ClusterError `CLOCK_IS_REAL` */
  pendingTimers(): readonly PendingTimer[] {
    return this.#manual('pendingTimers').pendingTimers
  }

  /**
   * Waits for a promise, with time moving for as long as it does not settle.
   *
   * @throws ClusterError `NOT_SETTLED`
   */
  async drive<T>(what: string, promise: Promise<T>, withinMs: number): Promise<T> {
    const { manual } = this.#surroundings
    const isSettled = manual === undefined ? await settlesWithin(promise, withinMs) : await this.#driven(manual, promise, withinMs)
    if (isSettled) return promise
    throw new ClusterError('NOT_SETTLED', `${what} is still not settled after ${withinMs} ms of the cluster's time`, { withinMs })
  }

  /** Moves time on, or waits, until a condition holds. Whether it does. */
  until(isReached: Condition, withinMs: number): Promise<boolean> {
    const { manual } = this.#surroundings
    return manual === undefined ? pollUntil(isReached, withinMs) : this.#driveUntil(manual, isReached, withinMs)
  }

  #driven(clock: ManualClock, promise: Promise<unknown>, withinMs: number): Promise<boolean> {
    let isSettled = false
    const settled = (): void => {
      isSettled = true
    }
    promise.then(settled, settled)
    return this.#driveUntil(clock, () => isSettled, withinMs)
  }

  /** From one timer to the next, so that the condition is met at the first moment it can be. */
  async #driveUntil(clock: ManualClock, isReached: Condition, withinMs: number): Promise<boolean> {
    const deadline = clock.monotonic() + withinMs
    const patience = { leftMs: PATIENCE_MS }
    await clock.settle()
    for (;;) {
      if ((await isReached()) || (await this.#reachedInRealTime(clock, isReached, patience))) return true
      const leftMs = deadline - clock.monotonic()
      if (leftMs <= 0) return false
      await clock.advance(Math.min(leftMs, clock.pendingTimers[0]?.dueInMs ?? leftMs))
    }
  }

  /** Gives real sockets a moment, and handlers at real work as long as they get somewhere. */
  async #reachedInRealTime(clock: ManualClock, isReached: Condition, patience: { leftMs: number }): Promise<boolean> {
    const { hasRealNetwork, handlersMark } = this.#surroundings
    if (hasRealNetwork) await settledPause(clock)
    let mark = handlersMark()
    while (mark !== undefined && mark !== this.#givenUp && patience.leftMs > 0 && !(await isReached())) {
      await settledPause(clock)
      const next = handlersMark()
      patience.leftMs = next === mark ? patience.leftMs - POLL_MS : PATIENCE_MS
      mark = next
    }
    if (patience.leftMs <= 0) this.#givenUp = mark
    return isReached()
  }

  #manual(call: string): ManualClock {
    const { manual } = this.#surroundings
    if (manual !== undefined) return manual
    throw new ClusterError('CLOCK_IS_REAL', `${call}() needs the hand-driven clock: start the cluster with clock: 'manual'`)
  }
}

/** Whether a promise settles in time. */
function settlesWithin(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = realClock.setTimeout(() => resolve(false), withinMs)
    const settled = (): void => {
      timer.cancel()
      resolve(true)
    }
    promise.then(settled, settled)
  })
}

async function pollUntil(isReached: Condition, withinMs: number): Promise<boolean> {
  const deadline = realClock.monotonic() + withinMs
  while (!(await isReached())) {
    if (realClock.monotonic() >= deadline) return false
    await realPause(POLL_MS)
  }
  return true
}

async function settledPause(clock: ManualClock): Promise<void> {
  await realPause(POLL_MS)
  await clock.settle()
}
