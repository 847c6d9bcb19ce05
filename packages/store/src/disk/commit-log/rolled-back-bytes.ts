import { FileError } from '../../files/file-error'
import type { LogFile } from './log-files'
import type { LogWriter } from './log-writer'

interface Extent {
  readonly file: LogFile
  readonly physicalOffset: number
  readonly size: number
}

/**
 * Where a write that failed may have left bytes. They become zeros again before anything else is written: records that were refused must
 * not be found behind a shorter one that comes in their place.
 */
export class RolledBackBytes {
  readonly #writer: LogWriter
  #extents: Extent[] = []

  constructor(writer: LogWriter) {
    this.#writer = writer
  }

  get isEmpty(): boolean {
    return this.#extents.length === 0
  }

  /** A write there begins. */
  note(file: LogFile, physicalOffset: number, size: number): void {
    this.#extents.push({ file, physicalOffset, size })
  }

  /** What was noted is written and stays. */
  none(): void {
    this.#extents.length = 0
  }

  /** @throws FileError. */
  erase(): void {
    for (let last = this.#extents.at(-1); last !== undefined; last = this.#extents.at(-1)) {
      this.#writer.erase(last.file, last.physicalOffset, last.size)
      this.#extents.pop()
    }
  }

  /** As `erase`, which the next write asks for again when it fails now. */
  tryToErase(): void {
    try {
      this.erase()
    } catch (error) {
      if (!(error instanceof FileError)) throw error
    }
  }
}
