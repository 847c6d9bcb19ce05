import type { Appended, AppendRequest, CommitStatus } from '../../../src'

/** One record that a test has appended. */
export interface Attempt {
  readonly request: AppendRequest
  readonly appended: Appended
  readonly attemptedAt: number
  settledAt: number
  status: CommitStatus | undefined
}

interface DocumentWrite {
  readonly name: string
  readonly text: string
  readonly attemptedAt: number
  settledAt: number
}

const NEVER = Number.POSITIVE_INFINITY

/** All that a test has asked of a store, in order, and what it was told: what must be there afterwards, and what may be. */
export class Ledger {
  readonly attempts: Attempt[] = []
  readonly documents: DocumentWrite[] = []
  readonly deletions: { readonly topic: string; readonly attemptedAt: number }[] = []
  #events = 0

  /** This moment, to look back at later. */
  get mark(): number {
    return this.#events
  }

  appended(request: AppendRequest, appended: Appended): Attempt {
    const attempt = { request, appended, attemptedAt: this.#next(), settledAt: NEVER, status: undefined }
    this.attempts.push(attempt)
    return attempt
  }

  settled(attempts: readonly Attempt[], status: CommitStatus): void {
    const settledAt = this.#next()
    for (const attempt of attempts) Object.assign(attempt, { settledAt, status })
  }

  /** A document is going to be written. Returns what to call when that has succeeded. */
  documentBegun(name: string, text: string): () => void {
    const write = { name, text, attemptedAt: this.#next(), settledAt: NEVER }
    this.documents.push(write)
    return () => {
      write.settledAt = this.#next()
    }
  }

  topicDeleted(topic: string): void {
    this.deletions.push({ topic, attemptedAt: this.#next() })
  }

  /**
   * What was known at a moment; now, when none is named. `failedMayRemain`: what was said to have failed may be there all the same, because
   * the disk did not let it be taken back.
   */
  at(mark = this.mark, { failedMayRemain = false } = {}): Knowledge {
    const deleted = new Set(this.deletions.filter(({ attemptedAt }) => attemptedAt <= mark).map(({ topic }) => topic))
    const attempted = this.attempts.filter(({ attemptedAt }) => attemptedAt <= mark)
    const statusOf = ({ settledAt, status }: Attempt): CommitStatus | undefined => (settledAt <= mark ? status : undefined)
    return new Knowledge(
      attempted.filter((attempt) => statusOf(attempt) === 'COMMITTED' && !deleted.has(attempt.request.topic)),
      attempted.filter((attempt) => failedMayRemain || statusOf(attempt) !== 'FAILED'),
      this.#documentsAt(mark)
    )
  }

  #documentsAt(mark: number): ReadonlyMap<string, PossibleTexts> {
    const possible = new Map<string, PossibleTexts>()
    for (const { name, text, attemptedAt, settledAt } of this.documents) {
      if (attemptedAt > mark) continue
      const before = settledAt <= mark ? [] : (possible.get(name) ?? [undefined])
      possible.set(name, [...before, text])
    }
    return possible
  }

  #next(): number {
    this.#events++
    return this.#events
  }
}

/** The last text that was written for certain, and those that were begun after it. `undefined`: perhaps none. */
type PossibleTexts = readonly (string | undefined)[]

interface QueueName {
  readonly topic: string
  readonly queueId: number
}

/** What was known of a store at a moment. */
export class Knowledge {
  /** Must be there. */
  readonly acknowledged: readonly Attempt[]
  readonly documents: ReadonlyMap<string, PossibleTexts>
  readonly queues: readonly QueueName[]
  /** May be there, by place: whatever was tried, unless it was said to have failed. */
  readonly #possible = new Map<string, Attempt[]>()

  constructor(acknowledged: readonly Attempt[], possible: readonly Attempt[], documents: ReadonlyMap<string, PossibleTexts>) {
    this.acknowledged = acknowledged
    this.documents = documents
    const queues = new Map<string, QueueName>()
    for (const attempt of possible) {
      const { topic, queueId } = attempt.request
      queues.set(`${topic}/${queueId}`, { topic, queueId })
      const place = placeText(topic, queueId, attempt.appended.queueOffset)
      this.#possible.set(place, [...(this.#possible.get(place) ?? []), attempt])
    }
    this.queues = [...queues.values()]
  }

  possibleAt(topic: string, queueId: number, queueOffset: number): readonly Attempt[] {
    return this.#possible.get(placeText(topic, queueId, queueOffset)) ?? []
  }

  /** This, and what was learned after it. */
  and(later: Knowledge): Knowledge {
    const acknowledged = [...this.acknowledged, ...later.acknowledged]
    const possible = [this, later].flatMap((known) => [...known.#possible.values()].flat())
    return new Knowledge(acknowledged, possible, new Map([...this.documents, ...later.documents]))
  }
}

const placeText = (topic: string, queueId: number, queueOffset: number): string => `${topic}/${queueId}/${queueOffset}`
