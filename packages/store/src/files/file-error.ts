import { CodedError } from '@rocketmq-ts/remoting/wire'

/** A disk operation that failed. `reason` is the system's word, such as `ENOSPC`, `EIO`, `EROFS`, `EACCES`, `ENOENT`. */
export class FileError extends CodedError {
  readonly operation: string
  readonly path: string
  readonly reason: string

  constructor(operation: string, path: string, reason: string, cause?: unknown) {
    super('FILE_FAILED', `${operation} ${path}: ${reason}`, { facts: { operation, path, reason }, cause })
    this.operation = operation
    this.path = path
    this.reason = reason
  }
}

/** Whether a disk that is full made the operation fail: it may succeed when there is space again. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof FileError && (error.reason === 'ENOSPC' || error.reason === 'EDQUOT')
}

/** Whether nothing was done for a reason that passes: the disk is full, or the process or the system has too many files open. */
export function isPassing(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof FileError && (error.reason === 'EMFILE' || error.reason === 'ENFILE'))
}
