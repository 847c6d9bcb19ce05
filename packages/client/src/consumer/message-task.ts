import type { Clock, Timer } from 'net-ts-protocol-kit'
import type { ReceivedMessage } from '../message'
import type { HandlerTask } from './handler-pool'
import type { PendingMessage } from './process-queue'
import type { Handler, HandlerContext } from './push-consumer'
import type { PushQueue } from './push-queue'
import { type HandlerEnd, settlementOf } from './retry-decision'
import type { SendBack } from './send-back'

/** What a message's way through its handler is told to. */
export interface TaskListener {
  handlerFailed(message: ReceivedMessage, error: unknown): void
  handlerTimedOut(message: ReceivedMessage): void
  sentBack(message: ReceivedMessage, isDeadLetter: boolean): void
  sendBackFailed(message: ReceivedMessage, error: unknown): void
}

export interface TaskParts {
  readonly clock: Clock
  readonly handler: Handler
  readonly sendBack: SendBack
  readonly listener: TaskListener
  /** Tasks that wait to be handled again. */
  readonly waiting: Set<MessageTask>
  /** Handles it once more. */
  again(task: MessageTask): void
}

/** Pause before a message that no broker took back is handled again (read in client/…/consumer/ConsumeMessageConcurrentlyService.java). */
const AGAIN_AFTER_MS = 5000

/** One message from its handler to its settlement. */
export class MessageTask implements HandlerTask {
  readonly queue: PushQueue
  readonly #parts: TaskParts
  readonly #entry: PendingMessage<ReceivedMessage>
  #timer: Timer | undefined

  constructor(parts: TaskParts, queue: PushQueue, entry: PendingMessage<ReceivedMessage>) {
    this.#parts = parts
    this.queue = queue
    this.#entry = entry
  }

  get bytes(): number {
    return this.#entry.bytes
  }

  run(signal: () => AbortSignal): unknown {
    const { message } = this.#entry
    // Decoded here, so that a handler is not called with what it cannot use.
    void message.value
    return this.#parts.handler(message, new LazyContext(signal))
  }

  isWanted(): boolean {
    return !this.#entry.isSettled
  }

  settle(end: HandlerEnd): Promise<void> | undefined {
    if (this.#entry.isSettled) return undefined
    this.#report(end)
    const settlement = settlementOf(end)
    if (settlement.kind === 'SEND_BACK') return this.#sendBack(settlement.delayLevel)
    if (settlement.kind === 'CONSUMED') this.queue.settle(this.#entry)
    return undefined
  }

  /** It will not be handled again. */
  cancel(): void {
    this.#timer?.cancel()
    this.#parts.waiting.delete(this)
  }

  #again(): void {
    this.cancel()
    this.#parts.again(this)
  }

  #report(end: HandlerEnd): void {
    const { listener } = this.#parts
    if (end.kind === 'THREW') listener.handlerFailed(this.#entry.message, end.error)
    if (end.kind === 'TIMED_OUT') listener.handlerTimedOut(this.#entry.message)
  }

  async #sendBack(delayLevel: number): Promise<void> {
    const { sendBack, listener, clock } = this.#parts
    const { message } = this.#entry
    try {
      await sendBack.send(message, delayLevel)
      this.queue.settle(this.#entry)
      listener.sentBack(message, sendBack.isLast(message, delayLevel))
    } catch (error) {
      listener.sendBackFailed(message, error)
      message.localAttempts++
      this.#parts.waiting.add(this)
      this.#timer = clock.setTimeout(() => this.#again(), AGAIN_AFTER_MS)
    }
  }
}

/** Makes the signal when it is asked for. */
class LazyContext implements HandlerContext {
  readonly #signal: () => AbortSignal

  constructor(signal: () => AbortSignal) {
    this.#signal = signal
  }

  get signal(): AbortSignal {
    return this.#signal()
  }
}
