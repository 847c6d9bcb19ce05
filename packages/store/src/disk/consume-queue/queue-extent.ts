import type { StoreFile, StoreFiles } from '../../files/store-files'
import { lastRecordEnd, PAGE_ENTRIES } from './find-entry'
import { blankEntries, ENTRY_BYTES, isWritten } from './queue-entries'
import { readUpToNow } from './queue-file-access'
import { queueFileName } from './queue-path'

/** What a queue's files hold, entries. */
export interface QueueExtent {
  /** Where the first file begins. */
  readonly first: number
  /** Where the last file ends. */
  readonly end: number
  /** First entry that is not the blank beginning of the first file. */
  readonly minOffset: number
  /** Behind the last entry that was written. */
  readonly maxOffset: number
  /** Physical end of the newest entry's record; 0 without. */
  readonly lastRecordEnd: number
}

/**
 * Finds where the entries of contiguous files begin and end: by bisection, as what is behind them is zeros (read in
 * store/…/ConsumeQueue.java, `recover`).
 */
export function findQueueExtent(files: StoreFiles, directory: string, starts: readonly number[], fileEntries: number): QueueExtent {
  const opened = new OneOpenFile(files, (start) => `${directory}/${queueFileName(start * ENTRY_BYTES)}`)
  try {
    return findExtent((start) => opened.file(start), starts, fileEntries)
  } finally {
    opened.close()
  }
}

/** The file that begins with an entry, open until another one is asked for. */
type FileAt = (start: number) => StoreFile

function findExtent(fileAt: FileAt, starts: readonly number[], fileEntries: number): QueueExtent {
  const first = starts[0] ?? 0
  const maxOffset = findMaxOffset(fileAt, starts, fileEntries)
  const lastRecordEnd = findLastRecordEnd(fileAt, first, maxOffset, fileEntries)
  const blank = maxOffset === first ? 0 : countBlank(fileAt(first), Math.min(fileEntries, maxOffset - first))
  return { first, end: first + starts.length * fileEntries, minOffset: first + blank, maxOffset, lastRecordEnd }
}

/** Most queues have one file, which is opened once. */
class OneOpenFile {
  readonly #files: StoreFiles
  readonly #pathOf: (start: number) => string
  #open: { readonly start: number; readonly file: StoreFile } | undefined

  constructor(files: StoreFiles, pathOf: (start: number) => string) {
    this.#files = files
    this.#pathOf = pathOf
  }

  file(start: number): StoreFile {
    if (this.#open?.start === start) return this.#open.file
    this.close()
    this.#open = { start, file: this.#files.open(this.#pathOf(start), 'read') }
    return this.#open.file
  }

  close(): void {
    this.#open?.file.close()
    this.#open = undefined
  }
}

/** The last file may have been made and not been written to: then the entries end in one before. */
function findMaxOffset(fileAt: FileAt, starts: readonly number[], fileEntries: number): number {
  for (const start of [...starts].reverse()) {
    const written = countWritten(fileAt(start), fileEntries)
    if (written > 0) return start + written
  }
  return starts[0] ?? 0
}

/** How many entries at the beginning of a file were written. */
function countWritten(file: StoreFile, fileEntries: number): number {
  if (isWrittenAt(file, fileEntries - 1)) return fileEntries
  let low = 0
  let high = fileEntries - 1
  while (high - low > PAGE_ENTRIES) {
    const middle = Math.floor((low + high) / 2)
    if (isWrittenAt(file, middle)) low = middle + 1
    else high = middle
  }
  const page = readEntries(file, low, high)
  for (let index = 0; index < high - low; index++) if (!isWritten(page, index)) return low + index
  return high
}

const entryAt = Buffer.alloc(ENTRY_BYTES)

function isWrittenAt(file: StoreFile, index: number): boolean {
  entryAt.fill(0)
  readUpToNow(file, entryAt, index * ENTRY_BYTES)
  return isWritten(entryAt, 0)
}

const BLANK_PAGES = blankEntries(PAGE_ENTRIES * 16)

/** One after the other, not by bisection: there may be blank entries behind real ones too. */
function countBlank(file: StoreFile, count: number): number {
  // The usual queue begins with a record: one small read.
  for (let from = 0, to = Math.min(1, count); from < count; from = to, to = Math.min(count, from + PAGE_ENTRIES * 16)) {
    const entries = readEntries(file, from, to)
    if (entries.equals(BLANK_PAGES.subarray(0, entries.length))) continue
    for (let index = 0; index < to - from; index++) if (!isBlankExactly(entries, index)) return from + index
  }
  return count
}

function isBlankExactly(entries: Buffer, index: number): boolean {
  return BLANK_PAGES.compare(entries, index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES, 0, ENTRY_BYTES) === 0
}

function findLastRecordEnd(fileAt: FileAt, minOffset: number, maxOffset: number, fileEntries: number): number {
  for (let to = maxOffset; to > minOffset; ) {
    const start = to - 1 - ((to - 1) % fileEntries)
    const from = Math.max(minOffset, start, to - PAGE_ENTRIES)
    const recordEnd = lastRecordEnd(readEntries(fileAt(start), from - start, to - start))
    if (recordEnd > 0) return recordEnd
    to = from
  }
  return 0
}

function readEntries(file: StoreFile, from: number, to: number): Buffer {
  const entries = Buffer.alloc((to - from) * ENTRY_BYTES)
  readUpToNow(file, entries, from * ENTRY_BYTES)
  return entries
}
