import { FileError } from './file-error'
import type { StoreFile } from './store-files'

/** Longest write in one call: what a slow disk may cost the event loop at a time. Bytes. */
export const MAX_WRITE_BYTES = 128 * 1024

/** Writes all of `source`, however little each call takes. What was written before a failure stays written. */
export function writeFully(file: StoreFile, source: Uint8Array, position: number): void {
  for (let done = 0; done < source.length; ) {
    const written = file.writeNow(source.subarray(done, done + MAX_WRITE_BYTES), position + done)
    if (written <= 0) throw new FileError('write', file.path, 'EIO')
    done += written
  }
}

/** As `writeFully`, off the event loop. */
export async function writeFullyLater(file: StoreFile, source: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < source.length; ) {
    const written = await file.write(source.subarray(done), position + done)
    if (written <= 0) throw new FileError('write', file.path, 'EIO')
    done += written
  }
}
