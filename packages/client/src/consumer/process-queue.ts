import type { FlowState } from './flow-control'

/** One message between its pull and its settlement. */
export interface PendingMessage<T> {
  readonly message: T
  readonly offset: number
  /** Bytes it counts for. */
  readonly bytes: number
  /** Set when it is settled, or does not count any more. */
  isSettled: boolean
}

/** What a {@link ProcessQueue} needs to know of a message. */
export interface Sized {
  readonly queueOffset: number
  readonly bodyBytes: number
}

/**
 * Messages of one queue that were pulled and not settled yet, in order of offset, and the offset that may be committed:
 * the lowest one not settled, so that whatever happens no message is skipped
 * (read in client/…/consumer/ProcessQueue.java).
 */
export class ProcessQueue<T extends Sized> {
  /** Settled entries stay until everything before them is settled. */
  #entries: PendingMessage<T>[] = []
  #head = 0
  #count = 0
  #bytes = 0
  #nextOffset: number
  #lastOffset: number

  /** @param startOffset where the first pull begins. */
  constructor(startOffset: number) {
    this.#nextOffset = startOffset
    this.#lastOffset = startOffset - 1
  }

  /** Where the next pull begins. */
  get nextOffset(): number {
    return this.#nextOffset
  }

  /** Everything below it is settled: where another owner would go on. */
  get commitOffset(): number {
    return this.#entries[this.#head]?.offset ?? this.#nextOffset
  }

  get state(): FlowState {
    return { count: this.#count, bytes: this.#bytes, span: this.#span() }
  }

  /** Takes in what a pull brought and where the next one begins. Offsets below the last pull's end are not taken again. */
  put(messages: readonly T[], nextOffset: number): readonly PendingMessage<T>[] {
    const pending: PendingMessage<T>[] = []
    for (const message of messages) {
      if (message.queueOffset <= this.#lastOffset) continue
      this.#lastOffset = message.queueOffset
      pending.push({ message, offset: message.queueOffset, bytes: message.bodyBytes, isSettled: false })
    }
    this.#add(pending)
    this.#nextOffset = Math.max(nextOffset, this.#lastOffset + 1)
    return pending
  }

  /** Whether it was still to settle. */
  settle(entry: PendingMessage<T>): boolean {
    if (entry.isSettled) return false
    entry.isSettled = true
    this.#count--
    this.#bytes -= entry.bytes
    while (this.#entries[this.#head]?.isSettled) this.#head++
    this.#compact()
    return true
  }

  /** Forgets what is pending: settling it later changes nothing, and whoever goes on begins with it. */
  clear(): void {
    this.#nextOffset = this.commitOffset
    for (let at = this.#head; at < this.#entries.length; at++) {
      const entry = this.#entries[at]
      if (entry !== undefined) entry.isSettled = true
    }
    this.#entries = []
    this.#head = 0
    this.#count = 0
    this.#bytes = 0
  }

  #add(pending: readonly PendingMessage<T>[]): void {
    for (const entry of pending) {
      this.#entries.push(entry)
      this.#count++
      this.#bytes += entry.bytes
    }
  }

  #span(): number {
    const first = this.#entries[this.#head]
    return first === undefined ? 0 : this.#lastOffset - first.offset
  }

  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }
}
