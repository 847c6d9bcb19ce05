import type { History, QueueName } from './history'
import { Answer, Code, type Frame, isAnswer } from './tap/frame'
import type { Passing, WireTap } from './tap/wire-tap'

/** How a row calls a queue. */
export function queueName(topic: string, queueId: number | string): QueueName {
  return `${topic}/${queueId}`
}

/**
 * Writes into a history, from what it sees on the wire, when members of a group take queues of a topic and which commits the
 * broker is known to have.
 *
 * A member takes a queue with its first pull after it asked for the group's offset. A commit is known to have arrived once any
 * later request of the same connection was answered.
 */
export function watchGroup(tap: WireTap, history: History, group: string, topic: string): void {
  const watch = new GroupWatch(history, group, topic)
  tap.watch((passing) => watch.see(passing))
}

interface Commit {
  readonly member: string
  readonly queue: QueueName
  readonly offset: number
  /** The commit's own request, or for a one-way request the first one after it, is the earliest whose answer proves it. */
  readonly number: number
}

class GroupWatch {
  readonly #history: History
  readonly #group: string
  readonly #topic: string
  readonly #asked = new Map<string, { readonly beganAt: number; readonly askedAt: number }>()
  readonly #commits = new Map<number, Commit[]>()
  readonly #numbers = new Map<string, number>()
  #requests = 0

  constructor(history: History, group: string, topic: string) {
    this.#history = history
    this.#group = group
    this.#topic = topic
  }

  see(passing: Passing): void {
    if (passing.direction === 'sent') this.#seeRequest(passing)
    else if (isAnswer(passing.frame)) this.#seeAnswer(passing)
  }

  #seeRequest({ member, connection, frame }: Passing): void {
    this.#requests += 1
    this.#numbers.set(`${connection} ${frame.opaque}`, this.#requests)
    const { consumerGroup, topic, queueId } = frame.fields
    if (consumerGroup !== this.#group || topic !== this.#topic || queueId === undefined) return
    const queue = queueName(topic, queueId)
    if (frame.code === Code.QUERY_CONSUMER_OFFSET) this.#seeQuestion(`${member} ${queue}`)
    if (frame.code === Code.PULL_MESSAGE) this.#seePull(member, queue, frame)
    const offset = committedOffset(frame)
    if (offset === undefined) return
    const commit = { member, queue, offset, number: this.#requests }
    this.#commits.set(connection, [...(this.#commits.get(connection) ?? []), commit])
  }

  #seeQuestion(key: string): void {
    const askedAt = this.#history.length
    this.#asked.set(key, { beganAt: this.#asked.get(key)?.beganAt ?? askedAt, askedAt })
  }

  #seePull(member: string, queue: QueueName, { fields }: Frame): void {
    const asked = this.#asked.get(`${member} ${queue}`)
    if (asked === undefined) return
    this.#asked.delete(`${member} ${queue}`)
    this.#history.add({ type: 'took', group: this.#group, member, queue, offset: Number(fields['queueOffset']), ...asked })
  }

  #seeAnswer({ connection, frame }: Passing): void {
    const number = this.#numbers.get(`${connection} ${frame.opaque}`)
    this.#numbers.delete(`${connection} ${frame.opaque}`)
    const commits = this.#commits.get(connection)
    if (number === undefined || commits === undefined) return
    const arrived = commits.filter((one) => one.number <= number)
    if (arrived.length === 0) return
    this.#commits.set(
      connection,
      commits.filter((one) => one.number > number)
    )
    for (const { member, queue, offset } of arrived) this.#history.add({ type: 'committed', group: this.#group, member, queue, offset })
  }
}

/** The offset that a request commits, if it does (a pull does with bit 0 of its sysFlag). */
function committedOffset({ code, fields }: Frame): number | undefined {
  const commits = code === Code.UPDATE_CONSUMER_OFFSET || (code === Code.PULL_MESSAGE && (Number(fields['sysFlag']) & 1) !== 0)
  return commits ? Number(fields['commitOffset']) : undefined
}

/** Pulls that one topic's queues cost, and how the broker answered them. */
export class PullCount {
  readonly #asked = new Map<string, number>()
  readonly #answered = new Map<string, number>()

  constructor(tap: WireTap, topic: string) {
    tap.watch(({ direction, frame, request }) => {
      if (direction === 'sent' && frame.code === Code.PULL_MESSAGE && frame.fields['topic'] === topic) {
        bump(this.#asked, frame.fields['queueId'] ?? '')
      }
      if (direction === 'received' && request?.code === Code.PULL_MESSAGE && request.fields['topic'] === topic) {
        if (frame.code === Answer.PULL_NOT_FOUND) bump(this.#answered, request.fields['queueId'] ?? '')
      }
    })
  }

  get asked(): number {
    return sum(this.#asked)
  }

  get answered(): number {
    return sum(this.#answered)
  }

  get queues(): number {
    return this.#asked.size
  }
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, one) => total + one, 0)
}
