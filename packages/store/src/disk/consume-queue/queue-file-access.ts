import type { StoreFile, StoreFiles } from '../../files/store-files'
import { writeFullyLater } from '../../files/write-fully'
import { queueFileStart } from './queue-path'

const SCAN_BYTES = 64 * 1024
const ZEROS = Buffer.alloc(SCAN_BYTES)

/** Fills `target` from a position; what is behind the end of the file stays as it is. */
export async function readUpTo(file: StoreFile, target: Buffer, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const count = await file.read(target.subarray(done), position + done)
    if (count <= 0) return
    done += count
  }
}

/** As `readUpTo`, in this call. */
export function readUpToNow(file: StoreFile, target: Buffer, position: number): void {
  for (let done = 0; done < target.length; ) {
    const count = file.readNow(target.subarray(done), position + done)
    if (count <= 0) return
    done += count
  }
}

/** Makes a range read as zeros without filling holes. Returns whether it had to write. */
export async function zeroWhatIsNot(file: StoreFile, from: number, to: number): Promise<boolean> {
  let hasWritten = false
  for (let at = from; at < to; at += SCAN_BYTES) {
    const found = Buffer.alloc(Math.min(SCAN_BYTES, to - at))
    await readUpTo(file, found, at)
    const zeros = ZEROS.subarray(0, found.length)
    if (found.equals(zeros)) continue
    await writeFullyLater(file, zeros, at)
    hasWritten = true
  }
  return hasWritten
}

/** Removes a queue's files, and the directory when nothing else is in it: files with other names are not ours. */
export function removeQueueDirectory(files: StoreFiles, directory: string): void {
  removeQueueFiles(files, directory)
  removeIfEmpty(files, directory)
}

export function removeQueueFiles(files: StoreFiles, directory: string): void {
  for (const name of files.list(directory)) if (queueFileStart(name) !== undefined) files.remove(`${directory}/${name}`)
}

export function removeIfEmpty(files: StoreFiles, directory: string): void {
  if (files.list(directory).length === 0) files.remove(directory)
}
