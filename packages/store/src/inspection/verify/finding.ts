/** What is wrong with a store. */
export type FindingKind =
  /** Bytes of the log that are no record, though records follow. */
  | 'log-damaged'
  /** Bytes behind the last sound record: of a write that did not end, or of records that were damaged. */
  | 'log-torn'
  /** A file of the log that is missing, or of a wrong length. */
  | 'log-file'
  /** A queue's directory that cannot be understood. */
  | 'queue-unreadable'
  /** Records without an entry in their queue. */
  | 'queue-missing'
  /** Entries that say something else than the record of their offset. */
  | 'queue-wrong'
  /** Entries that stand for no record of their queue. */
  | 'queue-surplus'
  /** Entries whose records are lost: blank ones, and those that lead into damaged bytes. */
  | 'queue-gap'
  /** An index file that cannot be understood. */
  | 'index-unreadable'
  /** Keys of records that no entry has. */
  | 'index-missing'
  /** Entries that stand for no key of a record, or cannot be found by their slot. */
  | 'index-wrong'
  /** A document that cannot be read. */
  | 'document-broken'

export interface Finding {
  readonly kind: FindingKind
  /** `passing`: a store that is open, or was killed, may be like that until its broker, or the next start, has seen to it; it does not make the store unsound. */
  readonly severity: 'wrong' | 'passing'
  /** For a person, one line. */
  readonly text: string
  /** Relative to the store's directory. */
  readonly path?: string
  readonly topic?: string
  readonly queueId?: number
  /** The first queue offset of those that are affected. */
  readonly queueOffset?: number
  /** The first commit log offset. */
  readonly physicalOffset?: number
  /** How many entries, records or bytes are affected. */
  readonly count?: number
}

/** Takes findings: counts all, keeps the first ones. */
export class Findings {
  readonly kept: Finding[] = []
  readonly #maxKept: number
  readonly #onFinding: (finding: Finding) => void
  readonly #counts = new Map<FindingKind, number>()
  #isSound = true

  constructor(maxKept: number, onFinding: (finding: Finding) => void) {
    this.#maxKept = maxKept
    this.#onFinding = onFinding
  }

  /** Whether nothing is wrong. */
  get isSound(): boolean {
    return this.#isSound
  }

  get counts(): Readonly<Partial<Record<FindingKind, number>>> {
    return Object.fromEntries(this.#counts)
  }

  add(finding: Finding): void {
    if (finding.severity === 'wrong') this.#isSound = false
    this.#counts.set(finding.kind, (this.#counts.get(finding.kind) ?? 0) + 1)
    if (this.kept.length < this.#maxKept) this.kept.push(finding)
    this.#onFinding(finding)
  }
}
