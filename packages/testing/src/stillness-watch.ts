import { type Clock, type Logger, type ManualClock, realClock, type Timer } from 'net-ts-protocol-kit'

/** How long a hand-driven clock may stand still before that is said. Real milliseconds, shorter than the time-out of most tests. */
const STILL_MS = 3000

/**
 * Tells the logger, once, that time stands still while timers wait: a test that awaits something which needs time to pass would
 * otherwise end with no more to show than the time-out of its framework.
 */
export class StillnessWatch {
  readonly #clock: ManualClock
  readonly #logger: Logger
  readonly #timer: Timer
  #seenAt = Number.NaN

  constructor(clock: ManualClock, logger: Logger, real: Clock = realClock) {
    this.#clock = clock
    this.#logger = logger
    this.#timer = real.setInterval(() => this.#look(), STILL_MS, { keepsProcessAlive: false })
  }

  stop(): void {
    this.#timer.cancel()
  }

  #look(): void {
    const nowMs = this.#clock.monotonic()
    const [next] = this.#clock.pendingTimers
    const isStill = nowMs === this.#seenAt
    this.#seenAt = nowMs
    if (!isStill || next === undefined) return
    this.#logger.warn(
      `the clock of the cluster stands still at ${nowMs} ms, and the next timer is due in ${next.dueInMs} ms: ` +
        'what waits for time to pass goes on with cluster.advance(ms), or cluster.drive(promise)',
      { nowMs, dueInMs: next.dueInMs }
    )
    this.stop()
  }
}
