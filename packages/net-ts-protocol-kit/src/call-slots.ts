/** A call that waits, as it was found. */
export interface WaitingCall<Call> {
  readonly id: number
  readonly call: Call
  readonly deadline: number
  /** Counts up with every call that was added, and so tells it from a later one of the same id. */
  readonly order: number
}

const FIRST_SLOTS = 64
/** Where a slot is busy, the ring doubles only if at least one in so many is. */
const SLOTS_PER_CALL = 4

/**
 * Calls by id, in a ring of slots: ids that count up take one slot after the other, and a call costs no memory of its own as it comes
 * and goes, where a `Map` is copied into a new table again and again. Memory follows the calls that wait: one that still
 * waits when the ring comes round to it makes the ring double, or moves to a `Map` where that would leave the ring mostly empty.
 */
export class CallSlots<Call extends object> {
  readonly #maxSlots: number
  readonly #displaced = new Map<number, WaitingCall<Call>>()
  #mask = 0
  #calls: Array<Call | undefined> = []
  #ids = new Float64Array(0)
  #deadlines = new Float64Array(0)
  #orders = new Float64Array(0)
  #size = 0
  #nextOrder = 0

  /** The ring has at most `maxCalls` slots, rounded up to a power of two. */
  constructor(maxCalls: number) {
    this.#maxSlots = maxCalls
  }

  get size(): number {
    return this.#size
  }

  /** Slots of the ring. None before the first call. */
  get slots(): number {
    return this.#calls.length
  }

  has(id: number): boolean {
    const at = id & this.#mask
    if (this.#ids[at] === id && this.#calls[at] !== undefined) return true
    return this.#displaced.size > 0 && this.#displaced.has(id)
  }

  /** `id` is one that it does not have. */
  add(id: number, call: Call, deadline: number): void {
    if (this.#calls.length === 0) this.#resize(FIRST_SLOTS)
    else if (this.#calls[id & this.#mask] !== undefined) this.#makeRoom(id)
    this.#put(id, call, deadline, this.#nextOrder++)
    this.#size++
  }

  remove(id: number): Call | undefined {
    const at = id & this.#mask
    const call = this.#calls[at]
    if (call === undefined || this.#ids[at] !== id) return this.#removeDisplaced(id)
    this.#calls[at] = undefined
    this.#size--
    return call
  }

  /** Removes a call that was found before, unless it no longer waits. */
  removeFound({ id, order }: WaitingCall<Call>): boolean {
    const at = id & this.#mask
    const isInRing = this.#ids[at] === id && this.#orders[at] === order
    return (isInRing || this.#displaced.get(id)?.order === order) && this.remove(id) !== undefined
  }

  /** Calls whose deadline is not after `nowMs`, in the order in which they were added. */
  overdue(nowMs: number): readonly WaitingCall<Call>[] {
    const found: WaitingCall<Call>[] = []
    for (let at = 0; at < this.#calls.length; at++) {
      if (this.#calls[at] === undefined || Number(this.#deadlines[at]) > nowMs) continue
      const waiting = this.#waitingAt(at)
      if (waiting !== undefined) found.push(waiting)
    }
    for (const waiting of this.#displaced.values()) if (!(waiting.deadline > nowMs)) found.push(waiting)
    return found.sort(oldestFirst)
  }

  /** Of the calls that wait; infinite when none does. */
  earliestDeadline(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (let at = 0; at < this.#calls.length; at++) {
      if (this.#calls[at] !== undefined) earliest = Math.min(earliest, Number(this.#deadlines[at]))
    }
    for (const { deadline } of this.#displaced.values()) earliest = Math.min(earliest, deadline)
    return earliest
  }

  /** Removes every call and returns them in the order in which they were added. */
  clear(): readonly WaitingCall<Call>[] {
    const all = this.overdue(Number.POSITIVE_INFINITY)
    this.#displaced.clear()
    this.#resize(0)
    this.#size = 0
    return all
  }

  #put(id: number, call: Call, deadline: number, order: number): void {
    const at = id & this.#mask
    this.#calls[at] = call
    this.#ids[at] = id
    this.#deadlines[at] = deadline
    this.#orders[at] = order
  }

  #makeRoom(id: number): void {
    while (this.#calls[id & this.#mask] !== undefined) {
      const slots = this.#calls.length
      if (slots < this.#maxSlots && this.#size * SLOTS_PER_CALL >= slots) this.#double()
      else this.#displace(id & this.#mask)
    }
  }

  /** Two calls never meet in the larger ring: they did not in the smaller one. */
  #double(): void {
    const calls = this.#calls
    const waiting = calls.map((_, at) => this.#waitingAt(at))
    this.#resize(calls.length * 2)
    for (const each of waiting) if (each !== undefined) this.#put(each.id, each.call, each.deadline, each.order)
  }

  #displace(at: number): void {
    const waiting = this.#waitingAt(at)
    if (waiting !== undefined) this.#displaced.set(waiting.id, waiting)
    this.#calls[at] = undefined
  }

  #removeDisplaced(id: number): Call | undefined {
    if (this.#displaced.size === 0) return undefined
    const call = this.#displaced.get(id)?.call
    if (this.#displaced.delete(id)) this.#size--
    return call
  }

  #waitingAt(at: number): WaitingCall<Call> | undefined {
    const call = this.#calls[at]
    if (call === undefined) return undefined
    return { id: Number(this.#ids[at]), call, deadline: Number(this.#deadlines[at]), order: Number(this.#orders[at]) }
  }

  #resize(slots: number): void {
    this.#mask = Math.max(0, slots - 1)
    this.#calls = new Array<Call | undefined>(slots).fill(undefined)
    this.#ids = new Float64Array(slots)
    this.#deadlines = new Float64Array(slots)
    this.#orders = new Float64Array(slots)
  }
}

const oldestFirst = (a: WaitingCall<unknown>, b: WaitingCall<unknown>): number => a.order - b.order
