import type { Delivered, History, Took } from './history'

/**
 * Why a message was delivered again with the same attempt number.
 *
 * - `stored-twice`: it has two places: its send was repeated
 * - `broker-restart`: the broker went away in between, and with it what was settled since the last commit
 * - `unsettled-at-move`: its queue moved, and it or one before it was not settled then (offsets follow the lowest unsettled)
 * - `uncommitted-at-move`: its queue moved, all up to it was settled, and the commit did not overtake the move
 * - `committed-at-move`: its queue moved though the broker knew that the group was past it
 * - `none`: the same reader of the same queue got it twice
 */
export type DuplicateCause = 'stored-twice' | 'broker-restart' | 'unsettled-at-move' | 'uncommitted-at-move' | 'committed-at-move' | 'none'

export interface Duplicate {
  readonly first: Delivered
  readonly again: Delivered
  readonly cause: DuplicateCause
}

/** Every repeated delivery to a group, with its cause. */
export function duplicatesOf(history: History, group: string): Duplicate[] {
  const timeline = new Timeline(history, group)
  const firsts = new Map<string, Placed>()
  return timeline.deliveries.flatMap((again) => {
    const key = `${again.delivery.uid} ${again.delivery.attempt}`
    const first = firsts.get(key)
    if (first === undefined) firsts.set(key, again)
    return first === undefined ? [] : [{ first: first.delivery, again: again.delivery, cause: timeline.causeOf(first, again) }]
  })
}

/** How many repeats each cause had, for the line that a run prints. */
export function duplicatesByCause(history: History, group: string): Partial<Record<DuplicateCause, number>> {
  const counts: Partial<Record<DuplicateCause, number>> = {}
  for (const { cause } of duplicatesOf(history, group)) counts[cause] = (counts[cause] ?? 0) + 1
  return counts
}

/** A delivery, when it happened, and since when its reader had the queue. */
interface Placed {
  readonly delivery: Delivered
  readonly at: number
  readonly epoch: Epoch
}

/** The time in which a member has a queue: when it first and last asked where to begin. */
type Epoch = Pick<Took, 'beganAt' | 'askedAt'>

const ALWAYS: Epoch = { beganAt: -1, askedAt: -1 }

/** What happened to one group, by position in the history. */
class Timeline {
  readonly deliveries: Placed[] = []
  readonly #settledAt = new Map<string, number>()
  readonly #releases: { readonly key: string; readonly at: number }[] = []
  readonly #restarts: number[] = []
  readonly #commits = new Map<string, { at: number; offset: number }[]>()

  constructor(history: History, group: string) {
    const epochs = new Map<string, Epoch>()
    for (const [at, one] of history.happenings.entries()) {
      if (one.type === 'restarted') this.#restarts.push(at)
      if (!('group' in one) || one.group !== group) continue
      if (one.type === 'took') epochs.set(`${one.member} ${one.queue}`, one)
      if (one.type === 'delivered') this.deliveries.push({ delivery: one, at, epoch: epochs.get(`${one.member} ${one.queue}`) ?? ALWAYS })
      if (one.type === 'released') this.#releases.push({ key: `${one.member} ${one.queue}`, at })
      if (one.type === 'settled') this.#settle(`${one.member} ${one.uid}`, at)
      if (one.type === 'committed') this.#commit(one.queue, at, one.offset)
    }
  }

  causeOf(first: Placed, again: Placed): DuplicateCause {
    const { queue, offset } = again.delivery
    if (first.delivery.queue !== queue || first.delivery.offset !== offset) return 'stored-twice'
    if (this.#restarts.some((at) => at > first.at && at < again.at)) return 'broker-restart'
    const isMove = first.epoch !== again.epoch || first.delivery.member !== again.delivery.member
    if (!isMove) return 'none'
    const [old, next] = first.epoch.beganAt <= again.epoch.beganAt ? [first, again.epoch] : [again, first.epoch]
    if (this.#commits.get(queue)?.some((commit) => commit.at < next.askedAt && commit.offset > offset)) return 'committed-at-move'
    return this.#wasSettledUpTo(old, this.#moveOf(old, next)) ? 'uncommitted-at-move' : 'unsettled-at-move'
  }

  /** A move begins when the old owner lets go or the new one asks for the first time, whichever is first. */
  #moveOf(old: Placed, next: Epoch): number {
    const key = `${old.delivery.member} ${old.delivery.queue}`
    const release = this.#releases.find((one) => one.key === key && one.at > old.epoch.askedAt)
    return Math.min(next.beganAt, release?.at ?? next.beganAt)
  }

  #settle(key: string, at: number): void {
    if (!this.#settledAt.has(key)) this.#settledAt.set(key, at)
  }

  #commit(queue: string, at: number, offset: number): void {
    const commits = this.#commits.get(queue)
    if (commits === undefined) this.#commits.set(queue, [{ at, offset }])
    else commits.push({ at, offset })
  }

  /** Whether the old reader had settled this message and all before it in the queue when the queue moved. */
  #wasSettledUpTo(old: Placed, move: number): boolean {
    const before = this.deliveries.filter(
      ({ delivery, at, epoch }) =>
        epoch === old.epoch &&
        at < move &&
        delivery.member === old.delivery.member &&
        delivery.queue === old.delivery.queue &&
        delivery.offset <= old.delivery.offset
    )
    const isSettled = ({ delivery }: Placed): boolean =>
      (this.#settledAt.get(`${delivery.member} ${delivery.uid}`) ?? Number.POSITIVE_INFINITY) < move
    return old.at < move && before.every(isSettled)
  }
}
