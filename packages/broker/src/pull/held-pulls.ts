import type { Arrival, MessageStore } from '@rocketmq-ts/store'
import type { Clock } from 'net-ts-protocol-kit'
import type { TagsFilter } from '../client/subscription-filter'

/** How often held pulls are looked at, whether or not something arrived. Milliseconds. */
export const RECHECK_MS = 5000

/** A pull that waits for messages. */
export interface HeldPull {
  readonly topic: string
  readonly queueId: number
  readonly group: string
  /** The connection it came over; one connection is one client. */
  readonly peer: { readonly isOpen: boolean }
  /** First queue offset wanted. */
  readonly queueOffset: number
  readonly filter: TagsFilter
  /** Monotonic milliseconds. */
  readonly deadline: number
  /** Reads again and answers, whatever there is. Called once. */
  wake(): void
  /** Answers that nothing came. Called instead of `wake` when the same client pulls the same queue anew. */
  giveUp(): void
}

/**
 * Pulls without an answer yet (read in broker/…/longpolling/PullRequestHoldService.java). A message that they want wakes
 * them; every 5 s those wake whose time is up, or whose queue has grown by messages they do not want.
 */
export class HeldPulls {
  readonly #store: MessageStore
  readonly #clock: Clock
  readonly #maxHeld: number
  /** Topic → queue → held pulls. */
  readonly #held = new Map<string, Map<number, HeldPull[]>>()
  readonly #woken: HeldPull[] = []
  #count = 0
  readonly #wakeAll = (): void => this.#wakeNow()

  constructor(store: MessageStore, clock: Clock, maxHeld: number) {
    this.#store = store
    this.#clock = clock
    this.#maxHeld = maxHeld
  }

  get count(): number {
    return this.#count
  }

  /** Holds a pull. The one that its client has held before for this queue and group is given up. `false`: too many are held. */
  hold(pull: HeldPull): boolean {
    const pulls = this.#pullsOf(pull.topic, pull.queueId)
    const before = pulls.findIndex((other) => other.peer === pull.peer && other.group === pull.group)
    if (before >= 0) {
      const [old] = pulls.splice(before, 1, pull)
      old?.giveUp()
      return true
    }
    if (this.#count >= this.#maxHeld) return false
    pulls.push(pull)
    this.#count++
    return true
  }

  /** Wakes those who want the record that arrived, once the whole commit has been told. */
  arrived({ topic, queueId, queueOffset, tagsCode }: Arrival): void {
    const pulls = this.#held.get(topic)?.get(queueId)
    if (pulls === undefined || pulls.length === 0) return
    this.#take(pulls, (pull) => queueOffset >= pull.queueOffset && (pull.filter === undefined || pull.filter(tagsCode)))
  }

  /** Wakes those whose time is up, and those whose queue has grown. Forgets those whose connection is gone. */
  recheck(): void {
    const now = this.#clock.monotonic()
    for (const [topic, queues] of this.#held) {
      for (const [queueId, pulls] of queues) {
        const end = this.#store.maxOffset(topic, queueId)
        this.#forgetClosed(pulls)
        this.#take(pulls, (pull) => end > pull.queueOffset || now >= pull.deadline)
        if (pulls.length === 0) queues.delete(queueId)
      }
      if (queues.size === 0) this.#held.delete(topic)
    }
  }

  /** Gives up every pull: nothing more will come. */
  giveUpAll(): void {
    const all = [...this.#held.values()].flatMap((queues) => [...queues.values()].flat())
    this.#held.clear()
    this.#count = 0
    for (const pull of all) pull.giveUp()
  }

  #pullsOf(topic: string, queueId: number): HeldPull[] {
    const queues = this.#held.get(topic) ?? new Map<number, HeldPull[]>()
    const pulls = queues.get(queueId) ?? []
    this.#held.set(topic, queues.set(queueId, pulls))
    return pulls
  }

  #take(pulls: HeldPull[], isTaken: (pull: HeldPull) => boolean): void {
    for (let at = pulls.length - 1; at >= 0; at--) {
      const pull = pulls[at]
      if (pull === undefined || !isTaken(pull)) continue
      pulls.splice(at, 1)
      if (this.#woken.length === 0) this.#clock.defer(this.#wakeAll)
      this.#woken.push(pull)
      this.#count--
    }
  }

  #wakeNow(): void {
    for (const pull of this.#woken.splice(0)) pull.wake()
  }

  #forgetClosed(pulls: HeldPull[]): void {
    for (let at = pulls.length - 1; at >= 0; at--) {
      if (pulls[at]?.peer.isOpen !== false) continue
      pulls.splice(at, 1)
      this.#count--
    }
  }
}
