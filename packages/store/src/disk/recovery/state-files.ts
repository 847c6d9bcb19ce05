import { FileError } from '../../files/file-error'
import { makeDurableDirectory } from '../../files/make-durable-directory'
import { writeFully } from '../../files/write-fully'
import type { ResolvedDiskOptions } from '../disk-options'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint-file'
import { type Progress, readProgress, readState, type StateText, writeState } from './state-text'

/** Bytes of `progress.json`, filled up with spaces: it is written over, in one block of the disk. */
const PROGRESS_BYTES = 512

/** The files in which a store notes how it is left: the official `abort`, `checkpoint` and `lock`, and our own in `rocketmq-ts/`. */
export class StateFiles {
  readonly #options: Pick<ResolvedDiskOptions, 'files' | 'directory'>

  constructor(options: Pick<ResolvedDiskOptions, 'files' | 'directory'>) {
    this.#options = options
  }

  /** Whether the last stop was orderly (read in store/…/DefaultMessageStore.java, `isTempFileExist`). */
  get isLeftInOrder(): boolean {
    return this.#options.files.stat(this.#path('abort')) === undefined
  }

  /** When the file `lock` was changed last, wall clock milliseconds; −1 when there is none. */
  get lockModifiedAt(): number {
    return this.#options.files.stat(this.#path('lock'))?.modifiedAt ?? -1
  }

  readCheckpoint(): Checkpoint {
    return readCheckpoint(this.#options.files, this.#path('checkpoint'))
  }

  readState(): StateText | undefined {
    return readState(this.#read('rocketmq-ts/state.json'))
  }

  readProgress(): Progress | undefined {
    return readProgress(this.#read('rocketmq-ts/progress.json'))
  }

  /** From now on a stop is no orderly one until `leave`. @throws FileError */
  enter(): void {
    const { files, directory } = this.#options
    makeDurableDirectory(files, this.#path('rocketmq-ts'))
    if (files.stat(this.#path('lock')) === undefined) this.#write('lock', 'lock')
    this.#write('abort', String(files.self.pid))
    files.syncDirectory(directory)
  }

  /** @throws FileError */
  leave(): void {
    const { files, directory } = this.#options
    files.remove(this.#path('abort'))
    files.syncDirectory(directory)
  }

  /** @throws FileError */
  writeCheckpoint(checkpoint: Checkpoint): void {
    writeCheckpoint(this.#options.files, this.#path('checkpoint'), checkpoint)
  }

  /** Puts a whole new text in the place of the old one. @throws FileError */
  replaceState(text: StateText): void {
    const { files } = this.#options
    this.#write('rocketmq-ts/state.json.tmp', writeState(text))
    files.rename(this.#path('rocketmq-ts/state.json.tmp'), this.#path('rocketmq-ts/state.json'))
    files.syncDirectory(this.#path('rocketmq-ts'))
  }

  /** Not synced: an older one is as true as a newer one. @throws FileError */
  writeProgress(progress: Progress): void {
    const file = this.#options.files.open(this.#path('rocketmq-ts/progress.json'), 'create')
    try {
      writeFully(file, Buffer.from(JSON.stringify(progress).padEnd(PROGRESS_BYTES)), 0)
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
