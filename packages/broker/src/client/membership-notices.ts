import type { Peer } from '@rocketmq-ts/remoting'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import type { Clock, Timer } from 'net-ts-protocol-kit'

/** At least this long between two notices to a group. Milliseconds. */
export const NOTICE_INTERVAL_MS = 100

interface Pending {
  members: () => Iterable<Peer>
  timer: Timer
}

/**
 * Tells the members of a group that others came or went, so that they share the queues anew
 * (read in broker/…/client/DefaultConsumerIdsChangeListener.java). The first change is told at the end of its turn; more
 * within 100 ms are told together.
 */
export class MembershipNotices {
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #pending = new Map<string, Pending>()
  readonly #toldAt = new Map<string, number>()

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock
    this.#onError = onError
  }

  /** The members of a group changed. `members` is asked when the notice goes out. */
  changed(group: string, members: () => Iterable<Peer>): void {
    const pending = this.#pending.get(group)
    if (pending !== undefined) {
      pending.members = members
      return
    }
    const waitMs = (this.#toldAt.get(group) ?? Number.NEGATIVE_INFINITY) + NOTICE_INTERVAL_MS - this.#clock.monotonic()
    const timer = this.#clock.setTimeout(() => this.#tell(group), Math.max(0, waitMs), { keepsProcessAlive: false })
    this.#pending.set(group, { members, timer })
  }

  /** Forgets when groups were told for the last time, where that no longer matters. */
  sweep(): void {
    const now = this.#clock.monotonic()
    for (const [group, at] of this.#toldAt) if (now - at > NOTICE_INTERVAL_MS) this.#toldAt.delete(group)
  }

  stop(): void {
    for (const { timer } of this.#pending.values()) timer.cancel()
    this.#pending.clear()
  }

  #tell(group: string): void {
    const members = this.#pending.get(group)?.members ?? (() => [])
    this.#pending.delete(group)
    this.#toldAt.set(group, this.#clock.monotonic())
    for (const peer of members()) {
      if (peer.isOpen) this.#tellOne(peer, group)
    }
  }

  #tellOne(peer: Peer, group: string): void {
    try {
      peer.invokeOneway(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, { consumerGroup: group })
    } catch (error) {
      this.#onError(error)
    }
  }
}
