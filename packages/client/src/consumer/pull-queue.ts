import { Deferred } from '../deferred'
import type { RequestRefusedError } from '../errors'
import type { ReceivedMessage } from '../message'
import type { MessageQueue } from '../message-queue'
import { PulledBatch } from './batch'
import type { QueueState } from './consumer-health'
import type { ConsumerParts } from './consumer-parts'
import { PullLoop, type PullSettings, type PullSink } from './pull-loop'
import type { Received } from './received'

/** What a pull consumer hears of its queues. */
export interface PullQueueListener {
  arrived(batch: PulledBatch): void
  placed(queue: PullQueue, offset: number): void
  /** Batches fetched from it and not handed out are void. */
  voided(queue: PullQueue): void
  moved(queue: PullQueue, offset: number, from: number, remark: string | undefined): void
  troubled(queue: PullQueue, error: unknown, failures: number): void
  /** Everything up to its end was fetched. */
  fetched(): void
  /** A pull was answered with messages, or with news of where there are some. */
  answered(): void
  /** Whether it is for good. */
  refused(error: RequestRefusedError): boolean
  /** Whether more may be fetched for all queues together. */
  hasRoom(): boolean
}

/** How far a queue is read. */
export interface PullQueueLimits {
  /** Batches that are fetched ahead. */
  readonly prefetch: number
  /** The first offset that is not wanted; `Infinity` for none. */
  readonly endOffset: number
}

/** One queue of a pull consumer: its pull loop, what was fetched ahead, and how far it was handed out and committed. */
export class PullQueue implements PullSink {
  readonly queue: MessageQueue
  readonly #group: string
  readonly #parts: ConsumerParts
  readonly #prefetch: number
  /** The first offset that is not wanted. */
  readonly #endOffset: number
  readonly #listener: PullQueueListener
  readonly #loop: PullLoop
  readonly #ahead = new Set<PulledBatch>()
  #room: Deferred | undefined
  #isPaused = false
  #isDropped = false
  /** Everything wanted below was fetched. */
  #fetched = -1
  /** Everything below was handed out. */
  #position: number | undefined
  /** The highest offset committed since the position was last chosen freely. */
  #committed = -1
  #epoch = 0

  constructor(parts: ConsumerParts, settings: PullSettings, limits: PullQueueLimits, listener: PullQueueListener) {
    this.queue = settings.queue
    this.#group = settings.group
    this.#parts = parts
    this.#prefetch = limits.prefetch
    this.#endOffset = limits.endOffset
    this.#listener = listener
    this.#loop = new PullLoop(parts, settings, this)
    // Ended by drop(); it never rejects.
    void this.#loop.run()
  }

  get tried(): Promise<void> {
    return this.#loop.tried
  }

  get position(): number | undefined {
    return this.#position
  }

  get state(): QueueState {
    const batches = [...this.#ahead]
    const count = batches.reduce((sum, batch) => sum + batch.length, 0)
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0)
    const { lastPullAt, maxOffset, failures, isWorking } = this.#loop
    return { count, bytes, position: this.#position, maxOffset, lastPullAt, failures, isWorking }
  }

  /** Whether everything up to its end was handed out. */
  get isAtEnd(): boolean {
    return this.#fetched >= this.#endOffset && this.#ahead.size === 0
  }

  /** Its batch is given to the user. */
  handedOut(batch: PulledBatch): void {
    if (!this.#ahead.delete(batch)) return
    this.#position = batch.nextOffset
    this.wakeIfRoom()
  }

  /** Commits what was handed out. */
  async commitPosition(): Promise<boolean> {
    return this.#position === undefined ? true : this.#commit(this.#position, this.#epoch)
  }

  seek(offset: number): void {
    this.#void(offset)
    this.#loop.moveTo(offset)
    this.wakeIfRoom()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.wakeIfRoom()
  }

  drop(): void {
    this.#isDropped = true
    this.#void(undefined)
    this.#loop.stop()
    this.#room?.resolve()
  }

  async whenRoom(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#hasRoom()) {
      this.#room = new Deferred()
      await this.#room.promise
    }
  }

  wakeIfRoom(): void {
    if (this.#room === undefined || !this.#hasRoom()) return
    const room = this.#room
    this.#room = undefined
    room.resolve()
  }

  placed(offset: number): void {
    this.#position = offset
    this.#listener.placed(this, offset)
    this.#fetchedTo(offset)
  }

  take(received: Received): void {
    this.#listener.answered()
    const nextOffset = Math.min(received.nextOffset, this.#endOffset)
    const messages = received.messages.filter(({ queueOffset }) => queueOffset < this.#endOffset)
    if (messages.length === 0 && this.#ahead.size === 0) this.#position = nextOffset
    if (messages.length > 0) this.#keep(messages, nextOffset)
    this.#fetchedTo(nextOffset)
  }

  #keep(messages: readonly ReceivedMessage[], nextOffset: number): void {
    const bytes = messages.reduce((sum, message) => sum + message.bodyBytes, 0)
    const epoch = this.#epoch
    const batch = new PulledBatch(this.queue, messages, nextOffset, bytes, ({ nextOffset: offset }) => this.#commit(offset, epoch))
    this.#ahead.add(batch)
    this.#listener.arrived(batch)
  }

  moved(offset: number, from: number, remark: string | undefined): void {
    this.#listener.answered()
    this.#void(offset)
    this.#listener.moved(this, offset, from, remark)
  }

  troubled(error: unknown, failures: number): void {
    this.#listener.troubled(this, error, failures)
  }

  refused(error: RequestRefusedError): boolean {
    return this.#listener.refused(error)
  }

  #fetchedTo(offset: number): void {
    this.#fetched = offset
    if (offset >= this.#endOffset) this.#listener.fetched()
  }

  #hasRoom(): boolean {
    return !this.#isPaused && this.#fetched < this.#endOffset && this.#ahead.size < this.#prefetch && this.#listener.hasRoom()
  }

  /** What was fetched does not count any more, and batches handed out can no longer be committed. */
  #void(position: number | undefined): void {
    this.#epoch++
    this.#committed = -1
    this.#position = position
    this.#ahead.clear()
    this.#listener.voided(this)
    if (position !== undefined) this.#fetchedTo(position)
  }

  async #commit(offset: number, epoch: number): Promise<boolean> {
    if (this.#isDropped || epoch !== this.#epoch) return false
    if (offset <= this.#committed) return true
    await this.#parts.offsets.commit(this.#group, this.queue, offset)
    if (epoch === this.#epoch) this.#committed = Math.max(this.#committed, offset)
    return true
  }
}
