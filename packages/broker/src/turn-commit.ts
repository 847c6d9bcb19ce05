import type { CommitStatus, MessageStore } from '@rocketmq-ts/store'
import type { Clock } from 'net-ts-protocol-kit'
import { LoopDelay } from './loop-delay'

/** Something that waits for its records to be committed. An object, so that no closure is made for each message. */
export interface CommitWaiter {
  /** Called once, never inside the call that appended. */
  committed(status: CommitStatus): void
}

/** Waits for one thing more than its records: that their topic is stored. Without it they are less durable than they look. */
export class AfterTopic implements CommitWaiter {
  readonly #waiter: CommitWaiter
  readonly #isSaved: Promise<boolean>

  constructor(waiter: CommitWaiter, isSaved: Promise<boolean>) {
    this.#waiter = waiter
    this.#isSaved = isSaved
  }

  committed(status: CommitStatus): void {
    void this.#isSaved.then((isSaved) => this.#waiter.committed(isSaved || status !== 'COMMITTED' ? status : 'FLUSH_DISK_TIMEOUT'))
  }
}

/** So many are committed without waiting for more: while they are answered and their senders go on, the next ones arrive. */
const MANY_WAITERS = 32

/**
 * One commit of the store for all that was appended while the input that was ready was read; for many at the end of the chunk
 * that they came in, so that broker and senders work at the same time and not in turns; for a single one after a turn with no
 * more as well, so that who sends one message at a time gets its answer at once.
 */
export class TurnCommit {
  /** How long such turns take. */
  readonly loopDelay: LoopDelay
  readonly #store: MessageStore
  readonly #clock: Clock
  #waiters: CommitWaiter[] = []
  readonly #atEndOfChunk = (): void => this.#commitNow()
  readonly #ifSingle = (): void => {
    if (this.#waiters.length === 1) this.#commitNow()
  }
  readonly #afterInput = (): void => {
    this.loopDelay.turnEnded()
    this.#isTurnPlanned = false
    this.#isQuiet = this.#waitersInTurn <= 1
    this.#commitNow()
  }
  #isTurnPlanned = false
  #waitersInTurn = 0
  #isQuiet = true

  constructor(store: MessageStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.loopDelay = new LoopDelay(clock)
  }

  /** Calls `waiter` when everything staged so far is committed, or has failed; and `isSaved` has settled, when it is given. */
  wait(waiter: CommitWaiter, isSaved?: Promise<boolean>): void {
    this.#add(isSaved === undefined ? waiter : new AfterTopic(waiter, isSaved))
  }

  #add(waiter: CommitWaiter): void {
    if (!this.#isTurnPlanned) {
      this.#startTurn()
      if (this.#isQuiet) this.#clock.defer(this.#ifSingle)
    }
    this.#waitersInTurn++
    this.#waiters.push(waiter)
    if (this.#waiters.length === MANY_WAITERS) this.#clock.defer(this.#atEndOfChunk)
  }

  #startTurn(): void {
    this.#isTurnPlanned = true
    this.#waitersInTurn = 0
    this.loopDelay.turnStarted()
    this.#clock.deferAfterInput(this.#afterInput)
  }

  #commitNow(): void {
    if (this.#waiters.length === 0) return
    const waiters = this.#waiters
    this.#waiters = []
    this.#store.whenCommitted((status) => {
      for (const waiter of waiters) waiter.committed(status)
    })
    this.#store.commit()
  }
}
