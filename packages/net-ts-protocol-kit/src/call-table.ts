import { CallSlots } from './call-slots'
import { CodedError } from './coded-error'
import type { Sweep, Swept } from './sweep'

/** A request that waits for its response. */
export interface PendingCall {
  /** When it fails, on the monotonic clock of the sweep. */
  readonly deadline: number
}

/** Settings of a {@link CallTable}. */
export interface CallTableOptions<Call extends PendingCall> {
  /** Finds what is overdue. Shared by many tables. */
  readonly sweep: Sweep
  /** Called with each overdue call, which has left the table. */
  readonly onTimeout: (call: Call, id: number) => void
  /** Most calls that may wait at a time. Default 65 536. */
  readonly maxPending?: number
  /** First id. Default 0. */
  readonly firstId?: number
  /** Last id, after which they start again at 0. More than `maxPending`. Default 2^31 − 1. */
  readonly lastId?: number
}

/**
 * Which response belongs to which request, on one connection. Ids count up, through the non-negative int32 range by default, and start
 * again; none is given out while it is pending. A response whose id is not pending, unknown or repeated, is counted and gets nothing.
 */
export class CallTable<Call extends PendingCall> implements Swept {
  readonly #options: CallTableOptions<Call>
  readonly #maxPending: number
  readonly #pending: CallSlots<Call>
  readonly #lastId: number
  #nextId: number
  #isSwept = false
  #dueAt = Number.POSITIVE_INFINITY
  #unknownResponses = 0
  #timeouts = 0

  constructor(options: CallTableOptions<Call>) {
    this.#options = options
    this.#maxPending = options.maxPending ?? 65_536
    this.#pending = new CallSlots(this.#maxPending)
    this.#nextId = options.firstId ?? 0
    this.#lastId = options.lastId ?? 0x7fff_ffff
  }

  /** Calls that wait. */
  get pending(): number {
    return this.#pending.size
  }

  /** Responses that nobody waited for. */
  get unknownResponses(): number {
    return this.#unknownResponses
  }

  /** Calls that were overdue. */
  get timeouts(): number {
    return this.#timeouts
  }

  /** No call is overdue before: the earliest deadline, or that of a call which no longer waits. */
  get dueAt(): number {
    return this.#dueAt
  }

  /** The deadline of a call that starts now. */
  deadlineIn(timeoutMs: number): number {
    return this.#options.sweep.now() + timeoutMs
  }

  /** Lets `call` wait and returns its id. Throws `TOO_MANY_CALLS`. */
  add(call: Call): number {
    if (this.#pending.size >= this.#maxPending) throw tooManyCalls(this.#maxPending)
    const id = this.takeId()
    this.#pending.add(id, call, call.deadline)
    if (call.deadline < this.#dueAt || !this.#isSwept) this.#sweepBy(call.deadline)
    return id
  }

  /** An id for something that nobody waits for. */
  takeId(): number {
    let id = this.#nextId
    while (this.#pending.has(id)) id = this.#after(id)
    this.#nextId = this.#after(id)
    return id
  }

  /** The call that a response belongs to, which no longer waits. */
  take(id: number): Call | undefined {
    const call = this.#pending.remove(id)
    if (call === undefined) this.#unknownResponses++
    return call
  }

  /** Lets a call no longer wait. Its response, should it come, is counted as unknown. */
  cancel(id: number): Call | undefined {
    return this.#pending.remove(id)
  }

  /** Hands out every call that waits, oldest first, and is empty. */
  drain(each: (call: Call, id: number) => void): void {
    const calls = this.#pending.clear()
    this.#stopSweep()
    for (const { call, id } of calls) each(call, id)
  }

  /** For the sweep. */
  sweep(nowMs: number): void {
    // What a callback adds may be overdue already.
    while (this.#sweepOnce(nowMs)) {}
    this.#dueAt = this.#pending.earliestDeadline()
    if (this.#pending.size === 0) this.#stopSweep()
  }

  #sweepOnce(nowMs: number): boolean {
    const overdue = this.#pending.overdue(nowMs)
    for (const found of overdue) {
      if (!this.#pending.removeFound(found)) continue
      this.#timeouts++
      this.#options.onTimeout(found.call, found.id)
    }
    return overdue.length > 0
  }

  #after(id: number): number {
    return id === this.#lastId ? 0 : id + 1
  }

  #sweepBy(deadline: number): void {
    this.#dueAt = Math.min(this.#dueAt, deadline)
    if (this.#isSwept) this.#options.sweep.visitBy(deadline)
    else this.#options.sweep.add(this)
    this.#isSwept = true
  }

  #stopSweep(): void {
    this.#isSwept = false
    this.#dueAt = Number.POSITIVE_INFINITY
    this.#options.sweep.delete(this)
  }
}

const tooManyCalls = (maxPending: number): CodedError =>
  new CodedError('TOO_MANY_CALLS', `${maxPending} calls are waiting for a response already`, { retriable: true, facts: { maxPending } })
