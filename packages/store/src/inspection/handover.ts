import type { MaybePromise } from '../message-store'

/** Hands what a producer finds to a consumer, who takes it when it likes: the producer waits at its next pause. */
export class Handover<T> {
  #found: T[] = []
  #isEnded = false
  #error: unknown
  #wakeConsumer: () => void = () => {}
  #wakeProducer: () => void = () => {}

  add(item: T): void {
    this.#found.push(item)
  }

  /** Waits until all that was found has been taken. */
  pause(): MaybePromise<void> {
    if (this.#found.length === 0 || this.#isEnded) return
    this.#wakeConsumer()
    return new Promise((resolve) => {
      this.#wakeProducer = resolve
    })
  }

  /** Nothing more comes, maybe because of a failure; or nothing more is wanted. */
  end(error?: unknown): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#error = error
    this.#wakeConsumer()
    this.#wakeProducer()
  }

  /** Whatever is found, in order. Rejects with what `end` was told. */
  async *items(): AsyncGenerator<T> {
    while (this.#found.length > 0 || !this.#isEnded) {
      if (this.#found.length === 0) await this.#more()
      const found = this.#found
      this.#found = []
      yield* found
      if (this.#found.length === 0) this.#wakeProducer()
    }
    if (this.#error !== undefined) throw this.#error
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeConsumer = resolve
    })
  }
}
