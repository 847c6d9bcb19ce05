import { FileError } from '../../files/file-error'
import type { MaybePromise } from '../../message-store'
import type { BlockCache } from './block-cache'
import type { HotTail } from './hot-tail'
import type { LogFiles } from './log-files'

/** What a {@link WrittenLog} reads from. */
export interface WrittenLogParts {
  readonly files: LogFiles
  readonly tail: HotTail
  readonly cache: BlockCache
  /** Behind what may be read. Physical offset. */
  readonly readableEnd: () => number
}

/** Reads what was written to a log: at once from memory while it is there, else from disk. */
export class WrittenLog {
  readonly #parts: WrittenLogParts

  constructor(parts: WrittenLogParts) {
    this.#parts = parts
  }

  /** As `CommitLog.read`. */
  read(physicalOffset: number, size: number): MaybePromise<Buffer> {
    const { tail, readableEnd } = this.#parts
    if (physicalOffset < 0 || physicalOffset + size > readableEnd()) return Promise.reject(notWritten(physicalOffset, size))
    return tail.held(physicalOffset, size) ?? this.#readCold(physicalOffset, size)
  }

  #readCold(physicalOffset: number, size: number): MaybePromise<Buffer> {
    const { files, cache, readableEnd } = this.#parts
    const file = files.find(physicalOffset)
    if (file === undefined) {
      const start = physicalOffset - (physicalOffset % files.fileBytes)
      return Promise.reject(new FileError('read', files.pathOf(start), 'ENOENT'))
    }
    if (physicalOffset + size > file.end) return Promise.reject(notWritten(physicalOffset, size))
    return cache.read({ file, physicalOffset, size, limit: readableEnd() })
  }
}

function notWritten(physicalOffset: number, size: number): RangeError {
  return new RangeError(`${size} bytes at ${physicalOffset} are not in one file of the commit log`)
}
