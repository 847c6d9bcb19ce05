/** Where a message is: `<broker>/<queue id>`, the topic being the run's own. */
export type QueueName = string

/** A send is about to happen: what must arrive, if it arrives. */
export interface Attempted {
  readonly type: 'attempted'
  readonly uid: string
  /** Stands for the whole value: body, tag, keys and properties. */
  readonly digest: string
  readonly tag?: string
  /** Sends of one lane go one after another to one queue: their order is a promise. */
  readonly lane?: string
}

/** The broker acknowledged it. */
export interface Acknowledged {
  readonly type: 'acknowledged'
  readonly uid: string
  readonly queue: QueueName
  readonly offset: number
}

/** The send ended with an error; `stored` says what the sender knows. */
export interface Failed {
  readonly type: 'failed'
  readonly uid: string
  readonly stored: 'no' | 'unknown'
}

/** A consumer's handler, or a pull consumer's loop, got it. */
export interface Delivered {
  readonly type: 'delivered'
  readonly uid: string
  readonly group: string
  readonly member: string
  readonly queue: QueueName
  readonly offset: number
  /** 1 for the first delivery. */
  readonly attempt: number
  readonly digest: string
}

/** The handler is done with it. */
export interface Settled {
  readonly type: 'settled'
  readonly uid: string
  readonly group: string
  readonly member: string
  readonly outcome: 'consumed' | 'retry' | 'dead-letter'
}

/** A member began to read a queue at an offset. */
export interface Took {
  readonly type: 'took'
  readonly group: string
  readonly member: string
  readonly queue: QueueName
  readonly offset: number
  /** How many happenings there were when it first asked the broker where to begin: the move is under way. */
  readonly beganAt: number
  /** The same when it asked for the last time: what the broker knew then is where it began. */
  readonly askedAt: number
}

/** A member says that a queue is no longer its own. What it handles after that is another member's as well. */
export interface Released {
  readonly type: 'released'
  readonly group: string
  readonly member: string
  readonly queue: QueueName
}

/** The broker is known to know how far a group has come in a queue. */
export interface Committed {
  readonly type: 'committed'
  readonly group: string
  readonly member: string
  readonly queue: QueueName
  readonly offset: number
}

/** Who owns what, once the members had time to agree. */
export interface Owners {
  readonly type: 'owners'
  readonly group: string
  readonly queuesOf: Readonly<Record<string, readonly QueueName[]>>
}

/** Something from outside that excuses a repeat: the broker went away and came back. */
export interface Restarted {
  readonly type: 'restarted'
}

/** A deadline passed before something became true; `missing` says what. */
export interface Stuck {
  readonly type: 'stuck'
  readonly missing: string
}

export type Happening = Attempted | Acknowledged | Failed | Delivered | Settled | Took | Released | Committed | Owners | Restarted | Stuck
export type HappeningOf<T extends Happening['type']> = Extract<Happening, { readonly type: T }>

/** What a run did and saw, in the order in which it happened in this process. Written by rows, judged by the checker. */
export class History {
  readonly #happenings: Happening[] = []
  readonly #arrived = new Map<string, Set<string>>()

  add(happening: Happening): void {
    this.#happenings.push(happening)
    if (happening.type !== 'delivered') return
    const arrived = this.#arrived.get(happening.group)
    if (arrived === undefined) this.#arrived.set(happening.group, new Set([happening.uid]))
    else arrived.add(happening.uid)
  }

  /** Uids that were delivered to a group, each once. */
  arrivedAt(group: string): ReadonlySet<string> {
    return this.#arrived.get(group) ?? new Set()
  }

  get happenings(): readonly Happening[] {
    return this.#happenings
  }

  get length(): number {
    return this.#happenings.length
  }

  of<T extends Happening['type']>(type: T): HappeningOf<T>[] {
    return this.#happenings.filter((one): one is HappeningOf<T> => one.type === type)
  }

  count(type: Happening['type']): number {
    return this.#happenings.reduce((sum, one) => sum + (one.type === type ? 1 : 0), 0)
  }
}
