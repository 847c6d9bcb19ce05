import { type DuplicateCause, duplicatesOf } from './duplicates'
import type { Delivered, History, QueueName } from './history'

/**
 * The ways in which a run can be wrong. The words are those of Jepsen's queue checkers where those have one.
 *
 * - `lost`: acknowledged, wanted by the group, never delivered to it
 * - `duplicate`: delivered again without a cause that the row allows
 * - `phantom`: delivered, but never attempted, or its send was refused
 * - `wrong-value`: delivered with another body, tag, key or property than was sent
 * - `two-values`: one place in a queue held two messages
 * - `order`: a reader went backwards, or saw a lane's messages in another order than they were sent in
 * - `skipped`: a reader jumped over an offset at which an acknowledged message lies
 * - `leaked`: delivered though the subscription does not want it
 * - `rewound`: a reader began before what its group had committed
 * - `two-owners`, `no-owner`: a queue of the group, when the members had time to agree
 * - `attempt-count`: attempts did not count up by one from 1, or went on too long
 * - `not-retried`: sent back, and never came again
 * - `not-dead`, `dead-twice`, `dead-alive`: copies in the dead letter topic other than one of each that failed for good
 * - `wrong-position`: reading began somewhere else than asked
 * - `wrong-answer`: a question was answered with another code than it must be
 * - `too-many-pulls`: an idle consumer asked more often than long polling makes necessary
 * - `not-held`: the broker answered a long poll at once
 * - `not-durable`: an acknowledged message is not in its place any more
 * - `stuck`: something did not happen in time
 */
export type AnomalyName =
  | 'lost'
  | 'duplicate'
  | 'phantom'
  | 'wrong-value'
  | 'two-values'
  | 'order'
  | 'skipped'
  | 'leaked'
  | 'rewound'
  | 'two-owners'
  | 'no-owner'
  | 'attempt-count'
  | 'not-retried'
  | 'not-dead'
  | 'dead-twice'
  | 'dead-alive'
  | 'wrong-position'
  | 'wrong-answer'
  | 'too-many-pulls'
  | 'not-held'
  | 'not-durable'
  | 'stuck'

export interface Anomaly {
  readonly name: AnomalyName
  readonly detail: string
}

export type Rule = (history: History) => Anomaly[]

/** Judges a history by the rules given, and by those that hold for every history. */
export function check(history: History, ...rules: readonly Rule[]): Anomaly[] {
  return [inTime, nothingInvented, wholeValues, oneValuePerOffset, ...rules].flatMap((rule) => rule(history))
}

/** A few lines a person can read: the number of each anomaly and its first cases. Empty when there is none. */
export function report(anomalies: readonly Anomaly[], atMost = 5): string {
  const names = [...new Set(anomalies.map((one) => one.name))]
  const section = (name: AnomalyName): string => {
    const cases = anomalies.filter((one) => one.name === name)
    return [`${name}: ${cases.length}`, ...cases.slice(0, atMost).map((one) => `  ${one.detail}`)].join('\n')
  }
  return names.map(section).join('\n')
}

/** Every acknowledged message that the group wants reaches it; none that it does not want does. */
export function reaches(group: string, wants: (tag: string | undefined) => boolean = () => true): Rule {
  return (history) => {
    const tags = new Map(history.of('attempted').map((one) => [one.uid, one.tag]))
    const arrived = new Set(deliveries(history, group).map((one) => one.uid))
    const lost = history.of('acknowledged').filter(({ uid }) => wants(tags.get(uid)) && !arrived.has(uid))
    const leaked = [...arrived].filter((uid) => tags.has(uid) && !wants(tags.get(uid)))
    return [
      ...lost.map(({ uid, queue, offset }) => anomaly('lost', `${uid}, acknowledged at ${queue}:${offset}, never reached ${group}`)),
      ...leaked.map((uid) => anomaly('leaked', `${uid} with tag ${tags.get(uid)} reached ${group}`))
    ]
  }
}

/** A message is delivered once per attempt, but for the causes allowed. */
export function onlyOnce(group: string, ...allowed: readonly DuplicateCause[]): Rule {
  return (history) =>
    duplicatesOf(history, group)
      .filter((one) => !allowed.includes(one.cause))
      .map(({ again, first, cause }) => anomaly('duplicate', `${describe(again)}, before that ${describe(first)}: ${cause}`))
}

/** Each reader sees rising offsets and misses none that holds an acknowledged message it wants. */
export function readsInOrder(group: string): Rule {
  return (history) => {
    const stored = new Map(history.of('acknowledged').map((one) => [`${one.queue}:${one.offset}`, one.uid]))
    const last = new Map<string, number>()
    return deliveries(history, group).flatMap((one) => {
      const reader = `${one.member} ${one.queue}`
      const before = last.get(reader)
      last.set(reader, one.offset)
      if (before === undefined) return []
      if (one.offset <= before) return [anomaly('order', `${describe(one)} after offset ${before}`)]
      const skipped = range(before + 1, one.offset).find((offset) => stored.has(`${one.queue}:${offset}`))
      return skipped === undefined ? [] : [anomaly('skipped', `${one.member} went from ${before} to ${one.offset} in ${one.queue}`)]
    })
  }
}

/** Messages of one lane were sent one after another: whoever reads them sees them in that order, all in one queue. */
export function keepsLanes(group: string): Rule {
  return (history) => {
    const places = new Map<string, { lane: string; index: number }>()
    const lengths = new Map<string, number>()
    for (const { uid, lane } of history.of('attempted')) {
      if (lane === undefined) continue
      const index = lengths.get(lane) ?? 0
      lengths.set(lane, index + 1)
      places.set(uid, { lane, index })
    }
    const last = new Map<string, { index: number; queue: QueueName }>()
    return deliveries(history, group).flatMap((one) => {
      const place = places.get(one.uid)
      if (place === undefined) return []
      const before = last.get(place.lane)
      last.set(place.lane, { index: place.index, queue: one.queue })
      if (before === undefined || (before.index < place.index && before.queue === one.queue)) return []
      return [anomaly('order', `lane ${place.lane}: number ${place.index} in ${one.queue} after number ${before.index} in ${before.queue}`)]
    })
  }
}

/** A new owner begins where its group had committed, or behind it, never before. */
export function beginsWhereCommitted(group: string): Rule {
  return (history) =>
    history.of('took').flatMap((took) => {
      if (took.group !== group) return []
      const commits = history.happenings
        .slice(0, took.askedAt)
        .filter((one) => one.type === 'committed' && one.group === group && one.queue === took.queue)
      const committed = Math.max(0, ...commits.map((one) => (one.type === 'committed' ? one.offset : 0)))
      if (took.offset >= committed) return []
      return [anomaly('rewound', `${took.member} began ${took.queue} at ${took.offset}, ${committed} was committed`)]
    })
}

/** When the members had time to agree, each queue has exactly one owner. */
export function ownsEachOnce(group: string, queues: readonly QueueName[]): Rule {
  return (history) =>
    history.of('owners').flatMap((one) => {
      if (one.group !== group) return []
      return queues.flatMap((queue) => {
        const owners = Object.entries(one.queuesOf).filter(([, owned]) => owned.includes(queue))
        if (owners.length === 1) return []
        const names = owners.map(([member]) => member).join(' and ')
        return [owners.length === 0 ? anomaly('no-owner', queue) : anomaly('two-owners', `${queue}: ${names}`)]
      })
    })
}

/** What is sent back comes again, counted 1, 2, 3 …, at most `maxAttempts` times, and not after it was consumed. */
export function countsAttempts(group: string, maxAttempts: number): Rule {
  return (history) =>
    [...groupBy(deliveries(history, group), (one) => one.uid)].flatMap(([uid, list]) => {
      const attempts = list.map((one) => one.attempt)
      const counted = attempts.every((attempt, index) => attempt === index + 1) && attempts.length <= maxAttempts
      const settled = history.of('settled').filter((one) => one.uid === uid && one.group === group)
      const owed = settled.at(-1)?.outcome === 'retry' && attempts.length < maxAttempts
      return [
        ...(counted ? [] : [anomaly('attempt-count', `${uid} had attempts ${attempts.join(', ')} of at most ${maxAttempts}`)]),
        ...(owed ? [anomaly('not-retried', `${uid} was sent back after attempt ${attempts.at(-1)} and never came again`)] : [])
      ]
    })
}

/** One copy of each message that failed for good is in the dead letter topic, and of no other. `undertaker` reads that topic. */
export function buries(group: string, undertaker: string, failed: ReadonlySet<string>): Rule {
  return (history) => {
    const copies = groupBy(deliveries(history, undertaker), (one) => one.uid)
    const missing = [...failed].filter((uid) => !copies.has(uid))
    return [
      ...missing.map((uid) => anomaly('not-dead', `${uid} failed for good in ${group} and is no dead letter`)),
      ...[...copies].filter(([, list]) => list.length > 1).map(([uid, list]) => anomaly('dead-twice', `${uid}: ${list.length} copies`)),
      ...[...copies.keys()].filter((uid) => !failed.has(uid)).map((uid) => anomaly('dead-alive', `${uid} is a dead letter of ${group}`))
    ]
  }
}

function inTime(history: History): Anomaly[] {
  return history.of('stuck').map((one) => anomaly('stuck', one.missing))
}

function nothingInvented(history: History): Anomaly[] {
  const attempted = new Set(history.of('attempted').map((one) => one.uid))
  const refused = new Set(history.of('failed').flatMap((one) => (one.stored === 'no' ? [one.uid] : [])))
  const wrong = history.of('delivered').filter(({ uid }) => !attempted.has(uid) || refused.has(uid))
  return wrong.map((one) => anomaly('phantom', `${describe(one)}, ${attempted.has(one.uid) ? 'whose send was refused' : 'never sent'}`))
}

function wholeValues(history: History): Anomaly[] {
  const digests = new Map(history.of('attempted').map((one) => [one.uid, one.digest]))
  const wrong = history.of('delivered').filter(({ uid, digest }) => digests.has(uid) && digests.get(uid) !== digest)
  return wrong.map((one) => anomaly('wrong-value', `${describe(one)}: ${one.digest} instead of ${digests.get(one.uid)}`))
}

function oneValuePerOffset(history: History): Anomaly[] {
  const seen = new Map<string, string>()
  const places = [...history.of('acknowledged'), ...history.of('delivered').filter((one) => one.attempt === 1)]
  return places.flatMap(({ uid, queue, offset }) => {
    const place = `${queue}:${offset}`
    const other = seen.get(place)
    seen.set(place, uid)
    return other === undefined || other === uid ? [] : [anomaly('two-values', `${place} held ${other} and ${uid}`)]
  })
}

function deliveries(history: History, group: string): Delivered[] {
  return history.of('delivered').filter((one) => one.group === group)
}

function anomaly(name: AnomalyName, detail: string): Anomaly {
  return { name, detail }
}

function describe(one: Delivered): string {
  return `${one.uid} (${one.queue}:${one.offset}) attempt ${one.attempt} at ${one.member}`
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
}
