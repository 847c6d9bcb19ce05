import { type FailureChoice, FaultPlan, type FileOperation, type FileOperationName, type PlannedFailure } from './simulated/fault-plan'
import { SeededChoices } from './simulated/seeded-choices'
import { SimulatedDisk } from './simulated/simulated-disk'
import { SimulatedStoreFile } from './simulated/simulated-store-file'
import type { DiskSpace, FileAccess, FileFacts, ProcessIdentity, StoreFile, StoreFiles } from './store-files'

const TIB = 1024 ** 4

export interface SimulatedStoreFilesOptions {
  /** Space of the disk, bytes. Default 1 TiB, all of it free. */
  readonly totalBytes?: number
  readonly freeBytes?: number
  /** Wall clock of `modifiedAt`, milliseconds. Default: always 0. */
  readonly now?: () => number
}

/** What a power cut leaves of what was not synced: all, none, or a selection that the seed decides. */
export type PowerCut = 'all' | 'none' | { readonly seed: number }

/**
 * A disk in memory, as one process sees it, to test what real ones do rarely: fill up, fail, tear what was not synced when the power is
 * cut. Deterministic. An asynchronous operation settles in a later microtask, in the order of the calls.
 *
 * A file takes memory and space, in pages of 4 KiB, only where it was written. Copies share pages until one of them writes: thousands of
 * copies of a store cost little.
 */
export class SimulatedStoreFiles implements StoreFiles {
  readonly #plan = new FaultPlan()
  readonly #openFiles = new Set<StoreFile>()
  #processes = new Map<number, string>()
  #locks = new Map<string, readonly number[]>()
  #self: ProcessIdentity = { pid: 1000, startedAt: 'process 1000' }
  #disk: SimulatedDisk
  #shortWrites: SeededChoices | undefined

  constructor(options: SimulatedStoreFilesOptions = {}) {
    const { totalBytes = TIB, freeBytes = totalBytes, now = () => 0 } = options
    this.#disk = new SimulatedDisk({ totalBytes, freeBytes }, now)
    this.#processes.set(this.#self.pid, this.#self.startedAt)
  }

  get self(): ProcessIdentity {
    return this.#self
  }

  open(path: string, access: FileAccess): StoreFile {
    this.#begin('open', path)
    const parts = { disk: this.#disk, plan: this.#plan, openFiles: this.#openFiles, shortWrites: () => this.#shortWrites }
    return new SimulatedStoreFile(path, access, parts)
  }

  stat(path: string): FileFacts | undefined {
    this.#begin('stat', path)
    return this.#disk.stat(path)
  }

  list(directory: string): readonly string[] {
    this.#begin('list', directory)
    return this.#disk.list(directory)
  }

  makeDirectory(directory: string): void {
    this.#begin('make directory', directory)
    this.#disk.makeDirectory(directory)
  }

  rename(from: string, to: string): void {
    this.#begin('rename', from)
    this.#disk.rename(from, to)
  }

  remove(path: string): void {
    this.#begin('remove', path)
    this.#disk.remove(path)
  }

  syncDirectory(directory: string): void {
    this.#begin('sync directory', directory)
    this.#disk.syncDirectory(directory)
  }

  space(directory: string): DiskSpace {
    this.#begin('space', directory)
    return { totalBytes: this.#disk.totalBytes, freeBytes: this.#disk.freeBytes }
  }

  startOf(pid: number): string | undefined {
    return this.#processes.get(pid)
  }

  lockHolders(path: string): readonly number[] {
    return this.#locks.get(path) ?? []
  }

  /** Processes that `startOf` finds, with when they started. This one is among them. */
  get processes(): Map<number, string> {
    return this.#processes
  }

  /** Processes that `lockHolders` tells, by path. */
  get locks(): Map<string, readonly number[]> {
    return this.#locks
  }

  /** Space that is left, bytes. What is written beyond it is cut short, then refused with `ENOSPC`. */
  get freeBytes(): number {
    return this.#disk.freeBytes
  }

  set freeBytes(bytes: number) {
    this.#disk.freeBytes = bytes
  }

  get totalBytes(): number {
    return this.#disk.totalBytes
  }

  set totalBytes(bytes: number) {
    this.#disk.totalBytes = bytes
  }

  /** Whether the disk refuses every change with `EROFS`. */
  get isReadOnly(): boolean {
    return this.#disk.isReadOnly
  }

  set isReadOnly(isReadOnly: boolean) {
    this.#disk.isReadOnly = isReadOnly
  }

  /** All that was asked for so far, whether it succeeded or not. A copy begins with none. */
  get operations(): readonly FileOperation[] {
    return this.#plan.operations
  }

  /** Makes the n-th operation from now on fail: 1 is the next one. A sync that fails loses what it was to save, as on Linux: the next succeeds. */
  failAt(n: number, reason: string): PlannedFailure {
    const number = this.operations.length + n
    return this.#plan.fail((operation) => (operation.number === number ? reason : undefined))
  }

  /** Asks the choice before each operation why it is to fail, until it is cancelled. */
  failWhere(choice: FailureChoice): PlannedFailure {
    return this.#plan.fail(choice)
  }

  /** Tells of each operation before it happens, so that the disk can be copied at that moment. Returns the way to stop. */
  watch(watcher: (operation: FileOperation) => void): () => void {
    return this.#plan.watch(watcher)
  }

  /** Makes half of the writes shorter than asked for; `undefined`: none any more. */
  shortenWrites(seed: number | undefined): void {
    this.#shortWrites = seed === undefined ? undefined : new SeededChoices(seed)
  }

  /** Keeps asynchronous operations, all or some, from happening until they are released. */
  hold(matches: (operation: FileOperation) => boolean = () => true): void {
    this.#plan.hold(matches)
  }

  /** Operations that are held, oldest first. */
  get held(): readonly FileOperation[] {
    return this.#plan.held
  }

  /** Lets the oldest `count` that are held happen, and goes on holding; without a count lets all happen and stops holding. */
  release(count?: number): void {
    if (count === undefined) this.#plan.release()
    else this.#plan.releaseSome(count)
  }

  /** Paths of files that are open, with repetitions. */
  get openPaths(): readonly string[] {
    return [...this.#openFiles].map(({ path }) => path)
  }

  /** This very disk as another process of the machine sees it. */
  seenBy(self: ProcessIdentity): SimulatedStoreFiles {
    this.#processes.set(self.pid, self.startedAt)
    return this.#like(this.#disk, self, this.#processes, this.#locks)
  }

  /** A copy to go on with, with what is not synced in the same state, for the same process. Nothing is planned for it, no file of it open. */
  clone(): SimulatedStoreFiles {
    return this.#like(this.#disk.copy(), this.#self, new Map(this.#processes), new Map(this.#locks))
  }

  /** What the next process finds when this one was killed now: all that was written, synced or not. */
  afterKill(): SimulatedStoreFiles {
    const { pid } = this.#self
    const processes = [...this.#processes].filter(([other]) => other !== pid)
    const locks = [...this.#locks].map(([path, pids]) => [path, pids.filter((other) => other !== pid)] as const)
    return this.#like(this.#disk.copy(), successorOf(this.#self), new Map(processes), new Map(locks))
  }

  /**
   * What is found when the power is cut now and comes back. Sectors of 512 bytes that were not synced are there or not, whatever their
   * order; sizes, and the names in each directory, are those of some moment since the last sync.
   */
  afterPowerCut(cut: PowerCut): SimulatedStoreFiles {
    const survival = typeof cut === 'string' ? cut : new SeededChoices(cut.seed)
    return this.#like(this.#disk.afterPowerCut(survival), successorOf(this.#self), new Map(), new Map())
  }

  /** Paths of all files, sorted. */
  get paths(): readonly string[] {
    return this.#disk.paths()
  }

  /** Content of a file, or a part of it, outside all counts and plans. */
  bytesOf(path: string, start = 0, end = Number.POSITIVE_INFINITY): Buffer {
    const content = this.#disk.content(path)
    const bytes = Buffer.alloc(Math.max(0, Math.min(end, content.size) - start))
    content.read(bytes, start)
    return bytes
  }

  /** Makes a file of these bytes, synced, in a directory that is made when it is missing. */
  put(path: string, bytes: Uint8Array): void {
    this.#disk.put(path, bytes)
  }

  /** Damage on the disk: turns over one bit, 0 to 7, of the byte at a position. */
  flip(path: string, position: number, bit: number): void {
    const byte = this.bytesOf(path, position, position + 1)
    if (byte.length === 0) throw new RangeError(`${path} ends before ${position}`)
    byte[0] = (byte[0] ?? 0) ^ (1 << bit)
    this.overwrite(path, position, byte)
  }

  /** Damage on the disk: other bytes at a position. */
  overwrite(path: string, position: number, bytes: Uint8Array): void {
    this.#disk.content(path).damage((content) => content.write(bytes, position))
  }

  /** Damage on the disk: a file cut, or lengthened with a hole. */
  cut(path: string, size: number): void {
    this.#disk.content(path).damage((content) => content.truncate(size))
  }

  #begin(name: FileOperationName, path: string): void {
    const failure = this.#plan.failureOf(this.#plan.begin(name, path))
    if (failure !== undefined) throw failure
  }

  #like(
    disk: SimulatedDisk,
    self: ProcessIdentity,
    processes: Map<number, string>,
    locks: Map<string, readonly number[]>
  ): SimulatedStoreFiles {
    const made = new SimulatedStoreFiles()
    made.#disk = disk
    made.#self = self
    made.#processes = processes.set(self.pid, self.startedAt)
    made.#locks = locks
    return made
  }
}

const successorOf = ({ pid }: ProcessIdentity): ProcessIdentity => ({ pid: pid + 1, startedAt: `process ${pid + 1}` })
