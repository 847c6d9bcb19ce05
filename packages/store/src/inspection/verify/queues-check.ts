import { delayLevelTable, isInnerBatch, RecordField } from '@rocketmq-ts/remoting/wire'
import { batchTopics } from '../../disk/consume-queue/batch-topics'
import { DiskDocuments } from '../../disk/documents/disk-documents'
import { QueuePlace } from '../../disk/recovery/queue-place'
import { StoreState } from '../../disk/recovery/store-state'
import { StoreError } from '../../store-error'
import { isGone } from '../again-when-gone'
import { topicNames } from '../inspected-documents'
import type { InspectedQueue } from '../inspected-queue'
import type { InspectedStore } from '../inspected-store'
import type { LogTail } from '../log-tail'
import type { CheckContext } from './check-context'
import type { DamagedPlaces } from './damaged-places'
import type { Findings } from './finding'
import { QueueCheck, type QueuedRecord } from './queue-check'

/** Queues of 5.x whose entries lead to records of other topics (read in common/…/MixAll.java, `LMQ_PREFIX`). */
const LMQ_PREFIX = '%LMQ%'

/** Records of one topic and queue that wait for their check. */
interface Waiting {
  readonly topic: string
  readonly queueId: number
  readonly records: QueuedRecord[]
}

/** A queue of which there are records, and no files. */
interface Absent {
  readonly topic: string
  readonly queueId: number
  records: number
  readonly physicalOffset: number
}

/** Holds all queues against the log. */
export class QueuesCheck {
  readonly #store: InspectedStore
  readonly #findings: Findings
  readonly #tail: LogTail
  readonly #checks = new Map<string, QueueCheck>()
  readonly #unreadable = new Set<string>()
  readonly #absent = new Map<string, Absent>()
  readonly #state: StoreState
  /** Topics whose queues are not read here. */
  readonly #ofBatches: ReadonlySet<string>
  readonly #place: QueuePlace
  #waiting = new Map<string, Waiting>()
  #recordsOfDeletedTopics = 0
  /** What was looked at. */
  readonly counts = { queues: 0, entries: 0 }

  constructor({ store, logStart, damaged, findings, tail }: CheckContext) {
    this.#store = store
    this.#findings = findings
    this.#tail = tail
    this.#state = StoreState.load(store.options)
    this.#ofBatches = topicsOfBatches(store)
    this.#place = new QueuePlace(delayLevelTable(store.options.delayLevels))
    const { queues, problems } = store.queues()
    for (const queue of queues) this.#add(queue, logStart, damaged)
    for (const { topic, queueId, path, problem } of problems) {
      this.#unreadable.add(keyOf(topic, queueId))
      const where = path.slice(store.directory.length + 1)
      findings.add({ kind: 'queue-unreadable', severity: 'wrong', text: `${topic}/${queueId} ${problem}`, path: where, topic, queueId })
    }
  }

  /** Records of topics that were deleted, or that nobody knows any more. */
  get recordsOfDeletedTopics(): number {
    return this.#recordsOfDeletedTopics
  }

  /** Takes a record; it is checked with the next `catchUp`. */
  take(bytes: Buffer, at: number, size: number, physicalOffset: number): void {
    if (!this.#place.read(bytes, at, size) || isInnerBatch(bytes.readInt32BE(at + RecordField.SYS_FLAG))) return
    const { topic, queueId, queueOffset, tagsCode } = this.#place
    if (this.#ofBatches.has(topic)) return
    if (physicalOffset < this.#state.deletedBefore(topic)) {
      this.#recordsOfDeletedTopics++
      return
    }
    const key = keyOf(topic, queueId)
    let waiting = this.#waiting.get(key)
    if (waiting === undefined) {
      waiting = { topic, queueId, records: [] }
      this.#waiting.set(key, waiting)
    }
    waiting.records.push({ queueOffset, physicalOffset, size, tagsCode })
  }

  /** Rejects with a FileError. */
  async catchUp(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = new Map()
    for (const [key, { topic, queueId, records }] of waiting) {
      const check = this.#checks.get(key)
      if (check !== undefined) await this.#unlessGone(key, () => check.check(records))
      else if (!this.#unreadable.has(key)) this.#noteAbsent(key, topic, queueId, records)
    }
  }

  /** Rejects with a FileError. */
  async finish(logEnd: number): Promise<void> {
    await this.catchUp()
    for (const [key, check] of this.#checks) {
      await this.#unlessGone(key, async () => {
        for (const finding of await check.finish(logEnd, this.#tail)) this.#findings.add(finding)
      })
    }
    const known = knownTopics(this.#store)
    for (const absent of this.#absent.values()) {
      if (known === undefined || known.has(absent.topic)) this.#reportAbsent(absent)
      else this.#recordsOfDeletedTopics += absent.records
    }
  }

  #add(queue: InspectedQueue, logStart: number, damaged: DamagedPlaces): void {
    this.counts.queues++
    this.counts.entries += queue.maxOffset - queue.firstEntry
    const key = keyOf(queue.topic, queue.queueId)
    if (queue.topic.startsWith(LMQ_PREFIX)) this.#unreadable.add(key)
    else this.#checks.set(key, new QueueCheck(queue, { logStart, damaged, deletedBefore: this.#state.deletedBefore(queue.topic) }))
  }

  /** Retention, or the end of a topic, may take the files of a queue while it is looked at: nothing can be said of it then. */
  async #unlessGone(key: string, look: () => Promise<void>): Promise<void> {
    try {
      await look()
    } catch (error) {
      if (!isGone(error)) throw error
      this.#checks.delete(key)
      this.#unreadable.add(key)
      this.#findings.add({ kind: 'queue-unreadable', severity: 'passing', text: `${key}: files were removed while they were looked at` })
    }
  }

  #noteAbsent(key: string, topic: string, queueId: number, records: readonly QueuedRecord[]): void {
    const absent = this.#absent.get(key) ?? { topic, queueId, records: 0, physicalOffset: records[0]?.physicalOffset ?? 0 }
    absent.records += records.length
    this.#absent.set(key, absent)
  }

  #reportAbsent({ topic, queueId, records, physicalOffset }: Absent): void {
    const isPassing = physicalOffset >= this.#tail.from
    const what = `${topic}/${queueId} has no files, and ${records} records in the log, the first at log offset ${physicalOffset}`
    const text = isPassing ? `${what}: ${this.#tail.remedy}` : what
    const severity = isPassing ? 'passing' : 'wrong'
    this.#findings.add({ kind: 'queue-missing', severity, text, topic, queueId, physicalOffset, count: records })
  }
}

function keyOf(topic: string, queueId: number): string {
  return `${topic}/${queueId}`
}

/** `undefined` when it cannot be told: then every topic is taken for one that there is. */
function knownTopics(store: InspectedStore): ReadonlySet<string> | undefined {
  const names = unlessUnreadable(() => topicNames(store))
  return names === undefined ? undefined : new Set(names)
}

/** None when it cannot be told. */
function topicsOfBatches({ options }: InspectedStore): ReadonlySet<string> {
  return unlessUnreadable(() => batchTopics(options, new DiskDocuments(options).read('topics.json'))) ?? new Set()
}

function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}
