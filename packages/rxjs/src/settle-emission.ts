import type { Subscriber } from 'rxjs'

/** In which order the values of projections are emitted. */
export interface Emission<V> {
  /** Whether nothing waits to be emitted. */
  readonly isEmpty: boolean
  /** Called for each delivery in the order of delivery. */
  open(order: number): Slot<V> | undefined
  emit(slot: Slot<V> | undefined, value: V): void
  /** No more values of this one. */
  end(slot: Slot<V> | undefined): void
  /** Whether this one may begin already. */
  mayBegin(order: number): boolean
}

/** One delivery's place in the order of emission. */
export interface Slot<V> {
  readonly order: number
  readonly values: V[]
  isOver: boolean
  next: Slot<V> | undefined
}

/** In the order in which they come. */
export class PromptEmission<V> implements Emission<V> {
  readonly isEmpty = true
  readonly #subscriber: Subscriber<V>

  constructor(subscriber: Subscriber<V>) {
    this.#subscriber = subscriber
  }

  open(): undefined {}

  emit(_: unknown, value: V): void {
    this.#subscriber.next(value)
  }

  end(): void {}

  mayBegin(): boolean {
    return true
  }
}

/** In the order of delivery: values of the oldest delivery pass, those of younger ones wait in their slots. */
export class OrderedEmission<V> implements Emission<V> {
  readonly #subscriber: Subscriber<V>
  readonly #window: number
  #oldest: Slot<V> | undefined
  #youngest: Slot<V> | undefined
  #isFlushing = false

  /** @param window how far others may be ahead of the oldest delivery. */
  constructor(subscriber: Subscriber<V>, window: number) {
    this.#subscriber = subscriber
    this.#window = window
  }

  get isEmpty(): boolean {
    return this.#oldest === undefined
  }

  open(order: number): Slot<V> {
    const slot: Slot<V> = { order, values: [], isOver: false, next: undefined }
    if (this.#youngest === undefined) this.#oldest = slot
    else this.#youngest.next = slot
    this.#youngest = slot
    return slot
  }

  emit(slot: Slot<V>, value: V): void {
    if (slot === this.#oldest && !this.#isFlushing) this.#subscriber.next(value)
    else slot.values.push(value)
  }

  end(slot: Slot<V>): void {
    slot.isOver = true
    this.#flush()
  }

  mayBegin(order: number): boolean {
    return order < (this.#oldest?.order ?? order) + this.#window
  }

  /** What is emitted may bring more to emit: that is taken up here, in its turn. */
  #flush(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    for (let slot = this.#oldest; slot !== undefined; slot = this.#oldest) {
      for (const value of slot.values) this.#subscriber.next(value)
      slot.values.length = 0
      if (!slot.isOver) break
      this.#oldest = slot.next
      if (this.#oldest === undefined) this.#youngest = undefined
    }
    this.#isFlushing = false
  }
}
