import type { CommitStatus, MessageStore } from '@rocketmq-ts/store'
import type { Clock } from 'net-ts-protocol-kit'
import { LoopDelay } from './loop-delay'

/** Something that waits for its records to be committed. An object, so that no closure is made for each message. */
export interface CommitWaiter {
  /** Called once, never inside the call that appended. */
  committed(status: CommitStatus): void
}

/** One commit of the store for all that was appended while the input that was ready was read. */
export class TurnCommit {
  /** How long such turns take. */
  readonly loopDelay: LoopDelay
  readonly #store: MessageStore
  readonly #clock: Clock
  #waiters: CommitWaiter[] = []
  readonly #commit = (): void => this.#commitNow()

  constructor(store: MessageStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.loopDelay = new LoopDelay(clock)
  }

  /** Calls `waiter` when everything staged so far is committed, or has failed. */
  wait(waiter: CommitWaiter): void {
    if (this.#waiters.length === 0) {
      this.loopDelay.turnStarted()
      this.#clock.deferAfterInput(this.#commit)
    }
    this.#waiters.push(waiter)
  }

  #commitNow(): void {
    this.loopDelay.turnEnded()
    const waiters = this.#waiters
    this.#waiters = []
    this.#store.whenCommitted((status) => {
      for (const waiter of waiters) waiter.committed(status)
    })
    this.#store.commit()
  }
}
