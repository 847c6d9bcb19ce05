import type { StoreFile } from '../../files/store-files'
import { writeFullyLater } from '../../files/write-fully'
import type { LogFiles } from './log-files'
import type { LogWriter } from './log-writer'
import { ZERO_PIECE_BYTES } from './zeros'

/** Where a log is cut. Physical offsets. */
export interface LogCut {
  readonly files: LogFiles
  readonly writer: LogWriter
  /** Where the log ends from now on. */
  readonly end: number
  /** Behind what may not be zeros. */
  readonly dataEnd: number
}

const ZEROS = Buffer.alloc(ZERO_PIECE_BYTES)

/**
 * Makes the log end there: nothing but zeros behind it, in a last file of full length. No file is ever shortened, not even for a moment: official
 * brokers refuse a store with a file that is short. What is written is not synced.
 *
 * @throws FileError
 */
export async function cutLog({ files, writer, end, dataEnd }: LogCut): Promise<void> {
  const last = files.find(end) ?? files.last
  if (last === undefined) return
  files.removeFrom(last.start + files.fileBytes)
  await eraseData(writer.fileOf(last), end - last.start, Math.min(dataEnd - last.start, files.fileBytes))
  if (files.isLastWhole) return
  writer.fileOf(last).truncate(files.fileBytes)
  files.lastIsWhole()
}

/** Puts zeros where there is anything else, up to a place or the end of the file: what takes no space goes on taking none. */
async function eraseData(file: StoreFile, from: number, to: number): Promise<void> {
  const piece = Buffer.allocUnsafeSlow(Math.max(0, Math.min(ZERO_PIECE_BYTES, to - from)))
  for (let at = from; at < to; ) {
    const bytes = await file.read(piece.subarray(0, Math.min(piece.length, to - at)), at)
    if (bytes === 0) return
    if (piece.compare(ZEROS, 0, bytes, 0, bytes) !== 0) await writeFullyLater(file, ZEROS.subarray(0, bytes), at)
    at += bytes
  }
}
