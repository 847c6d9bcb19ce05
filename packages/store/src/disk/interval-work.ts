import type { StoreClock } from './store-clock'

/** Some work that is done at intervals for as long as there is any. */
export interface IntervalWorkOptions {
  readonly clock: StoreClock
  readonly intervalMs: number
  /** Does what there is to do; settles with whether there may be more at the next interval. */
  readonly work: () => Promise<boolean>
  /** Told of work that failed; answers whether to try again at the next interval. */
  readonly onError: (error: unknown) => boolean
}

/** Work at intervals, never twice at a time, with no timer while there is nothing to do. */
export class IntervalWork {
  readonly #options: IntervalWorkOptions
  #timer: { cancel(): void } | undefined
  #running: Promise<void> | undefined
  #isWoken = false
  #isStopped = false

  constructor(options: IntervalWorkOptions) {
    this.#options = options
  }

  /** There is something to do. */
  wake(): void {
    this.#isWoken = true
    if (this.#timer === undefined && this.#running === undefined) this.#plan()
  }

  /** Begins nothing any more; settles when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  #plan(): void {
    if (this.#isStopped) return
    const { clock, intervalMs } = this.#options
    this.#timer = clock.setTimeout(() => this.#begin(), intervalMs, { keepsProcessAlive: false })
  }

  #begin(): void {
    this.#timer = undefined
    this.#isWoken = false
    this.#running = this.#work().then((isMore) => {
      this.#running = undefined
      if (isMore || this.#isWoken) this.#plan()
    })
  }

  async #work(): Promise<boolean> {
    try {
      return await this.#options.work()
    } catch (error) {
      return this.#options.onError(error)
    }
  }
}
