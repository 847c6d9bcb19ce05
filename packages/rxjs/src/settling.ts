import { type Message, OptionsError } from '@rocketmq-ts/client'
import type { Observable, Subscriber } from 'rxjs'
import { Delivery } from './delivery'
import { Lanes } from './lanes'
import type { Projection } from './settle'
import { OrderedEmission, PromptEmission } from './settle-emission'
import type { ResolvedSettleOptions } from './settle-options'
import { SettleTask, type TaskParts } from './settle-task'

/** An operator before it made something else of them: nobody could settle them any more. */
const NO_DELIVERY =
  'settle: takes the deliveries of deliveries() or replay() as they are. Map what it emits instead, or return the value from its projection'

/** One subscription of `settle`: which deliveries wait, and which have begun. */
export class Settling<M extends Message, V> {
  readonly #subscriber: Subscriber<V>
  readonly #parts: TaskParts<M, V>
  readonly #lanes = new Lanes<SettleTask<M, V>>()
  readonly #waiting = new Set<SettleTask<M, V>>()
  #running = 0
  #arrivals = 0
  #isPumping = false
  #isSourceOver = false

  constructor(project: Projection<M, unknown>, options: ResolvedSettleOptions<M>, subscriber: Subscriber<V>) {
    this.#subscriber = subscriber
    this.#parts = {
      project,
      options,
      emission: options.ordered ? new OrderedEmission(subscriber, options.window) : new PromptEmission(subscriber),
      fail: (error) => subscriber.error(error),
      over: (task) => this.#over(task)
    }
  }

  /** The source is let go before what waits is left, so that it hands out nothing in its place. */
  follow(source: Observable<Delivery<M>>): void {
    const following = source.subscribe({
      next: (delivery) => this.#arrived(delivery),
      error: (error: unknown) => this.#subscriber.error(error),
      complete: () => {
        this.#isSourceOver = true
        this.#pump()
      }
    })
    this.#subscriber.add(following)
    this.#subscriber.add(() => this.#leaveWaiting())
  }

  #arrived(delivery: Delivery<M>): void {
    if (!(delivery instanceof Delivery)) {
      this.#subscriber.error(new OptionsError(NO_DELIVERY))
      return
    }
    if (this.#subscriber.closed) {
      delivery.leave()
      return
    }
    const task = new SettleTask(this.#parts, delivery, this.#arrivals++)
    this.#waiting.add(task)
    this.#lanes.add(task)
    this.#pump()
  }

  #leaveWaiting(): void {
    for (const { delivery } of this.#waiting) delivery.leave()
    this.#waiting.clear()
  }

  /** Projections that end at once free their place while this runs: it goes on here rather than one level deeper. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    for (let task = this.#next(); task !== undefined; task = this.#next()) {
      this.#waiting.delete(task)
      this.#running++
      task.begin()
    }
    this.#isPumping = false
    if (this.#isSourceOver && this.#isEmpty()) this.#subscriber.complete()
  }

  #next(): SettleTask<M, V> | undefined {
    const first = this.#lanes.first
    if (first === undefined || this.#subscriber.closed || this.#running >= this.#parts.options.concurrency) return undefined
    return this.#parts.emission.mayBegin(first.order) ? this.#lanes.shift() : undefined
  }

  #over(task: SettleTask<M, V>): void {
    this.#running--
    this.#lanes.ended(task)
    this.#parts.emission.end(task.slot)
    this.#pump()
  }

  #isEmpty(): boolean {
    return this.#running === 0 && this.#waiting.size === 0 && this.#parts.emission.isEmpty
  }
}
