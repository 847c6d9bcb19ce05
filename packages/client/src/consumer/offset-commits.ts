import type { Timer } from 'net-ts-protocol-kit'
import { backoffMs } from '../backoff'
import { causeText } from '../errors'
import type { MessageQueue } from '../message-queue'
import { sleep } from '../sleep'
import type { ConsumerParts } from './consumer-parts'

/** A queue whose offset is to be committed. */
export interface Committable {
  readonly queue: MessageQueue
  /** The offset to commit when it is not committed yet. */
  readonly uncommitted: number | undefined
  committed(offset: number): void
  /** Commits again even what is committed. */
  forgetCommitted(): void
}

/** Every so many intervals everything is committed once more: what a broker lost would stay lost in a queue at rest. */
const REPEAT_INTERVALS = 6

/** The last commit of a consumer: what it does not take along comes again. */
const CERTAIN_TRIES = 3
const CERTAIN_BACKOFF = { firstMs: 100, capMs: 1000 }

/**
 * Tells brokers how far a group has come: on its interval, when a queue is lost, and for certain when the consumer closes
 * (read in client/…/consumer/store/RemoteBrokerOffsetStore.java).
 */
export class OffsetCommits {
  readonly #parts: ConsumerParts
  readonly #group: string
  readonly #queues: () => Iterable<Committable>
  readonly #onCommit: (queue: MessageQueue, offset: number) => void
  readonly #timer: Timer
  #intervals = 0

  constructor(
    parts: ConsumerParts,
    group: string,
    queues: () => Iterable<Committable>,
    onCommit: (queue: MessageQueue, offset: number) => void
  ) {
    this.#parts = parts
    this.#group = group
    this.#queues = queues
    this.#onCommit = onCommit
    this.#timer = parts.clock.setInterval(() => this.#commitAll(), parts.offsetCommitIntervalMs)
  }

  /** One-way: what does not arrive is committed again when the connection is back. Never rejects. */
  async commitSoon(one: Committable): Promise<void> {
    const offset = one.uncommitted
    if (offset === undefined) return
    try {
      await this.#parts.offsets.commitOneway(this.#group, one.queue, offset)
      one.committed(offset)
      this.#onCommit(one.queue, offset)
    } catch (error) {
      this.#parts.logger.debug(`group ${this.#group}: an offset was not committed: ${causeText(error)}`)
    }
  }

  /** Resolves with whether the broker has it: it is asked a few times, until the signal says that it is too late. Never rejects. */
  async commitForCertain(one: Committable, signal: AbortSignal): Promise<boolean> {
    const { clock, logger } = this.#parts
    for (let tries = 1; ; tries++) {
      const failure = await this.#commitOnce(one)
      if (failure === undefined) return true
      if (tries < CERTAIN_TRIES) await sleep(clock, backoffMs(tries, CERTAIN_BACKOFF, clock.random()), signal)
      if (tries < CERTAIN_TRIES && !signal.aborted) continue
      logger.warn(`group ${this.#group}: an offset was not committed: ${causeText(failure.error)}`, { queue: one.queue })
      return false
    }
  }

  close(): void {
    this.#timer.cancel()
  }

  /** Why the broker does not have it; `undefined` when it does. */
  async #commitOnce(one: Committable): Promise<{ readonly error: unknown } | undefined> {
    const offset = one.uncommitted
    if (offset === undefined) return undefined
    try {
      await this.#parts.offsets.commit(this.#group, one.queue, offset)
    } catch (error) {
      return { error }
    }
    one.committed(offset)
    this.#onCommit(one.queue, offset)
    return undefined
  }

  #commitAll(): void {
    this.#intervals++
    for (const one of this.#queues()) {
      if (this.#intervals % REPEAT_INTERVALS === 0) one.forgetCommitted()
      void this.commitSoon(one)
    }
  }
}
