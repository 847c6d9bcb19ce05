import { FileError } from './file-error'

/** What the work gives; a failure of it is a `FileError` with the system's code. */
export function attempt<T>(operation: string, path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw asFileError(operation, path, cause)
  }
}

export function asFileError(operation: string, path: string, cause: unknown): FileError {
  return cause instanceof FileError ? cause : new FileError(operation, path, codeOf(cause) ?? 'EIO', cause)
}

/** The system's code of an error, such as `ENOENT`. Whoever threw it may have an `Error` of its own: a test runner's modules do. */
export function codeOf(cause: unknown): string | undefined {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : undefined
}
