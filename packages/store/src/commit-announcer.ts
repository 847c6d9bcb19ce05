import type { Arrival, CommitStatus } from './message-store'

type Waiter = (status: CommitStatus) => void
type Listener = (arrival: Arrival) => void

/** Who is to be told of one commit, and what of. */
interface Commit {
  readonly status: CommitStatus
  readonly waiters: readonly Waiter[]
  readonly arrivals: readonly Arrival[]
}

/**
 * Tells waiters and arrival listeners of commits, one commit after the other: a commit made by one of them is announced
 * when those under way have been told.
 */
export class CommitAnnouncer {
  readonly #listeners = new Set<Listener>()
  #commits: Commit[] = []
  #isAnnouncing = false

  listen(listener: Listener): () => void {
    // An object of its own for each call, so that one function may listen twice.
    const entry: Listener = (arrival) => listener(arrival)
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /** Everyone is told, whoever throws; the first thing thrown is thrown again at the end. */
  announce(commit: Commit): void {
    this.#commits.push(commit)
    if (this.#isAnnouncing) return
    const failures: unknown[] = []
    this.#isAnnouncing = true
    for (let next = this.#commits.shift(); next !== undefined; next = this.#commits.shift()) this.#tell(next, failures)
    this.#isAnnouncing = false
    if (failures.length > 0) throw failures[0]
  }

  #tell(commit: Commit, failures: unknown[]): void {
    for (const waiter of commit.waiters) call(waiter, commit.status, failures)
    for (const arrival of commit.arrivals) for (const listener of this.#listeners) call(listener, arrival, failures)
  }
}

function call<T>(callback: (value: T) => void, value: T, failures: unknown[]): void {
  try {
    callback(value)
  } catch (failure) {
    failures.push(failure)
  }
}
