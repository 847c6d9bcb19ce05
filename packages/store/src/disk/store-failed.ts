import { StoreError } from '../store-error'

/** What is said to whoever appends to a store whose disk failed. */
export function storeFailed(directory: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `the store in ${directory} has stopped: ${why}. Close it, and start it again when the disk is well`
  return new StoreError('STORE_FAILED', message, { directory }, cause)
}
