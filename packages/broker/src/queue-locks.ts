import type { Clock } from 'net-ts-protocol-kit'
import { ownText } from './own-text'

/** How long a lock lives without renewal. Milliseconds. */
export const LOCK_LEASE_MS = 60_000

/** A queue of this broker. */
export interface LockableQueue {
  readonly topic: string
  readonly queueId: number
}

interface Lock {
  clientId: string
  until: number
}

/**
 * Which member of a group may handle a queue in order (read in broker/…/client/rebalance/RebalanceLockManager.java).
 * Leases run on the monotonic clock: a step of the wall clock gives no queue a second owner.
 */
export class QueueLocks {
  readonly #clock: Clock
  /** Group → `topic@queueId` → lock. */
  readonly #groups = new Map<string, Map<string, Lock>>()
  readonly #maxLocks: number
  #count = 0

  /** `maxLocks`: of all groups together. */
  constructor(clock: Clock, maxLocks: number) {
    this.#clock = clock
    this.#maxLocks = maxLocks
  }

  /** Locks that are held or have expired since the last sweep. */
  get count(): number {
    return this.#count
  }

  /** Takes or renews the locks that are free or the client's own, and returns those queues. */
  lock<Q extends LockableQueue>(group: string, clientId: string, queues: readonly Q[]): Q[] {
    const locks = this.#groups.get(group) ?? new Map<string, Lock>()
    const locked = queues.filter((queue) => this.#lockOne(locks, clientId, queueKey(queue)))
    if (locks.size > 0) this.#groups.set(ownText(group), locks)
    return locked
  }

  /** Gives back what the client holds of these queues. */
  unlock(group: string, clientId: string, queues: readonly LockableQueue[]): void {
    const locks = this.#groups.get(group)
    if (locks === undefined) return
    for (const queue of queues) {
      const key = queueKey(queue)
      if (locks.get(key)?.clientId === clientId) this.#forget(locks, key)
    }
    if (locks.size === 0) this.#groups.delete(group)
  }

  /** Whether some member of the group holds a lock: the group consumes in order. */
  hasLocks(group: string): boolean {
    const now = this.#clock.monotonic()
    for (const lock of this.#groups.get(group)?.values() ?? []) if (lock.until >= now) return true
    return false
  }

  /** Forgets what has expired. */
  sweep(): void {
    const now = this.#clock.monotonic()
    for (const [group, locks] of this.#groups) {
      for (const [key, lock] of locks) if (lock.until < now) this.#forget(locks, key)
      if (locks.size === 0) this.#groups.delete(group)
    }
  }

  #lockOne(locks: Map<string, Lock>, clientId: string, key: string): boolean {
    const now = this.#clock.monotonic()
    const lock = locks.get(key)
    if (lock !== undefined && lock.clientId !== clientId && lock.until >= now) return false
    if (lock === undefined && this.#count >= this.#maxLocks) return false
    if (lock === undefined) this.#count++
    locks.set(ownText(key), { clientId: lock?.clientId === clientId ? lock.clientId : ownText(clientId), until: now + LOCK_LEASE_MS })
    return true
  }

  #forget(locks: Map<string, Lock>, key: string): void {
    if (locks.delete(key)) this.#count--
  }
}

function queueKey({ topic, queueId }: LockableQueue): string {
  return `${topic}@${queueId}`
}
