import { FaultNeverStruckError } from './fault-error'

/** A fault that was asked for. It works until it is ended, has struck as often as it should, or its cluster is closed. */
export interface Fault {
  /** What it does, for a person. */
  readonly description: string
  /**
   * How often it struck: connections for `cut` and `halfOpen`, attempts for `refuse`, frames for `dropRequest`, `dropAnswer` and
   * `answerWith`, and pieces of traffic that were held up for `delay` and `stall`.
   */
  readonly hits: number
  /** Whether it may still strike. */
  readonly isActive: boolean
  /** Resolves when it first struck. Rejects with a {@link FaultNeverStruckError} when it ended before. */
  readonly struck: Promise<void>
  /** Ends it: what it held up goes on. Ending it twice does nothing. */
  end(): void
  /** The description, with how often it struck. */
  toString(): string
}

/** A fault as those see it who let it strike. */
export class ActiveFault implements Fault {
  readonly description: string
  readonly struck: Promise<void>
  #stop: () => void = nothing
  #hits = 0
  #isActive = true
  #resolve: () => void = nothing
  #reject: (error: Error) => void = nothing

  constructor(description: string) {
    this.description = description
    this.struck = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever does not wait for it need not hear of it.
    this.struck.catch(nothing)
  }

  get hits(): number {
    return this.#hits
  }

  get isActive(): boolean {
    return this.#isActive
  }

  /** From now on it works; `stop` is called when it ends. */
  begin(stop: () => void): void {
    this.#stop = stop
  }

  strike(): void {
    this.#hits++
    this.#resolve()
  }

  end(): void {
    if (!this.#isActive) return
    this.#isActive = false
    this.#stop()
    this.#reject(new FaultNeverStruckError(this.description))
  }

  toString(): string {
    return `${this.description} (${this.#hits === 0 ? 'never struck' : `struck ${this.#hits}×`})`
  }
}

function nothing(): void {}
