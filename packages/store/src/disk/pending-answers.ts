import type { MaybePromise } from '../message-store'

/** Answers that are still being read from the disk. */
export class PendingAnswers {
  readonly #pending = new Set<Promise<unknown>>()

  /** Remembers an answer until it has come, or failed; hands it on. */
  note<T>(answer: MaybePromise<T>): MaybePromise<T> {
    if (!(answer instanceof Promise)) return answer
    const forget = (): void => void this.#pending.delete(answer)
    this.#pending.add(answer)
    answer.then(forget, forget)
    return answer
  }

  /** Settles when none is on its way any more. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending)
  }
}
