import { SystemTopic } from '@rocketmq-ts/remoting/wire'
import { MAX_EXTENSION_ADDRESS, type QueueEntries } from '../../disk/consume-queue/queue-entries'
import type { InspectedQueue } from '../inspected-queue'
import type { LogTail } from '../log-tail'
import type { DamagedPlaces } from './damaged-places'
import type { Finding, FindingKind } from './finding'

/** What a record of the log says of its place in its queue. */
export interface QueuedRecord {
  readonly queueOffset: number
  readonly physicalOffset: number
  readonly size: number
  readonly tagsCode: number
}

/** What is no record of a queue, though it is in the log. */
export interface QueueLimits {
  readonly logStart: number
  readonly damaged: DamagedPlaces
  /** Log offset: records of the topic before it are of one that was deleted. */
  readonly deletedBefore: number
}

/** Offsets side by side with the same thing wrong. */
interface Stretch {
  readonly kind: FindingKind
  readonly what: string
  from: number
  count: number
  /** Of the first of them. */
  readonly physicalOffset: number
}

/** The end may have come between the note that a topic is deleted and the removal of its queues. */
const DELETED = 'an entry of the topic as it was before it was deleted'
/** Stretches that one queue may have until the rest is only counted. */
const MAX_STRETCHES = 1000
/** Entries read together for records whose offsets lie so near to each other. */
const NEAR_ENTRIES = 4096

/** Holds one queue against the records of the log, which come in log order. */
export class QueueCheck {
  readonly #queue: InspectedQueue
  readonly #logStart: number
  readonly #damaged: DamagedPlaces
  readonly #stretches: Stretch[] = []
  /** Entries before that are accounted for. */
  #next: number
  readonly #deletedBefore: number
  #leftOut = 0

  constructor(queue: InspectedQueue, { logStart, damaged, deletedBefore }: QueueLimits) {
    this.#queue = queue
    this.#logStart = logStart
    this.#damaged = damaged
    this.#deletedBefore = deletedBefore
    this.#next = queue.firstEntry
  }

  /** Rejects with a FileError. */
  async check(records: readonly QueuedRecord[]): Promise<void> {
    const offsets = records.map(({ queueOffset }) => queueOffset)
    const from = offsets.reduce((one, other) => Math.min(one, other))
    const to = offsets.reduce((one, other) => Math.max(one, other)) + 1
    const near = to - from <= records.length + NEAR_ENTRIES ? await this.#queue.entries(from, to) : undefined
    for (const record of records) {
      const { queueOffset } = record
      await this.#checkRecord(record, near ?? (await this.#queue.entries(queueOffset, queueOffset + 1)))
    }
  }

  /** What is wrong with the queue, when the log has been read up to its end. Rejects with a FileError. */
  async finish(logEnd: number, tail: LogTail): Promise<Finding[]> {
    await this.#account(this.#next, this.#queue.maxOffset, logEnd)
    this.#queue.close()
    const findings = this.#stretches.map((stretch) => this.#finding(stretch, tail))
    if (this.#leftOut > 0) findings.push({ ...this.#place('queue-wrong'), text: this.#text(`${this.#leftOut} more`), count: this.#leftOut })
    return findings
  }

  async #checkRecord(record: QueuedRecord, entries: QueueEntries): Promise<void> {
    const { queueOffset, physicalOffset } = record
    const index = queueOffset - entries.from
    if (index < 0 || index >= entries.count) {
      this.#note('queue-missing', 'no entry for the record', queueOffset, physicalOffset)
      return
    }
    const difference = differenceOf(record, entries, index, this.#queue.topic)
    if (difference === 'elsewhere') {
      this.#note('queue-wrong', 'the entry leads to another place than that of the record', queueOffset, physicalOffset)
      return
    }
    this.#forgetEarlierLife(queueOffset)
    if (queueOffset > this.#next) await this.#account(this.#next, queueOffset, Number.POSITIVE_INFINITY)
    this.#next = Math.max(this.#next, queueOffset + 1)
    if (difference !== undefined) this.#note('queue-wrong', difference, queueOffset, physicalOffset)
  }

  /** A record that has its entry, before others in the queue but behind them in the log: these were of a topic that has been deleted since. */
  #forgetEarlierLife(queueOffset: number): void {
    for (let last = this.#stretches.at(-1); last !== undefined && last.from + last.count > queueOffset; last = this.#stretches.at(-1)) {
      if (last.from < queueOffset) {
        last.count = queueOffset - last.from
        return
      }
      this.#stretches.pop()
    }
  }

  /** Entries that no record came for. */
  async #account(from: number, to: number, logEnd: number): Promise<void> {
    for await (const entries of this.#queue.pages(from, to)) {
      for (let index = 0; index < entries.count; index++) this.#accountEntry(entries, index, logEnd)
    }
    this.#next = Math.max(this.#next, to)
  }

  #accountEntry(entries: QueueEntries, index: number, logEnd: number): void {
    const queueOffset = entries.from + index
    const physicalOffset = entries.physicalOffset(index)
    // Retention has taken its record, and the entry is there until its whole file goes.
    if (!entries.isBlank(index) && physicalOffset < this.#logStart) return
    const isCounted = this.#stretches.some(({ from, count }) => queueOffset >= from && queueOffset < from + count)
    if (isCounted) return
    if (entries.isBlank(index)) this.#note('queue-gap', 'a blank entry: the record is lost', queueOffset, physicalOffset)
    else if (this.#damaged.has(physicalOffset)) this.#note('queue-gap', 'the record is damaged', queueOffset, physicalOffset)
    else if (physicalOffset < this.#deletedBefore) this.#note('queue-surplus', DELETED, queueOffset, physicalOffset)
    else if (physicalOffset >= logEnd) this.#note('queue-surplus', 'an entry behind the end of the log', queueOffset, physicalOffset)
    else this.#note('queue-surplus', 'an entry that stands for no record of the queue', queueOffset, physicalOffset)
  }

  #note(kind: FindingKind, what: string, queueOffset: number, physicalOffset: number): void {
    const last = this.#stretches.at(-1)
    if (last !== undefined && last.kind === kind && last.what === what && last.from + last.count === queueOffset) last.count++
    else if (this.#stretches.length < MAX_STRETCHES) this.#stretches.push({ kind, what, from: queueOffset, count: 1, physicalOffset })
    else this.#leftOut++
  }

  #finding({ kind, what, from, count, physicalOffset }: Stretch, tail: LogTail): Finding {
    // What a broker has appended since it last wrote its queues.
    const isUnwritten = kind === 'queue-missing' && from >= this.#queue.maxOffset && physicalOffset >= tail.from
    const isPassing = isUnwritten || (what === DELETED && Number.isFinite(tail.from))
    const offsets = count === 1 ? `offset ${from}` : `offsets ${from} to ${from + count - 1}`
    const severity = isPassing ? 'passing' : 'wrong'
    const text = this.#text(`${offsets}: ${what}, log offset ${physicalOffset}${isPassing ? `: ${tail.remedy}` : ''}`)
    return { ...this.#place(kind), severity, text, queueOffset: from, physicalOffset, count }
  }

  #place(kind: FindingKind) {
    const { topic, queueId } = this.#queue
    return { kind, severity: 'wrong' as const, topic, queueId }
  }

  #text(what: string): string {
    return `${this.#queue.topic}/${this.#queue.queueId} ${what}`
  }
}

/** What the entry says else than the record; `elsewhere` when it is another record's. */
function differenceOf(record: QueuedRecord, entries: QueueEntries, index: number, topic: string): string | undefined {
  if (entries.physicalOffset(index) !== record.physicalOffset) return 'elsewhere'
  if (entries.size(index) !== record.size) return 'the entry has another size than the record'
  const tagsCode = entries.tagsCode(index)
  // The delivery time depends on the broker's delay levels; an address in the queue's extension is not read here.
  const isOther = topic === SystemTopic.SCHEDULE || tagsCode <= MAX_EXTENSION_ADDRESS
  return isOther || tagsCode === record.tagsCode ? undefined : 'the entry has another tags code than the record'
}
