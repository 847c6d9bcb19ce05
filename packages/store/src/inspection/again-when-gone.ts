import { FileError } from '../files/file-error'

/** How often a look that lost a file is repeated: retention takes a few files at a time. */
const LOOKS = 5

/** Whether a file was listed and is not there any more: a broker that is at work has removed it. */
export function isGone(error: unknown): boolean {
  return error instanceof FileError && error.reason === 'ENOENT'
}

/** Looks again, at what there is then, when a file went while it was being looked at. */
export async function againWhenGone<T>(look: () => Promise<T>): Promise<T> {
  for (let left = LOOKS - 1; ; left--) {
    try {
      return await look()
    } catch (error) {
      if (left <= 0 || !isGone(error)) throw error
    }
  }
}
