import { FileError } from '../../files/file-error'
import { makeDurableDirectory } from '../../files/make-durable-directory'
import { writeFully } from '../../files/write-fully'
import type { ResolvedDiskOptions } from '../disk-options'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint-file'
import { type Progress, type QueueEnd, readProgress, readState, type SealedRange, type StateText, writeState } from './state-text'
import type { RecordCrcRule } from './stored-record'

/** What the state notes of the other parts of a store. */
export interface NotedParts {
  readonly log: { readonly files: readonly { readonly start: number }[]; readonly endOffset: number; readonly minOffset: number }
  readonly queues: { all(): Iterable<QueueEnd> }
  readonly index?: { readonly endPhysicalOffset: number; readonly lastStoreTimestamp: number } | undefined
}

/** How far everything is durable: log, consume queues and index. */
export interface DurablePoint {
  /** Log offset behind the last record of which all is durable. */
  readonly end: number
  /** Store time of that record, milliseconds. */
  readonly storeTimestamp: number
}

/** Bytes of `progress.json`, filled up with spaces: it is written over, in one block of the disk. */
const PROGRESS_BYTES = 512
/** Stretches with checksums that are remembered: a change of the option begins a new one. */
const MAX_SEALED_RANGES = 256

/**
 * What a store remembers of how it was left: the official files `abort`, `checkpoint` and `lock`, and, in `rocketmq-ts/`, `state.json` (written
 * at the start and at the end) and `progress.json` (written over with each checkpoint).
 */
export class StoreState {
  readonly #options: ResolvedDiskOptions
  #checkpoint: Checkpoint
  #text: StateText | undefined
  #progress: Progress | undefined
  /** Of the session before, and of all before it. */
  #sealed: readonly SealedRange[]
  #deletedTopics: Map<string, number>
  /** Whether the log ends before places that are noted on disk. */
  #isBehind = false

  /** Reads what there is; writes nothing. What cannot be read counts as missing: recovery reads more of the log then. */
  static load(options: ResolvedDiskOptions): StoreState {
    return new StoreState(options)
  }

  private constructor(options: ResolvedDiskOptions) {
    this.#options = options
    this.#checkpoint = readCheckpoint(options.files, `${options.directory}/checkpoint`)
    this.#text = readState(this.#read('rocketmq-ts/state.json'))
    const progress = readProgress(this.#read('rocketmq-ts/progress.json'))
    this.#progress = progress?.sessionId === this.#text?.sessionId ? progress : undefined
    // An official broker cuts the log where it finds damage, and writes on without checksums.
    this.#sealed = this.#isUntouched() ? withSession(this.#text?.sealed ?? [], this.#text, this.#lastSessionEnd()) : []
    this.#deletedTopics = new Map(this.#text?.deletedTopics)
  }

  /**
   * Whether nobody else can have written to the store since we had it. An official broker writes the file `lock` when it starts, before any
   * record (read in store/…/DefaultMessageStore.java, `start`), and we never do when it is there.
   */
  #isUntouched(): boolean {
    const lockModifiedAt = this.#lockModifiedAt()
    return lockModifiedAt >= 0 && lockModifiedAt === this.#text?.lockModifiedAt
  }

  /** How far the session before has come: to the end of the log, when it was not closed. Its progress may not have survived a power cut. */
  #lastSessionEnd(): number {
    return this.isLeftInOrder ? (this.#progress?.dispatched ?? -1) : Number.MAX_SAFE_INTEGER
  }

  /** Whether the last stop was orderly (read in store/…/DefaultMessageStore.java, `isTempFileExist`). */
  get isLeftInOrder(): boolean {
    return this.#options.files.stat(this.#path('abort')) === undefined
  }

  /** What the store was like when we last opened or closed it; `undefined` when we never did. */
  get noted(): StateText | undefined {
    return this.#text
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint
  }

  /** Up to where everything was durable, in its queue and in the index when we last had the store; `undefined` when we never had. */
  get dispatched(): Pick<Progress, 'dispatched' | 'indexEnd'> | undefined {
    if (this.#text?.session === 'closed') return { dispatched: this.#text.end, indexEnd: this.#text.indexEnd }
    return this.#progress
  }

  /** Up to where the log was durable when we last had the store, as far as was noted; 0 when we never had. */
  get durableEnd(): number {
    return Math.max(this.#text?.end ?? 0, this.#progress?.dispatched ?? 0)
  }

  /** Whether a record there must have a checksum over all of it. */
  crcRule(physicalOffset: number): RecordCrcRule {
    return this.#sealed.some(([from, to]) => physicalOffset >= from && physicalOffset < to) ? 'demanded' : 'optional'
  }

  /** Records of the topic before this log offset belong to one that was deleted. */
  deletedBefore(topic: string): number {
    return this.#deletedTopics.get(topic) ?? 0
  }

  /** From now on a stop is no orderly one until `leaveInOrder`. @throws FileError */
  enter(): void {
    const { files, directory } = this.#options
    makeDurableDirectory(files, this.#path('rocketmq-ts'))
    if (files.stat(this.#path('lock')) === undefined) this.#write('lock', 'lock')
    this.#write('abort', String(files.self.pid))
    files.syncDirectory(directory)
  }

  /** Recovery is over, and everything durable. @throws FileError */
  recovered(parts: NotedParts): void {
    const { sessionId, end, indexEnd } = this.#note('open', parts)
    this.#progress = { sessionId, dispatched: end, indexEnd }
    this.#writeProgress()
  }

  /** Notes how far everything is durable. @throws FileError */
  durable({ end, storeTimestamp }: DurablePoint, { index }: Pick<NotedParts, 'index'>): void {
    this.#checkpoint = {
      ...this.#checkpoint,
      physicMsgTimestamp: storeTimestamp,
      logicsMsgTimestamp: storeTimestamp,
      indexMsgTimestamp: index?.lastStoreTimestamp ?? this.#checkpoint.indexMsgTimestamp,
      logicsPhysicalOffset: end
    }
    writeCheckpoint(this.#options.files, this.#path('checkpoint'), this.#checkpoint)
    if (this.#progress === undefined) return
    this.#progress = { ...this.#progress, dispatched: end, indexEnd: index?.endPhysicalOffset ?? -1 }
    this.#writeProgress()
  }

  /** As `topicDeleted`, before `recovered`, which notes it. */
  topicsAreDeleted(topics: readonly string[], physicalOffset: number): void {
    for (const topic of topics) this.#deletedTopics.set(topic, physicalOffset)
  }

  /** A topic is deleted: records of it before the end of the log are no longer its. @throws FileError; it is not noted then */
  topicDeleted(topic: string, { endOffset, minOffset }: Pick<NotedParts['log'], 'endOffset' | 'minOffset'>): void {
    const before = this.#deletedTopics
    const text = this.#text
    this.#deletedTopics = new Map([...before].filter(([, offset]) => offset > minOffset)).set(topic, endOffset)
    if (text === undefined) return
    try {
      this.#noteDeletions(text.queues.filter((queue) => queue.topic !== topic))
    } catch (error) {
      this.#deletedTopics = before
      this.#text = text
      // It may have come to the disk all the same.
      this.#isBehind = true
      throw error
    }
  }

  /** Whether nothing may be appended until `catchUp`: it would be taken for records of a topic that was deleted. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /** The log ends there again: what was appended behind it could not be written. */
  logEndsAt(end: number): void {
    for (const [topic, offset] of this.#deletedTopics) {
      if (offset <= end) continue
      this.#deletedTopics.set(topic, end)
      this.#isBehind = true
    }
  }

  /** Writes again what is noted of deleted topics. @throws FileError */
  catchUp(): void {
    if (this.#text !== undefined) this.#noteDeletions(this.#text.queues)
  }

  /** The store is closed and everything durable: the next start need not look. @throws FileError */
  leaveInOrder(parts: NotedParts): void {
    this.#sealed = withSession(this.#sealed, this.#text, parts.log.endOffset)
    this.#progress = undefined
    this.#note('closed', parts)
    const { files, directory } = this.#options
    files.remove(this.#path('abort'))
    files.syncDirectory(directory)
  }

  #note(session: 'open' | 'closed', { log, queues, index }: NotedParts): StateText {
    const { files: logFiles, endOffset: end, minOffset } = log
    this.#sealed = within(this.#sealed, minOffset, end)
    // After a power cut the log may end before the place at which a topic was deleted.
    this.logEndsAt(end)
    for (const [topic, offset] of this.#deletedTopics) if (offset <= minOffset) this.#deletedTopics.delete(topic)
    this.#text = {
      ...{ version: 1, session, end, sealed: this.#sealed, deletedTopics: this.#deletedTopics },
      sealedFrom: session === 'open' && this.#options.recordCrc ? end : -1,
      sessionId: session === 'open' ? this.#newSessionId() : (this.#text?.sessionId ?? ''),
      firstFile: logFiles[0]?.start ?? -1,
      lastFile: logFiles[logFiles.length - 1]?.start ?? -1,
      lockModifiedAt: this.#lockModifiedAt(),
      indexEnd: index?.endPhysicalOffset ?? -1,
      queues: endsOf(queues.all())
    }
    this.#replaceText()
    return this.#text
  }

  #noteDeletions(queues: readonly QueueEnd[]): void {
    if (this.#text === undefined) return
    this.#text = { ...this.#text, queues, deletedTopics: this.#deletedTopics }
    this.#replaceText()
  }

  #lockModifiedAt(): number {
    return this.#options.files.stat(this.#path('lock'))?.modifiedAt ?? -1
  }

  #newSessionId(): string {
    const { files, clock } = this.#options
    return `${clock.now()}-${files.self.pid}-${files.self.startedAt}`
  }

  #replaceText(): void {
    if (this.#text === undefined) return
    const { files } = this.#options
    this.#write('rocketmq-ts/state.json.tmp', writeState(this.#text))
    files.rename(this.#path('rocketmq-ts/state.json.tmp'), this.#path('rocketmq-ts/state.json'))
    files.syncDirectory(this.#path('rocketmq-ts'))
    this.#isBehind = false
  }

  /** Not synced: an older one is as true as a newer one. */
  #writeProgress(): void {
    const file = this.#options.files.open(this.#path('rocketmq-ts/progress.json'), 'create')
    try {
      writeFully(file, Buffer.from(JSON.stringify(this.#progress).padEnd(PROGRESS_BYTES)), 0)
    } finally {
      file.close()
    }
  }

  #write(name: string, text: string): void {
    const file = this.#options.files.open(this.#path(name), 'create')
    try {
      file.truncate(0)
      writeFully(file, Buffer.from(text), 0)
      file.syncNow()
    } finally {
      file.close()
    }
  }

  /** Empty when there is none, or none that can be read. */
  #read(name: string): string {
    const { files } = this.#options
    const facts = files.stat(this.#path(name))
    if (facts?.kind !== 'file') return ''
    try {
      const file = files.open(this.#path(name), 'read')
      try {
        const bytes = Buffer.alloc(facts.bytes)
        return bytes.toString('utf8', 0, file.readNow(bytes, 0))
      } finally {
        file.close()
      }
    } catch (error) {
      if (error instanceof FileError) return ''
      throw error
    }
  }

  #path(name: string): string {
    return `${this.#options.directory}/${name}`
  }
}

/** Of queues that have, or had, something in them: others may have no files. */
function endsOf(queues: Iterable<QueueEnd>): QueueEnd[] {
  const ends: QueueEnd[] = []
  for (const { topic, queueId, maxOffset, lastRecordEnd } of queues)
    if (maxOffset > 0) ends.push({ topic, queueId, maxOffset, lastRecordEnd })
  return ends
}

/** With what the last session wrote, as far as is known that it wrote it: up to `end`. */
function withSession(sealed: readonly SealedRange[], text: StateText | undefined, end: number): readonly SealedRange[] {
  if (text?.session !== 'open' || text.sealedFrom < 0 || end <= text.sealedFrom) return sealed
  const last = sealed[sealed.length - 1]
  if (last === undefined || last[1] !== text.sealedFrom) return [...sealed, [text.sealedFrom, end]]
  return [...sealed.slice(0, -1), [last[0], end]]
}

function within(sealed: readonly SealedRange[], min: number, end: number): readonly SealedRange[] {
  const inside = sealed.map(([from, to]) => [from, Math.min(to, end)] as const).filter(([from, to]) => to > min && to > from)
  return inside.slice(-MAX_SEALED_RANGES)
}
