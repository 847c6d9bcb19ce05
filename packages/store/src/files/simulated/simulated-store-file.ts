import { checkPosition } from '../check-position'
import { FileError } from '../file-error'
import type { FileAccess, StoreFile } from '../store-files'
import type { FaultPlan, FileOperation, FileOperationName } from './fault-plan'
import type { SeededChoices } from './seeded-choices'
import type { SimulatedContent } from './simulated-content'
import type { SimulatedDisk } from './simulated-disk'

/** What an open file works on. */
export interface SimulatedParts {
  readonly disk: SimulatedDisk
  readonly plan: FaultPlan
  readonly openFiles: Set<StoreFile>
  /** Decides how short writes are; `undefined`: they are not. */
  shortWrites(): SeededChoices | undefined
}

/** An open file of a simulated disk. */
export class SimulatedStoreFile implements StoreFile {
  readonly path: string
  readonly #parts: SimulatedParts
  readonly #content: SimulatedContent
  readonly #isWritable: boolean

  constructor(path: string, access: FileAccess, parts: SimulatedParts) {
    this.path = path
    this.#parts = parts
    this.#content = parts.disk.open(path, access)
    this.#isWritable = access !== 'read'
    parts.openFiles.add(this)
  }

  size(): number {
    return this.#now('size', () => this.#content.size)
  }

  readNow(target: Uint8Array, position: number): number {
    checkPosition(position)
    return this.#now('read', () => this.#content.read(target, position))
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    checkPosition(position)
    return this.#later('read', () => this.#content.read(target, position))
  }

  writeNow(source: Uint8Array, position: number): number {
    checkPosition(position)
    return this.#now('write', () => this.#write(source, position))
  }

  async write(source: Uint8Array, position: number): Promise<number> {
    checkPosition(position)
    return this.#later('write', () => this.#write(source, position))
  }

  truncate(size: number): void {
    this.#now('truncate', () => this.#parts.disk.truncate(this.path, this.#content, size))
  }

  async sync(): Promise<void> {
    const { lastChange } = this.#content
    await this.#later('sync', () => this.#content.syncUpTo(lastChange))
  }

  syncNow(): void {
    this.#now('sync', () => this.#content.syncUpTo(this.#content.lastChange))
  }

  close(): void {
    this.#parts.openFiles.delete(this)
  }

  #write(source: Uint8Array, position: number): number {
    const choices = this.#parts.shortWrites()
    const length = choices?.chance(0.5) === true && source.length > 0 ? 1 + choices.below(source.length) : source.length
    return this.#parts.disk.write(this.path, this.#content, source.subarray(0, length), position)
  }

  #now<T>(name: FileOperationName, work: () => T): T {
    const { failure } = this.#begin(name)
    if (failure !== undefined) throw failure
    return work()
  }

  /** What fails does so when it would have ended, not when it began. */
  async #later<T>(name: FileOperationName, work: () => T): Promise<T> {
    const { operation, failure } = this.#begin(name)
    await this.#parts.plan.passage(operation)
    if (failure !== undefined) throw failure
    return work()
  }

  #begin(name: FileOperationName): { readonly operation: FileOperation; readonly failure: FileError | undefined } {
    const isAllowed = this.#isWritable || (name !== 'write' && name !== 'truncate')
    if (!this.#parts.openFiles.has(this) || !isAllowed) throw new FileError(name, this.path, 'EBADF')
    const operation = this.#parts.plan.begin(name, this.path)
    const failure = this.#parts.plan.failureOf(operation)
    if (failure !== undefined && name === 'sync') this.#content.loseUnsynced()
    return { operation, failure }
  }
}
