import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  read,
  readSync,
  write,
  writeSync
} from 'node:fs'
import { checkPosition } from './check-position'
import { asFileError, attempt } from './file-attempts'
import { FileError } from './file-error'
import type { FileAccess, StoreFile } from './store-files'

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR } = constants
const FLAGS = { read: O_RDONLY, write: O_RDWR, create: O_RDWR | O_CREAT, createNew: O_RDWR | O_CREAT | O_EXCL } as const

/** A file of this machine. Tells what the system tells: a short write is a short write. */
export class NodeStoreFile implements StoreFile {
  readonly path: string
  readonly #descriptor: number
  /** Calls in the thread pool: the descriptor's number must not be given to another file before they are done. */
  #underWay = 0
  #isClosed = false

  constructor(path: string, access: FileAccess) {
    this.path = path
    this.#descriptor = attempt('open', path, () => openSync(path, FLAGS[access], 0o644))
  }

  size(): number {
    return this.#now('stat', (descriptor) => fstatSync(descriptor).size)
  }

  readNow(target: Uint8Array, position: number): number {
    checkPosition(position)
    return this.#now('read', (descriptor) => readSync(descriptor, target, 0, target.length, position))
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    checkPosition(position)
    return this.#later('read', (descriptor, done) => read(descriptor, target, 0, target.length, position, done))
  }

  writeNow(source: Uint8Array, position: number): number {
    checkPosition(position)
    return this.#now('write', (descriptor) => writeSync(descriptor, source, 0, source.length, position))
  }

  async write(source: Uint8Array, position: number): Promise<number> {
    checkPosition(position)
    return this.#later('write', (descriptor, done) => write(descriptor, source, 0, source.length, position, done))
  }

  truncate(size: number): void {
    this.#now('truncate', (descriptor) => ftruncateSync(descriptor, size))
  }

  async sync(): Promise<void> {
    await this.#later('sync', (descriptor, done) => fdatasync(descriptor, (error) => done(error, undefined)))
  }

  syncNow(): void {
    this.#now('sync', (descriptor) => fdatasyncSync(descriptor))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#underWay === 0) this.#release()
  }

  #now<T>(operation: string, work: (descriptor: number) => T): T {
    if (this.#isClosed) throw this.#closed(operation)
    return attempt(operation, this.path, () => work(this.#descriptor))
  }

  #later<T>(operation: string, begin: (descriptor: number, done: Done<T>) => void): Promise<T> {
    if (this.#isClosed) return Promise.reject(this.#closed(operation))
    return new Promise((resolve, reject) => {
      begin(this.#descriptor, (error, result) => {
        this.#underWay--
        if (this.#isClosed && this.#underWay === 0) this.#release()
        if (error === null) resolve(result)
        else reject(asFileError(operation, this.path, error))
      })
      // Counted only once begun: an argument that Node refuses throws before anything is under way.
      this.#underWay++
    })
  }

  /** What must not be lost was synced before: a failure here says nothing that anyone could use, and the descriptor is gone either way. */
  #release(): void {
    try {
      closeSync(this.#descriptor)
    } catch {}
  }

  #closed(operation: string): FileError {
    return new FileError(operation, this.path, 'EBADF')
  }
}

type Done<T> = (error: Error | null, result: T) => void
