import { Deferred } from '../deferred'
import type { RequestRefusedError } from '../errors'
import type { ReceivedMessage } from '../message'
import type { MessageQueue } from '../message-queue'
import type { QueueState } from './consumer-health'
import type { ConsumerParts } from './consumer-parts'
import { type FlowDecision, type FlowLimits, flowControl } from './flow-control'
import { type PendingMessage, ProcessQueue } from './process-queue'
import { PullLoop, type PullSettings, type PullSink } from './pull-loop'
import type { Received } from './received'

/** What a push consumer hears of its queues. */
export interface PushQueueListener {
  arrived(queue: PushQueue, pending: readonly PendingMessage<ReceivedMessage>[]): void
  placed(queue: PushQueue, offset: number): void
  /** What was pulled before is void: its offsets are not those of the queue any more. */
  moved(queue: PushQueue, offset: number, from: number, remark: string | undefined): void
  troubled(queue: PushQueue, error: unknown, failures: number): void
  /** A pull was answered with messages, or with news of where there are some. */
  answered(): void
  /** Whether it is for good. */
  refused(error: RequestRefusedError): boolean
  /** Whether more may be pulled for all queues together. */
  hasRoom(): boolean
}

/** One queue of a push consumer: its pull loop, what it holds, and how far it is settled. */
export class PushQueue implements PullSink {
  readonly queue: MessageQueue
  readonly #limits: FlowLimits
  readonly #listener: PushQueueListener
  readonly #loop: PullLoop
  #held: ProcessQueue<ReceivedMessage> | undefined
  #room: Deferred | undefined
  #isPaused = false
  #isDropped = false
  /** The offset the broker is known to have. */
  #committed: number | undefined

  constructor(parts: ConsumerParts, settings: PullSettings, limits: FlowLimits, listener: PushQueueListener) {
    this.queue = settings.queue
    this.#limits = limits
    this.#listener = listener
    this.#loop = new PullLoop(parts, settings, this)
    // Ended by drop(); it never rejects.
    void this.#loop.run()
  }

  /** Whether it belongs to somebody else by now. */
  get isDropped(): boolean {
    return this.#isDropped
  }

  /** Resolves when it is known where to begin and the first pull is under way, or has to wait. */
  get tried(): Promise<void> {
    return this.#loop.tried
  }

  /** The offset to commit when it is not committed yet. None when it belongs to somebody else, who may be further. */
  get uncommitted(): number | undefined {
    if (this.#isDropped) return undefined
    const offset = this.#held?.commitOffset
    return offset === this.#committed ? undefined : offset
  }

  get state(): QueueState {
    const { count, bytes } = this.#held?.state ?? { count: 0, bytes: 0 }
    const { lastPullAt, maxOffset, failures, isWorking } = this.#loop
    return { count, bytes, position: this.#held?.commitOffset, maxOffset, lastPullAt, failures, isWorking }
  }

  committed(offset: number): void {
    this.#committed = offset
  }

  /** The broker may have forgotten what it was told. */
  forgetCommitted(): void {
    this.#committed = undefined
  }

  /** Whether the entry was still to settle. */
  settle(entry: PendingMessage<ReceivedMessage>): boolean {
    if (!this.#held?.settle(entry)) return false
    this.wakeIfRoom()
    return true
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.wakeIfRoom()
  }

  /** Pulls no more. What it holds can still be settled and committed. */
  stop(): void {
    this.#loop.stop()
    this.#room?.resolve()
  }

  /** It belongs to somebody else from now on. */
  drop(): void {
    this.stop()
    this.#isDropped = true
    this.#held?.clear()
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

  placed(offset: number, isCommitted: boolean): void {
    this.#held = new ProcessQueue(offset)
    if (isCommitted) this.#committed = offset
    this.#listener.placed(this, offset)
  }

  take(received: Received): void {
    this.#listener.answered()
    const pending = this.#held?.put(received.messages, received.nextOffset)
    if (pending !== undefined && pending.length > 0) this.#listener.arrived(this, pending)
  }

  moved(offset: number, from: number, remark: string | undefined): void {
    this.#listener.answered()
    this.#held?.clear()
    this.#held = new ProcessQueue(offset)
    this.#listener.moved(this, offset, from, remark)
  }

  troubled(error: unknown, failures: number): void {
    this.#listener.troubled(this, error, failures)
  }

  refused(error: RequestRefusedError): boolean {
    return this.#listener.refused(error)
  }

  #flow(): FlowDecision {
    return this.#held === undefined ? 'PULL' : flowControl(this.#held.state, this.#limits)
  }

  #hasRoom(): boolean {
    return !this.#isPaused && this.#flow() === 'PULL' && this.#listener.hasRoom()
  }
}
