import type { StoreFiles } from '../../files/store-files'
import { StoreError } from '../../store-error'
import type { ResolvedDiskOptions } from '../disk-options'

/** A file of the commit log. `start` and `end` are physical offsets: `end − start` is what the file holds of its full length. */
export interface LogFile {
  readonly path: string
  readonly start: number
  readonly end: number
}

/** A name is the physical offset of its first byte, in 20 digits (read in common/…/UtilAll.java, `offset2FileName`). */
const NAME = /^\d{20}$/
const NAME_DIGITS = 20
/** A blank record tells what is left of a file in an int32. */
const MAX_FILE_BYTES = 2 ** 31 - 1

/**
 * The files of a commit log, as they stand in its directory: each begins where the one before it ends. Other names in the directory are
 * left alone.
 */
export class LogFiles {
  readonly directory: string
  /** Length of every file, bytes. */
  readonly fileBytes: number
  readonly #disk: StoreFiles
  #files: readonly LogFile[]

  /**
   * Reads the directory and checks it. The last file may be shorter than the others, or empty: a crash can leave it so.
   *
   * @throws StoreError `STORE_DAMAGED` when one is missing between others, or is of a wrong length or name; `OPTION_INVALID` when files would
   * be longer than the format allows.
   */
  static load(options: ResolvedDiskOptions): LogFiles {
    return new LogFiles(options)
  }

  private constructor(options: ResolvedDiskOptions) {
    this.#disk = options.files
    this.directory = `${options.directory}/commitlog`
    this.#files = listLogFiles(options.files, this.directory)
    this.fileBytes = lengthOfFiles(this.#files, options.commitLogFileBytes)
    if (this.fileBytes > MAX_FILE_BYTES) throw tooLong(this.fileBytes)
    for (const [index, file] of this.#files.entries()) this.#check(file, this.#files[index - 1], index === this.#files.length - 1)
    if (!this.isLastWhole) options.logger.warn('the last file of the commit log is shorter than the others', { ...this.last })
  }

  get all(): readonly LogFile[] {
    return this.#files
  }

  get last(): LogFile | undefined {
    return this.#files[this.#files.length - 1]
  }

  get isLastWhole(): boolean {
    const { last } = this
    return last === undefined || last.end - last.start === this.fileBytes
  }

  /** The file that the offset lies in, whether or not it is long enough. */
  find(physicalOffset: number): LogFile | undefined {
    const [first] = this.#files
    return first === undefined ? undefined : this.#files[Math.floor((physicalOffset - first.start) / this.fileBytes)]
  }

  /** Where a file that begins there is, or would be. */
  pathOf(start: number): string {
    return `${this.directory}/${String(start).padStart(NAME_DIGITS, '0')}`
  }

  /** Notes a whole file behind the last one. */
  add(start: number): LogFile {
    const file = { path: this.pathOf(start), start, end: start + this.fileBytes }
    this.#files = [...this.#files, file]
    return file
  }

  /** Notes that the last file has its full length. */
  lastIsWhole(): void {
    const { last } = this
    if (last !== undefined) this.#files = [...this.#files.slice(0, -1), { ...last, end: last.start + this.fileBytes }]
  }

  /** Removes the first `count` files from the disk. */
  removeFirst(count: number): void {
    if (count <= 0) return
    for (const file of this.#files.slice(0, count)) this.#remove(file)
    this.#disk.syncDirectory(this.directory)
  }

  /** Removes all files that begin at or behind an offset, the last one first: a crash leaves no gap. */
  removeFrom(start: number): void {
    const unwanted = this.#files.filter((file) => file.start >= start)
    if (unwanted.length === 0) return
    for (const file of unwanted.reverse()) this.#remove(file)
    this.#disk.syncDirectory(this.directory)
  }

  #remove(file: LogFile): void {
    this.#disk.remove(file.path)
    this.#files = this.#files.filter((other) => other !== file)
  }

  #check(file: LogFile, before: LogFile | undefined, isLast: boolean): void {
    const { fileBytes } = this
    if (file.start % fileBytes !== 0) throw damaged('is not named by a multiple of the length of files', file, { fileBytes })
    const expected = before === undefined ? file.start : before.start + fileBytes
    if (file.start !== expected)
      throw damaged(`does not follow the file before it: ${this.pathOf(expected)} is missing`, file, { expected })
    const bytes = file.end - file.start
    if (isLast ? bytes > fileBytes : bytes !== fileBytes) throw damaged('has not the length of the others', file, { bytes, fileBytes })
  }
}

/**
 * The files of a commit log in a directory, unchecked, in order; `end` is where they end on disk.
 *
 * @throws StoreError `STORE_DAMAGED` for a name that no offset can have.
 */
export function listLogFiles(disk: StoreFiles, directory: string): readonly LogFile[] {
  const files: LogFile[] = []
  for (const name of disk.list(directory)) {
    const path = `${directory}/${name}`
    const facts = NAME.test(name) ? disk.stat(path) : undefined
    if (facts?.kind !== 'file') continue
    const start = Number(name)
    const file = { path, start, end: start + facts.bytes }
    if (!Number.isSafeInteger(file.end)) throw damaged('is named by an offset that is too large', file, {})
    files.push(file)
  }
  return files
}

/** The first file tells; when it is the only one, it may be short. */
function lengthOfFiles([first, second]: readonly LogFile[], usual: number): number {
  const bytes = first === undefined ? 0 : first.end - first.start
  if (first === undefined || bytes === 0) return usual
  const isShort = second === undefined && first.start % bytes !== 0 && bytes < usual
  return isShort ? usual : bytes
}

function tooLong(bytes: number): StoreError {
  const message = `files of the commit log have at most ${MAX_FILE_BYTES} bytes, not ${bytes}`
  return new StoreError('OPTION_INVALID', message, { option: 'commitLogFileBytes', bytes })
}

function damaged(problem: string, file: LogFile, facts: Readonly<Record<string, unknown>>): StoreError {
  return new StoreError('STORE_DAMAGED', `the commit log cannot be opened: ${file.path} ${problem}`, { path: file.path, ...facts })
}
