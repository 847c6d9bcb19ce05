import type { Logger } from 'net-ts-protocol-kit'
import { causeText } from './errors'

/** Failures in a row of one thing: the first is logged, and how many there were once it works again. */
export class FailureStreak {
  readonly #logger: Logger
  readonly #what: string
  #count = 0

  constructor(logger: Logger, what: string) {
    this.#logger = logger
    this.#what = what
  }

  /** Failures in a row so far. */
  get count(): number {
    return this.#count
  }

  failed(error: unknown): void {
    this.#count++
    if (this.#count === 1) this.#logger.warn(`${this.#what} failed, trying again: ${causeText(error)}`, { error })
  }

  worked(): void {
    if (this.#count > 0) this.#logger.info(`${this.#what} works again`, { failures: this.#count })
    this.#count = 0
  }
}
