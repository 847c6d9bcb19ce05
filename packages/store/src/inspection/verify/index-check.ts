import { readKeyHashes, readStoreTimestamp } from '../../query/key-hashes'
import type { LogTail } from '../log-tail'
import type { CheckContext } from './check-context'
import type { DamagedPlaces } from './damaged-places'
import type { Findings } from './finding'
import { hasTimeOf, IndexEntries, type PlacedEntry } from './index-entries'

interface KeyedRecord {
  readonly physicalOffset: number
  readonly storeTimestamp: number
  readonly hashes: readonly number[]
  readonly hasTag: boolean
}

/** Holds the index against the log: both are in the order of the records. */
export class IndexCheck {
  readonly #logStart: number
  readonly #damaged: DamagedPlaces
  readonly #findings: Findings
  readonly #tail: LogTail
  readonly #isOpen: boolean
  readonly #index: IndexEntries
  readonly #entries: AsyncGenerator<PlacedEntry>
  readonly #isThere: boolean
  readonly #hashes: number[] = []
  #waiting: KeyedRecord[] = []
  #next: PlacedEntry | undefined
  #isBegun = false
  /** Where the records begin that no entry is behind. */
  #behind: { readonly physicalOffset: number; records: number } | undefined

  constructor({ store, logStart, damaged, findings, tail }: CheckContext) {
    this.#logStart = logStart
    this.#damaged = damaged
    this.#findings = findings
    this.#tail = tail
    this.#isOpen = store.isOpen
    this.#index = new IndexEntries({ store, findings, tail })
    this.#isThere = this.#index.names.length > 0
    this.#entries = this.#index.inOrder()
  }

  get counts(): { readonly files: number; readonly entries: number } {
    return this.#index.counts
  }

  /** Takes a record; it is checked with the next `catchUp`. */
  take(bytes: Buffer, at: number, size: number, physicalOffset: number): void {
    if (!this.#isThere) return
    const record = bytes.subarray(at, at + size)
    const hasTag = readKeyHashes(record, this.#hashes)
    if (this.#hashes.length === 0) return
    this.#waiting.push({ physicalOffset, storeTimestamp: readStoreTimestamp(record), hashes: [...this.#hashes], hasTag })
  }

  /** Rejects with a FileError. */
  async catchUp(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    if (!this.#isBegun && this.#isThere) await this.#advance()
    this.#isBegun = true
    for (const record of waiting) await this.#check(record)
  }

  /** Rejects with a FileError. */
  async finish(): Promise<void> {
    await this.catchUp()
    while (this.#next !== undefined) {
      this.#stray(this.#next)
      await this.#advance()
    }
    if (this.#behind === undefined) return
    const { physicalOffset, records: count } = this.#behind
    // An official broker at work notes a place as soon as the queues have it: the index follows.
    const isPassing = physicalOffset >= this.#tail.from || this.#isOpen
    const what = `the index ends before log offset ${physicalOffset}: ${count} records with keys are behind it`
    const text = isPassing ? `${what}: ${this.#tail.remedy}` : what
    this.#findings.add({ kind: 'index-missing', severity: isPassing ? 'passing' : 'wrong', text, physicalOffset, count })
  }

  async #check(record: KeyedRecord): Promise<void> {
    while (this.#next !== undefined && this.#next.physicalOffset < record.physicalOffset) {
      this.#stray(this.#next)
      await this.#advance()
    }
    const missing = [...record.hashes]
    const isBehind = this.#next === undefined
    for (let entry = this.#next; entry?.physicalOffset === record.physicalOffset; entry = this.#next) {
      this.#hold(entry, record, missing)
      await this.#advance()
    }
    // The file was full, and the next one not yet written.
    const isCut = this.#next === undefined && record.physicalOffset >= this.#tail.from
    if (missing.length > 0) this.#miss(record, missing, isBehind || isCut)
  }

  /** Official brokers that were killed may index a record twice. */
  #hold(entry: PlacedEntry, { hashes, storeTimestamp, physicalOffset }: KeyedRecord, missing: number[]): void {
    if (!hashes.includes(entry.keyHash)) this.#index.wrong(entry, `is of no key of the record at log offset ${physicalOffset}`)
    else if (!hasTimeOf(entry, storeTimestamp)) this.#index.wrong(entry, `has not the time of the record at log offset ${physicalOffset}`)
    const at = missing.indexOf(entry.keyHash)
    if (at >= 0) missing.splice(at, 1)
  }

  #miss({ physicalOffset, hashes, hasTag }: KeyedRecord, missing: readonly number[], isBehind: boolean): void {
    // Before 5.4.0 brokers did not index tags.
    const isTagOnly = hasTag && missing.length === 1 && missing[0] === hashes.at(-1)
    if (isBehind && !(isTagOnly && hashes.length === 1)) {
      this.#behind ??= { physicalOffset, records: 0 }
      this.#behind.records++
    } else if (!isBehind && !isTagOnly) {
      const text = `the index lacks ${missing.length} of ${hashes.length} keys of the record at log offset ${physicalOffset}`
      this.#findings.add({ kind: 'index-missing', severity: 'wrong', text, physicalOffset, count: missing.length })
    }
  }

  /** An entry for a place where no sound record with keys begins. */
  #stray(entry: PlacedEntry): void {
    const { physicalOffset } = entry
    if (physicalOffset < this.#logStart || this.#damaged.has(physicalOffset)) return
    this.#index.wrong(entry, `leads to log offset ${physicalOffset}, where no record with keys begins`)
  }

  async #advance(): Promise<void> {
    const { value, done } = await this.#entries.next()
    this.#next = done === true ? undefined : value
  }
}
