import type { ResolvedDiskOptions } from '../disk-options'
import type { Checkpoint } from './checkpoint-file'
import { DeletedTopics } from './deleted-topics'
import { SealedRanges } from './sealed-ranges'
import { StateFiles } from './state-files'
import type { Progress, QueueEnd, StateText } from './state-text'
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

/**
 * What a store remembers of how it was left: the official files `abort`, `checkpoint` and `lock`, and, in `rocketmq-ts/`, `state.json` (written
 * at the start and at the end) and `progress.json` (written over with each checkpoint).
 */
export class StoreState {
  readonly #options: ResolvedDiskOptions
  readonly #files: StateFiles
  #checkpoint: Checkpoint
  #text: StateText | undefined
  #progress: Progress | undefined
  /** Of the session before, and of all before it. */
  #sealed: SealedRanges
  #deletedTopics: DeletedTopics
  /** Whether the log ends before places that are noted on disk. */
  #isBehind = false

  /** Reads what there is; writes nothing. What cannot be read counts as missing: recovery reads more of the log then. */
  static load(options: ResolvedDiskOptions): StoreState {
    return new StoreState(options)
  }

  private constructor(options: ResolvedDiskOptions) {
    this.#options = options
    this.#files = new StateFiles(options)
    this.#checkpoint = this.#files.readCheckpoint()
    this.#text = this.#files.readState()
    const progress = this.#files.readProgress()
    this.#progress = progress?.sessionId === this.#text?.sessionId ? progress : undefined
    const sealed = new SealedRanges(this.#text?.sealed)
    // An official broker cuts the log where it finds damage, and writes on without checksums.
    this.#sealed = this.#isUntouched() ? sealed.withSession(this.#text, this.#lastSessionEnd()) : new SealedRanges()
    this.#deletedTopics = new DeletedTopics(this.#text?.deletedTopics)
  }

  /**
   * Whether nobody else can have written to the store since we had it. An official broker writes the file `lock` when it starts, before any
   * record (read in store/…/DefaultMessageStore.java, `start`), and we never do when it is there.
   */
  #isUntouched(): boolean {
    const { lockModifiedAt } = this.#files
    return lockModifiedAt >= 0 && lockModifiedAt === this.#text?.lockModifiedAt
  }

  /** How far the session before has come: to the end of the log, when it was not closed. Its progress may not have survived a power cut. */
  #lastSessionEnd(): number {
    return this.isLeftInOrder ? (this.#progress?.dispatched ?? -1) : Number.MAX_SAFE_INTEGER
  }

  /** Whether the last stop was orderly (read in store/…/DefaultMessageStore.java, `isTempFileExist`). */
  get isLeftInOrder(): boolean {
    return this.#files.isLeftInOrder
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
    return this.#sealed.crcRule(physicalOffset)
  }

  /** Records of the topic before this log offset belong to one that was deleted. */
  deletedBefore(topic: string): number {
    return this.#deletedTopics.before(topic)
  }

  /** From now on a stop is no orderly one until `leaveInOrder`. @throws FileError */
  enter(): void {
    this.#files.enter()
  }

  /** Recovery is over, and everything durable. @throws FileError */
  recovered(parts: NotedParts): void {
    const { sessionId, end, indexEnd } = this.#note('open', parts)
    this.#progress = { sessionId, dispatched: end, indexEnd }
    this.#files.writeProgress(this.#progress)
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
    this.#files.writeCheckpoint(this.#checkpoint)
    if (this.#progress === undefined) return
    this.#progress = { ...this.#progress, dispatched: end, indexEnd: index?.endPhysicalOffset ?? -1 }
    this.#files.writeProgress(this.#progress)
  }

  /** As `topicDeleted`, before `recovered`, which notes it. */
  topicsAreDeleted(topics: readonly string[], physicalOffset: number): void {
    for (const topic of topics) this.#deletedTopics.add(topic, physicalOffset)
  }

  /** A topic is deleted: records of it before the end of the log are no longer its. @throws FileError; it is not noted then */
  topicDeleted(topic: string, { endOffset, minOffset }: Pick<NotedParts['log'], 'endOffset' | 'minOffset'>): void {
    const before = this.#deletedTopics
    const text = this.#text
    this.#deletedTopics = new DeletedTopics(before.ends)
    this.#deletedTopics.forgetBefore(minOffset)
    this.#deletedTopics.add(topic, endOffset)
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
    if (this.#deletedTopics.endAt(end)) this.#isBehind = true
  }

  /** Writes again what is noted of deleted topics. @throws FileError */
  catchUp(): void {
    if (this.#text !== undefined) this.#noteDeletions(this.#text.queues)
  }

  /** The store is closed and everything durable: the next start need not look. @throws FileError */
  leaveInOrder(parts: NotedParts): void {
    this.#sealed = this.#sealed.withSession(this.#text, parts.log.endOffset)
    this.#progress = undefined
    this.#note('closed', parts)
    this.#files.leave()
  }

  #note(session: 'open' | 'closed', { log, queues, index }: NotedParts): StateText {
    const { files: logFiles, endOffset: end, minOffset } = log
    this.#sealed = this.#sealed.within(minOffset, end)
    // After a power cut the log may end before the place at which a topic was deleted.
    this.logEndsAt(end)
    this.#deletedTopics.forgetBefore(minOffset)
    const text: StateText = {
      ...{ version: 1, session, end, sealed: this.#sealed.rows, deletedTopics: this.#deletedTopics.ends },
      sealedFrom: session === 'open' && this.#options.recordCrc ? end : -1,
      sessionId: session === 'open' ? this.#newSessionId() : (this.#text?.sessionId ?? ''),
      firstFile: logFiles[0]?.start ?? -1,
      lastFile: logFiles[logFiles.length - 1]?.start ?? -1,
      lockModifiedAt: this.#files.lockModifiedAt,
      indexEnd: index?.endPhysicalOffset ?? -1,
      queues: endsOf(queues.all())
    }
    this.#replace(text)
    return text
  }

  #noteDeletions(queues: readonly QueueEnd[]): void {
    if (this.#text === undefined) return
    this.#replace({ ...this.#text, queues, deletedTopics: this.#deletedTopics.ends })
  }

  #newSessionId(): string {
    const { files, clock } = this.#options
    return `${clock.now()}-${files.self.pid}-${files.self.startedAt}`
  }

  #replace(text: StateText): void {
    this.#text = text
    this.#files.replaceState(text)
    this.#isBehind = false
  }
}

/** Of queues that have, or had, something in them: others may have no files. */
function endsOf(queues: Iterable<QueueEnd>): QueueEnd[] {
  const ends: QueueEnd[] = []
  for (const { topic, queueId, maxOffset, lastRecordEnd } of queues)
    if (maxOffset > 0) ends.push({ topic, queueId, maxOffset, lastRecordEnd })
  return ends
}
