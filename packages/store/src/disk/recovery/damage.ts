import { RecordField, RecordMagic } from '@rocketmq-ts/remoting/wire'
import { lengthByParts, storedBodyAt } from './record-lengths'

/** Bytes of the log that are no valid record, though valid ones are behind them. They stay on disk. Offsets are log offsets. */
export interface DamagedRange {
  readonly from: number
  /** Where the next record begins. */
  readonly to: number
  /** What the damaged bytes say whose record they were; absent where they cannot be told, and wrong when it is they that are damaged. */
  readonly topic?: string
  readonly queueId?: number
  readonly queueOffset?: number
}

/** Most ranges kept until it is known whether something valid follows; more run together. */
const MAX_PENDING = 1000

/** Damage, held back until a valid record behind it shows that it is no torn end. */
export class DamageLog {
  readonly #report: (range: DamagedRange) => void
  #pending: DamagedRange[] = []

  constructor(report: (range: DamagedRange) => void) {
    this.#report = report
  }

  get isPending(): boolean {
    return this.#pending.length > 0
  }

  add(range: DamagedRange): void {
    const last = this.#pending[this.#pending.length - 1]
    const joins =
      last !== undefined && last.to === range.from && ((isNameless(last) && isNameless(range)) || this.#pending.length >= MAX_PENDING)
    if (joins) this.#pending[this.#pending.length - 1] = { ...last, to: range.to }
    else this.#pending.push(range)
  }

  /** A valid record follows. */
  settle(): void {
    if (this.#pending.length === 0) return
    const pending = this.#pending
    this.#pending = []
    for (const range of pending) this.#report(range)
  }
}

/** Whose record the damaged bytes say that they are, if their lengths fit one another. */
export function placeOfRecord(bytes: Buffer, at: number, end: number): Omit<DamagedRange, 'from' | 'to'> {
  if (lengthByParts(bytes, at, end) !== end - at) return {}
  const isV2 = bytes.readInt32BE(at + RecordField.MAGIC) === RecordMagic.V2
  const bodyAt = storedBodyAt(bytes, at)
  const lengthAt = bodyAt + bytes.readInt32BE(bodyAt - 4)
  const topicAt = lengthAt + (isV2 ? 2 : 1)
  const topicLength = isV2 ? bytes.readInt16BE(lengthAt) : bytes.readInt8(lengthAt)
  return {
    topic: bytes.toString('utf8', topicAt, topicAt + topicLength),
    queueId: bytes.readInt32BE(at + RecordField.QUEUE_ID),
    queueOffset: Number(bytes.readBigInt64BE(at + RecordField.QUEUE_OFFSET))
  }
}

function isNameless(range: DamagedRange): boolean {
  return range.topic === undefined
}
