import {
  type Batch,
  type Client,
  ClosedError,
  type Message,
  OffsetOutOfRangeError,
  outcomeOf,
  type PullConsumer
} from '@rocketmq-ts/client'
import type { Subscriber } from 'rxjs'
import { Delivery, type DeliveryEnd, type DeliverySource } from './delivery'
import { ReplayFailedError } from './replay-failed-error'
import type { ReplayPoint, ResolvedReplayOptions } from './replay-options'
import { ReplayProgress } from './replay-progress'
import { type ReplayRange, replayRanges } from './replay-ranges'

/** One subscription of a replay: a reader of ranges, whose next message waits until there is room for it. */
export class ReplayStream implements DeliverySource<Message> {
  readonly #client: Client
  readonly #options: ResolvedReplayOptions
  readonly #subscriber: Subscriber<Delivery>
  readonly #open = new Set<Delivery>()
  readonly #closing = new AbortController()
  #progress: ReplayProgress | undefined
  #consumer: PullConsumer | undefined
  #isRead = false
  #roomWaiter: (() => void) | undefined

  constructor(client: Client, options: ResolvedReplayOptions, subscriber: Subscriber<Delivery>) {
    this.#client = client
    this.#options = options
    this.#subscriber = subscriber
    // What it rejects with goes to the subscriber.
    void this.#run()
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  readonly close = (): void => {
    if (this.isClosing) return
    this.#closing.abort(new ClosedError('replay'))
    void this.#consumer?.close()
    this.#roomWaiter?.()
    for (const delivery of this.#open) delivery.makeVoid()
    for (const delivery of this.#open) delivery.tellVoid()
    this.#open.clear()
  }

  settled(delivery: Delivery, end: DeliveryEnd): void {
    this.#open.delete(delivery)
    const failure = this.#failure(delivery.message, end)
    if (failure !== undefined) {
      this.#subscriber.error(failure)
      return
    }
    this.#progress?.settled(delivery.message)
    this.#roomWaiter?.()
    this.#completeIfDone()
  }

  /** It keeps its place until the replay ends. */
  left(): void {}

  async #run(): Promise<void> {
    try {
      const ranges = await replayRanges(this.#client, this.#options)
      this.#progress = new ReplayProgress(ranges, this.#options)
      if (ranges.length === 0) this.#isRead = true
      else if (!this.isClosing) await this.#read(ranges, this.#progress)
      this.#completeIfDone()
    } catch (error) {
      this.#subscriber.error(error)
    }
  }

  async #read(ranges: readonly ReplayRange[], progress: ReplayProgress): Promise<void> {
    const consumer = this.#client.pullConsumer({ ...this.#options.consumer, queues: ranges })
    this.#consumer = consumer
    consumer.events.on('offsetMoved', ({ queue, from, to }) => this.#subscriber.error(gap(queue, from, to)))
    consumer.done.then(
      () => this.#closed(),
      (error: unknown) => this.#subscriber.error(error)
    )
    for await (const batch of consumer) {
      await this.#handOutAll(batch, progress)
      if (this.isClosing) return
    }
    if (isOpen(consumer)) this.#isRead = true
    void consumer.close()
  }

  /** By somebody else, if not everything was read: with its client. */
  #closed(): void {
    if (!this.#isRead) this.#subscriber.error(new ClosedError('client'))
  }

  async #handOutAll(batch: Batch, progress: ReplayProgress): Promise<void> {
    for (const message of batch) {
      if (!this.#isWanted(message)) continue
      while (!progress.hasRoom(message) && !this.isClosing) await this.#room()
      if (this.isClosing) return
      this.#handOut(message, progress)
    }
    progress.passed(batch.queue, batch.nextOffset)
  }

  #handOut(message: Message, progress: ReplayProgress): void {
    const delivery = new Delivery(message, { signal: this.#closing.signal }, this)
    this.#open.add(delivery)
    progress.handedOut(message)
    this.#subscriber.next(delivery)
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#roomWaiter = resolve
    })
  }

  /** By time as well: places found by time are no better than a broker's clock and search. */
  #isWanted({ storeTimestampMs }: Message): boolean {
    const { from, to } = this.#options
    return storeTimestampMs >= timeOf(from, 0) && storeTimestampMs < timeOf(to, Number.POSITIVE_INFINITY)
  }

  #failure(message: Message, end: DeliveryEnd): ReplayFailedError | undefined {
    const failed = (what: string, cause?: unknown): ReplayFailedError =>
      new ReplayFailedError(message, what, this.#progress?.positions ?? [], cause)
    if (end.kind === 'THREW') return failed('handling the message failed', end.error)
    const kind = outcomeOf(end.returned)?.kind
    if (kind === 'RETRY') return failed('a replay has no retry topic for retry()')
    if (kind === 'DEAD_LETTER') return failed('a replay has no dead letter topic for deadLetter()')
    return undefined
  }

  #completeIfDone(): void {
    if (this.#isRead && this.#progress?.isIdle) this.#subscriber.complete()
  }
}

/** Messages between were removed, or the broker has lost its end: neither is passed over in silence. */
function gap(queue: Batch['queue'], from: number, to: number): OffsetOutOfRangeError {
  return new OffsetOutOfRangeError(queue, from, Math.min(from, to), Math.max(from, to))
}

function isOpen(consumer: PullConsumer): boolean {
  const { state } = consumer.health()
  return state !== 'closing' && state !== 'closed'
}

function timeOf(point: ReplayPoint, fallback: number): number {
  return typeof point === 'object' && 'timestampMs' in point ? point.timestampMs : fallback
}
