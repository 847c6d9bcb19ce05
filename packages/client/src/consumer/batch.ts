import type { Message } from '../message'
import type { MessageQueue } from '../message-queue'

/** Messages of one queue, in their order. */
export interface Batch<M extends Message = Message> extends Iterable<M> {
  readonly queue: MessageQueue
  readonly messages: readonly M[]
  readonly length: number
  /** Where the next batch of the queue begins: what `commit` tells the broker. */
  readonly nextOffset: number
  /**
   * Tells the broker that everything up to the end of this batch is done, and resolves when it has it. Resolves with `false`
   * and commits nothing when that is no longer this consumer's to say: the queue went to another member, or was sought
   * elsewhere. Rejects when the broker could not be told.
   */
  commit(): Promise<boolean>
}

/** The one implementation of {@link Batch}. */
export class PulledBatch implements Batch {
  readonly queue: MessageQueue
  readonly messages: readonly Message[]
  readonly nextOffset: number
  /** Bytes of its bodies. */
  readonly bytes: number
  readonly #commit: (batch: PulledBatch) => Promise<boolean>

  constructor(
    queue: MessageQueue,
    messages: readonly Message[],
    nextOffset: number,
    bytes: number,
    commit: (batch: PulledBatch) => Promise<boolean>
  ) {
    this.queue = queue
    this.messages = messages
    this.nextOffset = nextOffset
    this.bytes = bytes
    this.#commit = commit
  }

  get length(): number {
    return this.messages.length
  }

  [Symbol.iterator](): Iterator<Message> {
    return this.messages[Symbol.iterator]()
  }

  commit(): Promise<boolean> {
    return this.#commit(this)
  }
}
