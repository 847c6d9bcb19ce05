import type { StoreFiles } from '../../files/store-files'
import { StoreError } from '../../store-error'
import type { ResolvedDiskOptions } from '../disk-options'
import { DiskConsumeQueue } from './disk-consume-queue'
import { type LoadedQueues, loadQueues, type QueueProblem } from './load-queues'
import { QueueFamily } from './queue-family'
import { removeIfEmpty, removeQueueDirectory } from './queue-file-access'
import { queueDirectory, queueIdOf, queuesDirectory, topicDirectory } from './queue-path'

/** Queues that are written at a time: as many as Node's thread pool has threads, and as many that wait for one. */
const FLUSHES_AT_A_TIME = 8
/** Directories are synced in one turn of the event loop until so many milliseconds are over: others wait for it. */
const MAX_TURN_MS = 5

/** The consume queues of a store on disk, in the official layout: `consumequeue/<topic>/<queueId>/<20 digits>`. */
export class DiskConsumeQueues {
  /** Directories that could not be understood when the store was opened; their queues count as missing. */
  readonly problems: readonly QueueProblem[]
  readonly #family: QueueFamily<DiskConsumeQueue>
  readonly #topics = new Map<string, Map<number, DiskConsumeQueue>>()
  readonly #ofBatches: ReadonlySet<string>
  #droppedBefore = 0
  /** Flushes, drops and cuts follow each other. */
  #work: Promise<void> = Promise.resolve()

  /** Finds where each queue begins and ends. Writes nothing. `ofBatches`: topics that have queues of another kind. */
  static load(options: ResolvedDiskOptions, ofBatches: ReadonlySet<string> = new Set()): DiskConsumeQueues {
    return new DiskConsumeQueues(options, loadQueues(options), ofBatches)
  }

  private constructor(options: ResolvedDiskOptions, loaded: LoadedQueues, ofBatches: ReadonlySet<string>) {
    this.problems = loaded.problems
    this.#ofBatches = ofBatches
    this.#family = new QueueFamily(options, loaded.fileEntries)
    for (const { topic, queueId, directory, extent } of loaded.queues) {
      this.#keep(new DiskConsumeQueue(this.#family, topic, queueId, directory, extent))
    }
  }

  /** Memory of entries that are committed and not on disk. Bytes. */
  get pendingBytes(): number {
    return this.#family.pendingBytes
  }

  /** No queue has entries of records before that place in the log, unless they are damaged. */
  get droppedBefore(): number {
    return this.#droppedBefore
  }

  /** Entries of a file, as the store's own files have it. */
  get fileEntries(): number {
    return this.#family.fileEntries
  }

  find(topic: string, queueId: number): DiskConsumeQueue | undefined {
    return this.#topics.get(topic)?.get(queueId)
  }

  /**
   * The queue, made when there is none. Its directory is made with its first flush.
   *
   * @throws StoreError `TOPIC_NAME_ILLEGAL`, `QUEUE_TYPE_UNSUPPORTED`
   */
  obtain(topic: string, queueId: number): DiskConsumeQueue {
    const found = this.find(topic, queueId)
    if (found !== undefined) return found
    if (this.isOfBatches(topic))
      throw new StoreError('QUEUE_TYPE_UNSUPPORTED', `the queues of topic ${topic} are of batches (BatchCQ)`, { topic })
    const directory = queueDirectory(this.#family.options.directory, topic, queueId)
    return this.#keep(new DiskConsumeQueue(this.#family, topic, queueId, directory))
  }

  /** Whether the topic's queues are of batches: an official broker of 5.x made them, and they are left alone. */
  isOfBatches(topic: string): boolean {
    return this.#ofBatches.has(topic)
  }

  /** Whether there is a queue of the topic. */
  has(topic: string): boolean {
    return this.#topics.has(topic)
  }

  *all(): Iterable<DiskConsumeQueue> {
    for (const queues of this.#topics.values()) yield* queues.values()
  }

  /**
   * Forgets a topic's queues and removes their files. Safe while they are read and flushed.
   *
   * @throws FileError
   */
  deleteTopic(topic: string): void {
    const { options, changedDirectories, files } = this.#family
    const directory = topicDirectory(options.directory, topic)
    const queues = this.#topics.get(topic)
    this.#topics.delete(topic)
    this.#family.queueCount -= queues?.size ?? 0
    for (const queue of queues?.values() ?? []) queue.abandon()
    removeTopicDirectory(files, directory)
    for (const changed of [...changedDirectories]) if (changed.startsWith(`${directory}/`)) changedDirectories.delete(changed)
    changedDirectories.delete(directory)
    changedDirectories.add(queuesDirectory(options.directory))
  }

  /**
   * Writes the committed entries of all queues; with `sync`, makes all that was written durable, names of files included. What could not be
   * written stays pending.
   *
   * @throws FileError of the first failure; after one of a `sync` nothing is known about what is on disk
   */
  flush({ sync }: { readonly sync: boolean }): Promise<void> {
    return this.#inTurn(() => this.#flush(sync))
  }

  /** Forgets the entries whose records begin before a place in the log, and removes files without others. @throws FileError */
  dropBefore(physicalOffset: number): Promise<void> {
    return this.#inTurn(async () => {
      await forEach([...this.all()], (queue) => queue.dropBefore(physicalOffset))
      this.#droppedBefore = Math.max(this.#droppedBefore, physicalOffset)
    })
  }

  /** Forgets the entries of records that begin at or behind a place in the log, also on disk. @throws FileError */
  cutAt(physicalOffset: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#flush(false)
      await forEach([...this.all()], (queue) => queue.cutAt(physicalOffset))
    })
  }

  /** Waits for what is under way and closes files. Flushes nothing: do that before. */
  async close(): Promise<void> {
    await this.#work
    this.#family.openFiles.closeAll()
  }

  async #flush(sync: boolean): Promise<void> {
    await forEach([...this.#family.unflushed], (queue) => queue.flush(sync))
    for (const queue of this.all()) queue.trim()
    if (sync) await this.#syncDirectories()
  }

  /** A few in a turn: each may take as long as a sync does, and a new store has as many as it has queues. */
  async #syncDirectories(): Promise<void> {
    const { changedDirectories, files, options } = this.#family
    const { clock } = options
    let turnEnds = clock.monotonic() + MAX_TURN_MS
    for (const directory of [...changedDirectories]) {
      if (files.stat(directory) !== undefined) files.syncDirectory(directory)
      changedDirectories.delete(directory)
      if (clock.monotonic() < turnEnds) continue
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 0))
      turnEnds = clock.monotonic() + MAX_TURN_MS
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => {})
    return done
  }

  #keep(queue: DiskConsumeQueue): DiskConsumeQueue {
    const queues = this.#topics.get(queue.topic) ?? new Map<number, DiskConsumeQueue>()
    this.#topics.set(queue.topic, queues)
    queues.set(queue.queueId, queue)
    this.#family.queueCount++
    return queue
  }
}

/** Some at a time. After a failure no other one is begun; rejects with the first when those under way have ended. */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  let failure: { readonly error: unknown } | undefined
  const workOff = async () => {
    for (const item of rest) {
      if (failure !== undefined) return
      try {
        await work(item)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: FLUSHES_AT_A_TIME }, workOff))
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error
}

/** Also of queues that were not understood. */
function removeTopicDirectory(files: StoreFiles, directory: string): void {
  for (const name of files.list(directory)) if (queueIdOf(name) !== undefined) removeQueueDirectory(files, `${directory}/${name}`)
  removeIfEmpty(files, directory)
}
