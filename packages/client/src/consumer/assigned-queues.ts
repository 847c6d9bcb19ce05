import { compareQueues, type MessageQueue, queueKey } from '../message-queue'
import type { ConsumerParts } from './consumer-parts'
import type { QueueOwner } from './group-member'

/** A queue to read, and which part of it. */
export interface QueueRange extends MessageQueue {
  /** The first offset to read. Default: where the group goes on or, when it has no offset, the option `from`. */
  readonly startOffset?: number
  /** The first offset not to read. Default: none, it is read for ever. */
  readonly endOffset?: number
}

/** Which queues a reader takes without sharing them with anybody: every one of its topics, or these. */
export type FixedQueues = 'all' | readonly QueueRange[]

/**
 * Queues that a consumer reads without being a member of its group: nobody else gets fewer because of it. With `'all'`
 * it follows the routes of its topics.
 */
export class AssignedQueues {
  readonly #parts: ConsumerParts
  readonly #topics: readonly string[]
  readonly #queues: FixedQueues
  readonly #owner: QueueOwner
  readonly #stops: ReadonlyArray<() => void>
  readonly #owned = new Map<string, MessageQueue>()

  constructor(parts: ConsumerParts, topics: readonly string[], queues: FixedQueues, owner: QueueOwner) {
    this.#parts = parts
    this.#topics = topics
    this.#queues = queues
    this.#owner = owner
    const stopRoutes = parts.routes.onChange(({ topic }) => {
      if (topics.includes(topic)) this.#follow()
    })
    this.#stops = [stopRoutes, ...topics.map((topic) => parts.routes.watch(topic))]
  }

  get owned(): readonly MessageQueue[] {
    return [...this.#owned.values()]
  }

  /** Resolves when the routes were asked for; never rejects. */
  async join(): Promise<void> {
    await Promise.all(this.#topics.map((topic) => this.#parts.routes.refresh(topic)))
    this.#follow()
  }

  membersChanged(): void {}

  leave(): void {
    for (const stop of this.#stops) stop()
    const owned = this.owned
    this.#owned.clear()
    for (const queue of owned) this.#owner.lost(queue)
  }

  #follow(): void {
    const wanted = new Map(this.#wanted().map((queue) => [queueKey(queue), queue]))
    for (const [key, queue] of this.#owned) {
      if (wanted.has(key)) continue
      this.#owned.delete(key)
      this.#owner.lost(queue)
    }
    for (const [key, queue] of wanted) {
      if (this.#owned.has(key)) continue
      this.#owned.set(key, queue)
      this.#owner.gained(queue, 0)
    }
  }

  #wanted(): readonly MessageQueue[] {
    if (this.#queues !== 'all') return this.#queues
    const routes = this.#topics.flatMap((topic) => this.#parts.routes.peek(topic)?.route ?? [])
    return routes.flatMap((route) => route.subscribeQueues).sort(compareQueues)
  }
}
