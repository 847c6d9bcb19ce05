import type { SealedRange, StateText } from './state-text'
import type { RecordCrcRule } from './stored-record'

/** Stretches that are remembered: a change of the option begins a new one. */
const MAX_SEALED_RANGES = 256

/** Where in the log every record was written with a checksum over all of it. */
export class SealedRanges {
  readonly rows: readonly SealedRange[]

  constructor(rows: readonly SealedRange[] = []) {
    this.rows = rows
  }

  /** Whether a record there must have such a checksum. */
  crcRule(physicalOffset: number): RecordCrcRule {
    return this.rows.some(([from, to]) => physicalOffset >= from && physicalOffset < to) ? 'demanded' : 'optional'
  }

  /** With what the last session wrote, as far as is known that it wrote it: up to `end`. */
  withSession(text: StateText | undefined, end: number): SealedRanges {
    if (text?.session !== 'open' || text.sealedFrom < 0 || end <= text.sealedFrom) return this
    const last = this.rows[this.rows.length - 1]
    if (last === undefined || last[1] !== text.sealedFrom) return new SealedRanges([...this.rows, [text.sealedFrom, end]])
    return new SealedRanges([...this.rows.slice(0, -1), [last[0], end]])
  }

  /** What of them is in a log that begins and ends there. */
  within(min: number, end: number): SealedRanges {
    const inside = this.rows.map(([from, to]) => [from, Math.min(to, end)] as const).filter(([from, to]) => to > min && to > from)
    return new SealedRanges(inside.slice(-MAX_SEALED_RANGES))
  }
}
