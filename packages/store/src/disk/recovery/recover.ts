import { decodeRecord, delayLevelTable } from '@rocketmq-ts/remoting/wire'
import { isQueued } from '../../check-request'
import type { ResolvedDiskOptions } from '../disk-options'
import { type CleanStart, cleanEnd } from './clean-start'
import type { DamagedRange } from './damage'
import { LogPeek } from './log-peek'
import { type LostTail, lostTail } from './lost-tail'
import { provenStart } from './proven-start'
import { QueuePlace } from './queue-place'
import { QueueRebuild } from './queue-rebuild'
import type { RecoveredIndex, RecoveredLog, RecoveredQueues } from './recovery-parts'
import { type ScanResult, scanLog } from './scan-log'
import type { StoreState } from './store-state'
import { TopicsDeletedElsewhere } from './topics-deleted-elsewhere'

/** What recovery works on: everything is loaded, nothing written yet. */
export interface RecoveryInput {
  readonly options: ResolvedDiskOptions
  readonly log: RecoveredLog
  readonly queues: RecoveredQueues
  /** Absent when keys are not indexed. */
  readonly index?: RecoveredIndex | undefined
  readonly state: StoreState
  readonly signal?: AbortSignal
}

/** What recovery found and did. Offsets are log offsets. */
export interface RecoveryReport {
  /** Whether the store was as we had left it, so that nothing had to be read. */
  readonly isClean: boolean
  /** Where the log was read from, and where it ends. */
  readonly from: number
  readonly end: number
  /** Bytes of the log that were read. */
  readonly scannedBytes: number
  readonly records: number
  /** Bytes behind the last whole record that were cut off: of records that were never confirmed as durable. */
  readonly tornBytes: number
  /** The end of the log that was durable and is gone, with its messages. Absent: nothing is missing. */
  readonly lostTail?: LostTail
  /** Bytes that are no record, with records behind them: the first {@link MAX_REPORTED_DAMAGES}. They stay on disk and are never served. */
  readonly damages: readonly DamagedRange[]
  readonly damagedBytes: number
  /** Queue offsets whose records are lost. */
  readonly lostEntries: number
  /** Queues that were missing, behind, or wrong. */
  readonly rebuiltQueues: number
  readonly isIndexRebuilt: boolean
  /** Of the records that were read: those without a checksum over all of them. */
  readonly recordsWithoutCrc: number
  /** What damage is not noticed in, in records without such a checksum. */
  readonly unprotectedFields: readonly string[]
  readonly elapsedMs: number
}

/** Damages that a report lists. */
export const MAX_REPORTED_DAMAGES = 1000

/** What the checksum of the body does not cover, and nothing else tells. */
export const UNPROTECTED_FIELDS: readonly string[] = [
  'queueId',
  'flag',
  'queueOffset',
  'sysFlag',
  'bornTimestamp',
  'bornHost',
  'storeTimestamp',
  'storeHost',
  'reconsumeTimes',
  'preparedTransactionOffset',
  'topic',
  'properties'
]

/** Memory that entries of queues and index may take until they are written, bytes. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024

/**
 * Finds where the log ends and brings queues and index up to it. A store that was left in order, by us, is trusted after a look at its ends;
 * else the log is read from the last place up to which everything is known to be in queues and index (read in store/…/DefaultMessageStore.java,
 * `recover`), or from its beginning when a queue lacks entries from before. What was damaged is reported and left where it is.
 *
 * A crash at any moment leaves a store that recovers again.
 *
 * @throws FileError; the reason of `signal`.
 */
export async function recover(input: RecoveryInput): Promise<RecoveryReport> {
  return new Recovery(input).run()
}

class Recovery {
  readonly #input: RecoveryInput
  readonly #startedAt: number
  readonly #peek: LogPeek
  readonly #place: QueuePlace
  #lastStoreTimestamp = 0

  constructor(input: RecoveryInput) {
    const { options, log } = input
    this.#input = input
    this.#startedAt = options.clock.monotonic()
    this.#peek = new LogPeek(options.files, log)
    this.#place = new QueuePlace(delayLevelTable(options.delayLevels))
  }

  async run(): Promise<RecoveryReport> {
    const { log, queues, index, state, options } = this.#input
    const deleted = new TopicsDeletedElsewhere(this.#input)
    const start = { log: this.#peek, queues, index, state, deleted }
    const end = await cleanEnd(start)
    state.enter()
    this.#forgetDeletedTopics()
    const found = end === undefined ? await this.#read(start, deleted) : { ...NOTHING_READ, from: end, end }
    const lost = this.#lostTail(found.end)
    await this.#goOn(found)
    state.recovered({ log, queues, index })
    if (this.#lastStoreTimestamp > 0) state.durable({ end: found.end, storeTimestamp: this.#lastStoreTimestamp }, { index })
    return { ...found, ...(lost && { lostTail: lost }), elapsedMs: options.clock.monotonic() - this.#startedAt }
  }

  /** No reason to refuse: what is gone stays gone, and official brokers start then too. */
  #lostTail(end: number): LostTail | undefined {
    const { options, state } = this.#input
    const lost = lostTail(state, end)
    if (lost !== undefined) options.logger.error('the end of the commit log is gone: messages that were durable are lost', { ...lost })
    return lost
  }

  /** A crash may have come between the note that a topic is deleted and the removal of its queues. */
  #forgetDeletedTopics(): void {
    const { queues, state } = this.#input
    for (const { topic, lastRecordEnd } of [...queues.all()]) {
      if (lastRecordEnd > 0 && lastRecordEnd <= state.deletedBefore(topic)) queues.deleteTopic(topic)
    }
  }

  async #read(start: CleanStart, deleted: TopicsDeletedElsewhere): Promise<Found> {
    const { index } = this.#input
    const { minOffset } = this.#peek
    // Leaves what can be trusted: what the files of a crashed process say that they hold is more.
    await index?.cutAt(Number.MAX_SAFE_INTEGER)
    const indexEnd = index?.endPhysicalOffset ?? 0
    const from = provenStart(start)
    const pass = (await this.#pass(from, deleted)) ?? (await this.#pass(minOffset, deleted))
    if (pass === undefined) throw new RangeError('a whole pass of the log lacks records')
    return { ...pass, isIndexRebuilt: index !== undefined && indexEnd < minOffset && pass.records > 0 }
  }

  /** Reads the log from a record on; `undefined` when a queue lacks records from before. */
  async #pass(from: number, deleted: TopicsDeletedElsewhere): Promise<Found | undefined> {
    const { options, queues, index, state, signal } = this.#input
    const damages = new DamageList()
    const onDamage = (range: DamagedRange) => damages.add(range)
    const isWhole = from === this.#peek.minOffset
    const rebuild = new QueueRebuild({
      queues,
      isWhole,
      deletedBefore: (topic) => (deleted.has(topic) ? Number.POSITIVE_INFINITY : state.deletedBefore(topic)),
      isTraceless: (topic) => deleted.isTraceless(topic),
      onDamage
    })
    const stop = new AbortController()
    const scan = scanLog({
      options,
      files: this.#peek.files,
      from,
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
      crcRule: (offset) => state.crcRule(offset),
      isGenuine: (bytes, at, size, offset) => this.#isGenuine(bytes, at, size, offset),
      onRecord: (bytes, at, size, physicalOffset) => {
        index?.add(bytes.subarray(at, at + size), physicalOffset)
        if (this.#place.read(bytes, at, size)) rebuild.put(this.#place, { bytes, at, size, physicalOffset })
        this.#lastStoreTimestamp = this.#place.storeTimestamp
      },
      onPause: () => {
        if (rebuild.lacksRecords) stop.abort()
        return this.#flushSome()
      },
      onDamage: (range) => {
        rebuild.noteDamage(range)
        onDamage(range)
      },
      onProgress: options.onProgress
    })
    const scanned = await scan.catch((error: unknown) => {
      if (rebuild.lacksRecords && stop.signal.aborted) return undefined
      throw error
    })
    if (scanned === undefined || rebuild.lacksRecords) return undefined
    this.#noteDeleted([...deleted.known, ...rebuild.deletedTopics], scanned.end)
    return found(from, scanned, damages, rebuild)
  }

  /** That they are deleted need not be found out again. */
  #noteDeleted(topics: readonly string[], end: number): void {
    const { queues, state, options } = this.#input
    if (topics.length === 0) return
    options.logger.info('topics that another broker deleted are not brought back', { topics })
    for (const topic of topics) queues.deleteTopic(topic)
    state.topicsAreDeleted(topics, end)
  }

  async #flushSome(): Promise<void> {
    const { queues, index } = this.#input
    if (queues.pendingBytes > MAX_PENDING_BYTES) await queues.flush({ sync: false })
    if (index !== undefined && index.pendingBytes > MAX_PENDING_BYTES) await index.flush({ sync: false })
  }

  /** A sender may put the bytes of a record into a body, but not an entry for them into a queue. */
  async #isGenuine(bytes: Buffer, at: number, size: number, physicalOffset: number): Promise<boolean | undefined> {
    const { queues, state } = this.#input
    const { topic, queueId, queueOffset, sysFlag } = decodeRecord(bytes, at, at + size)
    // Of a half message no queue knows anything: what is at its offset there is another record.
    if (!isQueued(sysFlag)) return undefined
    const queue = queues.find(topic, queueId)
    if (queue === undefined || queueOffset < queue.minOffset || queueOffset >= queue.maxOffset) return undefined
    const entries = await queue.entries(queueOffset, 1)
    if (entries.count === 0) return undefined
    const known = entries.physicalOffset(0)
    if (known === physicalOffset) return true
    const other = this.#peek.record(known, state.crcRule(known))
    const record = other === undefined ? undefined : decodeRecord(other)
    const isKnown = record?.topic === topic && record.queueId === queueId && record.queueOffset === queueOffset
    return isKnown ? false : undefined
  }

  async #goOn({ isClean, from, end, tornBytes }: Found): Promise<void> {
    const { log, queues, index } = this.#input
    if (!isClean) await this.#syncLog(from)
    await log.startAppending(end, end + tornBytes)
    if (!isClean) await queues.cutAt(end)
    if (log.minOffset > 0) await queues.dropBefore(log.minOffset)
    if (index !== undefined && index.endPhysicalOffset >= end) await index.cutAt(end)
    if (isClean) return
    await queues.flush({ sync: true })
    await index?.flush({ sync: true })
  }

  /** What was read may be in the system's memory only, and will be served. */
  async #syncLog(from: number): Promise<void> {
    const { files } = this.#input.options
    for (const { path, end } of this.#peek.files) {
      if (end <= from) continue
      const file = files.open(path, 'write')
      try {
        await file.sync()
      } finally {
        file.close()
      }
    }
  }
}

type Found = Omit<RecoveryReport, 'elapsedMs' | 'lostTail'>

const NOTHING_READ = {
  ...{ isClean: true, scannedBytes: 0, records: 0, tornBytes: 0, damages: [], damagedBytes: 0, lostEntries: 0 },
  ...{ rebuiltQueues: 0, isIndexRebuilt: false, recordsWithoutCrc: 0, unprotectedFields: [] }
}

function found(from: number, scanned: ScanResult, damages: DamageList, rebuild: QueueRebuild): Found {
  return {
    ...{ isClean: false, from, ...scanned, damages: damages.first, damagedBytes: damages.bytes },
    ...{ lostEntries: rebuild.lostEntries, rebuiltQueues: rebuild.changedQueues.size, isIndexRebuilt: false },
    unprotectedFields: scanned.recordsWithoutCrc > 0 ? UNPROTECTED_FIELDS : []
  }
}

class DamageList {
  readonly first: DamagedRange[] = []
  bytes = 0

  add(range: DamagedRange): void {
    this.bytes += range.to - range.from
    if (this.first.length < MAX_REPORTED_DAMAGES) this.first.push(range)
  }
}
