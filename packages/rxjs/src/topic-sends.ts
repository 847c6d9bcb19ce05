import { type AnyTopic, OptionsError, type Producer, SendError, type SendReceipt } from '@rocketmq-ts/client'
import { type Observable, type Subscriber, type Subscription, takeWhile } from 'rxjs'
import { BufferFullError } from './buffer-full-error'
import { EndableIteration } from './endable-iteration'
import { FifoQueue } from './fifo-queue'
import type { ResolvedToTopicOptions, SentValue } from './to-topic-options'

/** How one send ended. */
type SendEnd = { readonly receipt: SendReceipt } | { readonly error: unknown } | 'SKIPPED'

/** One value on its way. */
interface Send<V> {
  readonly value: V
  end: SendEnd | undefined
}

/** One subscription of `toTopic` or `sendEach`: values that wait, sends under way and, in an ordered stream, those that ended too early. */
export class TopicSends<V> {
  readonly #producer: Producer
  readonly #topic: AnyTopic | string
  readonly #options: ResolvedToTopicOptions<V>
  readonly #subscriber: Subscriber<SentValue<V>>
  readonly #waiting = new FifoQueue<V>()
  /** Begun and not emitted, in the order of the source; empty unless ordered. */
  readonly #begun = new FifoQueue<Send<V>>()
  #underWay = 0
  #index = 0
  #isSourceOver = false
  #roomWaiter: (() => void) | undefined
  /** The stream will fail, in an ordered one when those before have been emitted. Nothing more is begun. */
  #isFailing = false

  constructor(producer: Producer, topic: AnyTopic | string, options: ResolvedToTopicOptions<V>, subscriber: Subscriber<SentValue<V>>) {
    this.#producer = producer
    this.#topic = topic
    this.#options = options
    this.#subscriber = subscriber
  }

  /** Takes what the source gives until the stream ends. A source that never comes to a pause is left at its next value. */
  follow(source: Observable<V>): Subscription {
    return source.pipe(takeWhile(() => this.#isTaking)).subscribe({
      next: (value) => this.#take(value),
      error: (error: unknown) => this.#subscriber.error(error),
      complete: () => {
        this.#isSourceOver = true
        this.#completeIfDone()
      }
    })
  }

  /** Asks for a value when there is room to send it, and not before. Never rejects. */
  async read(source: Iterable<V> | AsyncIterable<V>): Promise<void> {
    this.#subscriber.add(() => this.#roomWaiter?.())
    try {
      for await (const value of this.#endable(source)) {
        if (this.#isTaking) this.#take(value)
        while (this.#isTaking && !this.#hasRoom) await this.#room()
        if (!this.#isTaking) return
      }
      this.#isSourceOver = true
      this.#completeIfDone()
    } catch (error) {
      this.#subscriber.error(error)
    }
  }

  /** One that keeps nobody waiting ends by itself. */
  #endable(source: Iterable<V> | AsyncIterable<V>): Iterable<V> | AsyncIterable<V> {
    if (!isAsync(source)) return source
    const values = new EndableIteration(source)
    this.#subscriber.add(() => values.end())
    return values
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#roomWaiter = resolve
    })
  }

  get #isTaking(): boolean {
    return !this.#isFailing && !this.#subscriber.closed
  }

  /** Whether one more may be begun: in an ordered stream those count as well that wait for the oldest one's receipt. */
  get #hasRoom(): boolean {
    return this.#underWay < this.#options.concurrency && this.#begun.length < this.#options.window
  }

  #take(value: V): void {
    const { maxBuffered } = this.#options
    if (!this.#hasRoom && this.#waiting.length >= maxBuffered) {
      this.#isFailing = true
      this.#subscriber.error(new BufferFullError(typeof this.#topic === 'string' ? this.#topic : this.#topic.name, maxBuffered))
      return
    }
    this.#waiting.push(value)
    this.#beginSome()
  }

  #beginSome(): void {
    while (this.#isTaking && this.#waiting.length > 0 && this.#hasRoom) this.#begin(this.#waiting.shift() as V)
  }

  #begin(value: V): void {
    const send: Send<V> = { value, end: undefined }
    if (this.#options.ordered) this.#begun.push(send)
    this.#underWay++
    // Never rejects.
    void this.#run(send)
  }

  async #run(send: Send<V>): Promise<void> {
    const end = await this.#send(send.value)
    this.#underWay--
    this.#roomWaiter?.()
    if (this.#subscriber.closed) return
    this.#ended(send, end)
    this.#beginSome()
    this.#completeIfDone()
  }

  async #send(value: V): Promise<SendEnd> {
    try {
      const { value: sent, ...options } = this.#entry(value)
      return { receipt: await this.#producer.send(this.#topic, sent, options) }
    } catch (error) {
      return error instanceof SendError ? this.#decide(error, value) : { error }
    }
  }

  #entry(value: V) {
    const index = this.#index++
    // The types of `toTopic` have made sure that without `entry` a value is one of the topic's.
    return this.#options.entry === undefined ? { value: value as never } : this.#options.entry(value, index)
  }

  #decide(error: SendError, value: V): SendEnd {
    if (this.#subscriber.closed) return { error }
    try {
      const decision: unknown = this.#options.onError(error, value)
      if (decision === 'skip') return 'SKIPPED'
      return { error: decision === 'fail' ? error : undecided(decision) }
    } catch (thrown) {
      return { error: thrown }
    }
  }

  #ended(send: Send<V>, end: SendEnd): void {
    if (end !== 'SKIPPED' && 'error' in end) this.#isFailing = true
    send.end = end
    if (this.#options.ordered) this.#emitInOrder()
    else this.#emit(send.value, end)
  }

  #emitInOrder(): void {
    for (let send = this.#begun.first(); send?.end !== undefined; send = this.#begun.first()) {
      this.#begun.shift()
      this.#emit(send.value, send.end)
    }
  }

  #emit(value: V, end: SendEnd): void {
    if (end === 'SKIPPED') return
    if ('error' in end) this.#subscriber.error(end.error)
    else this.#subscriber.next({ value, receipt: end.receipt })
  }

  #completeIfDone(): void {
    const isDone = this.#isSourceOver && !this.#isFailing && this.#underWay === 0 && this.#waiting.length === 0
    if (isDone && this.#begun.length === 0) this.#subscriber.complete()
  }
}

/** Nothing is lost in silence because somebody forgot to return. */
function undecided(decision: unknown): OptionsError {
  return new OptionsError(`onError must return 'fail' or 'skip', not ${String(decision)}`, { option: 'onError' })
}

function isAsync<V>(source: Iterable<V> | AsyncIterable<V>): source is AsyncIterable<V> {
  return (source as Partial<AsyncIterable<V>>)[Symbol.asyncIterator] !== undefined
}
