import { MIN_RECORD_BYTES } from '@rocketmq-ts/remoting/wire'
import { isTopicName } from '../consume-queue/queue-path'
import type { DamagedRange } from './damage'
import type { QueuePlace } from './queue-place'
import type { RecoveredQueue, RecoveredQueues } from './recovery-parts'
import { StoredRecord } from './stored-record'

/** What a rebuild of the queues is made with. */
export interface QueueRebuildOptions {
  readonly queues: Pick<RecoveredQueues, 'obtain' | 'isOfBatches'>
  /** Whether every record that is still in the log is passed, from the first on: then those before a record that a queue has no place for are lost. */
  readonly isWhole: boolean
  /** Records of the topic before this log offset belong to one that was deleted. */
  readonly deletedBefore: (topic: string) => number
  /** Whether the topic was deleted if it lacks records. */
  readonly isTraceless: (topic: string) => boolean
  /** A record that cannot be where it says in its queue. */
  readonly onDamage: (range: DamagedRange) => void
}

/** A passed record. */
export interface PassedRecord {
  readonly bytes: Buffer
  readonly at: number
  readonly size: number
  readonly physicalOffset: number
}

/** Blank entries that are made at most, for records that are lost; for more the queue begins behind them. */
const MAX_BLANK_ENTRIES = 100_000

/** Puts the records of a scan into their queues: each behind the one before it of its queue, unless the log itself shows otherwise. */
export class QueueRebuild {
  readonly #options: QueueRebuildOptions
  readonly #topics = new Map<string, KnownTopic>()
  readonly #changed = new Set<RecoveredQueue>()
  readonly #deleted = new Set<string>()
  #damagedBytes = 0
  #lostEntries = 0
  #lacksRecords = false

  constructor(options: QueueRebuildOptions) {
    this.#options = options
  }

  /** Whether a queue ends before the first record that was passed for it: entries are missing whose records were not passed. */
  get lacksRecords(): boolean {
    return this.#lacksRecords
  }

  /** Queues that got another entry than they had. */
  get changedQueues(): ReadonlySet<RecoveredQueue> {
    return this.#changed
  }

  /** Topics without a trace that lack records: they were deleted, and their records are passed over. */
  get deletedTopics(): ReadonlySet<string> {
    return this.#deleted
  }

  /** Queue offsets whose records are lost. */
  get lostEntries(): number {
    return this.#lostEntries
  }

  /** Damage in the log may explain that records are missing. */
  noteDamage({ from, to }: DamagedRange): void {
    this.#damagedBytes += to - from
  }

  put(place: QueuePlace, record: PassedRecord): void {
    const known = this.#find(place, record)
    if (known === undefined) return
    const expected = known.next ?? endBefore(known.queue, record.physicalOffset)
    const { queueOffset } = place
    if (expected === undefined || queueOffset === expected) this.#putThere(known, place, record)
    else if (!isBelieved(queueOffset, expected, record)) this.#misplaced(known, place, record, expected)
    else if (queueOffset > expected) this.#putBehindGap(known, place, record, expected)
    // The queue claims records that it cannot have: how far it can be trusted is known once all of the log was read.
    else if (known.next === undefined && !this.#options.isWhole) this.#lacks(place.topic)
    else this.#beginAt(known, place, record)
  }

  #putThere(known: KnownQueue, place: QueuePlace, record: PassedRecord): void {
    const result = known.queue.put(place.queueOffset, record.physicalOffset, record.size, place.tagsCode)
    if (result === 'gap' && !this.#options.isWhole) this.#lacks(place.topic)
    else if (result === 'gap') this.#beginAt(known, place, record)
    else known.next = place.queueOffset + 1
    if (result === 'added' || result === 'corrected') this.#changed.add(known.queue)
  }

  /** Records are missing before this one: never passed, lost by damage, or deleted when it is the first of the queue that is left. */
  #putBehindGap(known: KnownQueue, place: QueuePlace, record: PassedRecord, expected: number): void {
    const missing = place.queueOffset - expected
    const isExplained = missing * MIN_RECORD_BYTES <= this.#damagedBytes
    if (!this.#options.isWhole && !isExplained) {
      this.#lacks(place.topic)
      return
    }
    const isLoss = known.next !== undefined || isExplained
    if (isLoss) this.#lostEntries += missing
    if (!isLoss || missing > MAX_BLANK_ENTRIES) {
      this.#beginAt(known, place, record)
      return
    }
    known.queue.fillGap(place.queueOffset)
    this.#putThere(known, place, record)
  }

  /** Records of the topic are missing that were not passed. */
  #lacks(topic: string): void {
    const known = this.#topics.get(topic)
    if (known === undefined || !this.#options.isTraceless(topic)) this.#lacksRecords = true
    else {
      known.deletedBefore = Number.POSITIVE_INFINITY
      this.#deleted.add(topic)
    }
  }

  /** The topic was deleted and made again, or all its older records are gone. What follows in the log is passed later. */
  #beginAt(known: KnownQueue, { queueOffset, tagsCode }: QueuePlace, { physicalOffset, size }: PassedRecord): void {
    known.queue.startAt(queueOffset)
    known.queue.put(queueOffset, physicalOffset, size, tagsCode)
    known.next = queueOffset + 1
    this.#changed.add(known.queue)
  }

  /** It gets the entry of its place all the same: a reader finds that the record says something else, and leaves it out. */
  #misplaced(known: KnownQueue, { topic, queueId, tagsCode }: QueuePlace, { physicalOffset, size }: PassedRecord, expected: number): void {
    this.#options.onDamage({ from: physicalOffset, to: physicalOffset + size, topic, queueId, queueOffset: expected })
    const result = known.queue.put(expected, physicalOffset, size, tagsCode)
    if (result !== 'same') this.#changed.add(known.queue)
    known.next = expected + 1
  }

  /** `undefined`: the record is of a topic that was deleted, that has queues of another kind, or that no store takes. */
  #find(place: QueuePlace, record: PassedRecord): KnownQueue | undefined {
    const { topic, queueId } = place
    const known = this.#topics.get(topic) ?? this.#addTopic(topic)
    if (record.physicalOffset < known.deletedBefore) return undefined
    const found = known.queues.get(queueId)
    if (found !== undefined) return found
    if (!known.isLegal || queueId < 0) {
      this.#reportPlace(place, record)
      return undefined
    }
    const made = { queue: this.#options.queues.obtain(topic, queueId), next: undefined }
    known.queues.set(queueId, made)
    return made
  }

  #addTopic(topic: string): KnownTopic {
    const { queues, deletedBefore } = this.#options
    // Of a topic with queues of another kind all records are passed over.
    const passedBefore = queues.isOfBatches(topic) ? Number.POSITIVE_INFINITY : deletedBefore(topic)
    const known = { isLegal: isTopicName(topic), deletedBefore: passedBefore, queues: new Map() }
    this.#topics.set(topic, known)
    return known
  }

  #reportPlace({ topic, queueId, queueOffset }: QueuePlace, { physicalOffset, size }: PassedRecord): void {
    this.#options.onDamage({ from: physicalOffset, to: physicalOffset + size, topic, queueId, queueOffset })
  }
}

interface KnownTopic {
  /** Whether it can have queues: one wrong bit may make it the name of something else. */
  readonly isLegal: boolean
  deletedBefore: number
  readonly queues: Map<number, KnownQueue>
}

interface KnownQueue {
  readonly queue: RecoveredQueue
  /** Queue offset of the next record, once one was passed. */
  next: number | undefined
}

/** Where the queue ends, when all its records are before this one. */
function endBefore(queue: RecoveredQueue, physicalOffset: number): number | undefined {
  return queue.lastRecordEnd > 0 && queue.lastRecordEnd <= physicalOffset ? queue.maxOffset : undefined
}

/** A record without a right checksum over all of it may as well have one wrong bit in its queue offset. */
function isBelieved(queueOffset: number, expected: number, { bytes, at, size, physicalOffset }: PassedRecord): boolean {
  if (!isOneBit(BigInt(queueOffset) ^ BigInt(expected))) return true
  const record = new StoredRecord()
  record.check(bytes, at, at + size, physicalOffset, 'optional')
  return record.isSealed
}

function isOneBit(difference: bigint): boolean {
  return difference > 0n && (difference & (difference - 1n)) === 0n
}
