import { MIN_RECORD_BYTES, RecordField, RecordMagic } from '@rocketmq-ts/remoting/wire'
import type { StoreFiles } from '../../files/store-files'
import type { ScannedFile } from './log-window'
import type { RecoveredLog } from './recovery-parts'
import { type RecordCrcRule, StoredRecord } from './stored-record'

/** What is looked at behind the end of a log, bytes. */
const LOOK_BYTES = 4096
const ZEROS = Buffer.alloc(LOOK_BYTES)
const BLANK_BYTES = 8

/** A look at single places of the log, before it is open. */
export class LogPeek {
  /** Its files in their full length: what they are short of reads as zeros. */
  readonly files: readonly ScannedFile[]
  readonly minOffset: number
  readonly #door: StoreFiles

  constructor(door: StoreFiles, log: Pick<RecoveredLog, 'files' | 'fileBytes' | 'minOffset'>) {
    this.#door = door
    this.files = log.files.map(({ path, start }) => ({ path, start, end: start + log.fileBytes }))
    this.minOffset = log.minOffset
  }

  /** Behind the last file. */
  get fileEnd(): number {
    return this.files[this.files.length - 1]?.end ?? 0
  }

  /** The valid record that begins there. */
  record(offset: number, crc: RecordCrcRule): Buffer | undefined {
    const head = this.#read(offset, MIN_RECORD_BYTES)
    if (head === undefined) return undefined
    const bytes = this.#read(offset, Math.max(head.readInt32BE(RecordField.SIZE), 0))
    return bytes !== undefined && new StoredRecord().check(bytes, 0, bytes.length, offset, crc) === bytes.length ? bytes : undefined
  }

  /** Whether nothing has been written there: at the end of the last file, or before zeros. */
  isEnd(offset: number): boolean {
    if (offset === this.fileEnd) return true
    const left = (this.#fileAt(offset)?.end ?? offset) - offset
    const bytes = this.#read(offset, Math.min(LOOK_BYTES, left))
    return bytes !== undefined && bytes.length > 0 && bytes.equals(ZEROS.subarray(0, bytes.length))
  }

  /** Whether the rest of the file is empty by its blank record. */
  isBlank(offset: number): boolean {
    const head = this.#read(offset, BLANK_BYTES)
    return head !== undefined && head.readInt32BE(RecordField.MAGIC) === RecordMagic.BLANK
  }

  /** `undefined` when the log has no such bytes in one file. */
  #read(offset: number, length: number): Buffer | undefined {
    const found = this.#fileAt(offset)
    if (found === undefined || offset + length > found.end) return undefined
    const bytes = Buffer.alloc(length)
    const file = this.#door.open(found.path, 'read')
    try {
      for (let done = 0, more = 1; done < length && more > 0; done += more)
        more = file.readNow(bytes.subarray(done), offset - found.start + done)
    } finally {
      file.close()
    }
    return bytes
  }

  #fileAt(offset: number): ScannedFile | undefined {
    return this.files.find(({ start, end }) => start <= offset && offset < end)
  }
}
