import { RecordField, RecordMagic } from '@rocketmq-ts/remoting/wire'
import { DamageLog, placeOfRecord } from './damage'
import { findRecord, type RecordSearch } from './find-record'
import { LogWindow, type ScannedFile } from './log-window'
import { MAX_AFTER_BODY_BYTES, storedBodyAt } from './record-lengths'
import type { LogScan, ScanResult } from './scan-log'
import { damagedRecordSize } from './step-over'
import { type RecordCrcRule, RecordFault, StoredRecord } from './stored-record'

/** Bytes between two tellings of progress. */
const PROGRESS_BYTES = 16 * 1024 * 1024
/** What tells how long a record says that it is, and whether it is one. */
const HEAD_BYTES = 128
const BLANK_BYTES = 8

/** One scan of the log: see `scanLog`. */
export class LogScanner {
  readonly #scan: LogScan
  readonly #crcRule: (physicalOffset: number) => RecordCrcRule
  readonly #window: LogWindow
  readonly #damage: DamageLog
  readonly #logEnd: number
  #next: number
  #end: number
  #records = 0
  #recordsWithoutCrc = 0
  /** Behind the last byte that is not zero, as far as that matters. */
  #dataEnd = 0
  #toldAt: number
  readonly #record = new StoredRecord()
  /** Whether the record before ends with a checksum over all of it. */
  #hasCrc = false

  constructor(scan: LogScan) {
    this.#scan = scan
    this.#crcRule = scan.crcRule ?? (() => 'optional')
    this.#window = new LogWindow(scan.options.files)
    this.#damage = new DamageLog(scan.onDamage ?? (() => {}))
    this.#next = scan.from
    this.#toldAt = scan.from
    this.#end = scan.from
    this.#logEnd = scan.files[scan.files.length - 1]?.end ?? scan.from
  }

  async run(): Promise<ScanResult> {
    for (const file of this.#scan.files) if (file.end > this.#next) await this.#scanFile(file)
    const tornBytes = Math.max(0, this.#dataEnd - this.#end)
    const scannedBytes = Math.max(0, this.#logEnd - this.#scan.from)
    return { end: this.#end, tornBytes, scannedBytes, records: this.#records, recordsWithoutCrc: this.#recordsWithoutCrc }
  }

  close(): Promise<void> {
    return this.#window.close()
  }

  async #scanFile(file: ScannedFile): Promise<void> {
    await this.#window.open(file)
    this.#next = Math.max(this.#next, file.start)
    while (this.#next < file.end) {
      this.#tell()
      await this.#scan.onPause?.()
      await this.#window.load(this.#next, HEAD_BYTES)
      if (this.#takeLoaded()) continue
      if (await this.#loadRest(file)) continue
      if (this.#takeBlank(file)) continue
      await this.#skipDamage(file)
    }
  }

  /** Takes all valid records that are loaded whole. Whether there was one. */
  #takeLoaded(): boolean {
    const { bytes, endIndex } = this.#window
    const base = this.#next - this.#window.indexOf(this.#next)
    let at = this.#next - base
    for (;;) {
      const size = this.#record.check(bytes, at, endIndex, base + at, this.#crcRule(base + at))
      if (size < 0 || !this.#isWhole(bytes, at, size)) break
      this.#take(bytes, at, size, base + at)
      at += size
    }
    const isNew = base + at > this.#next
    this.#next = base + at
    if (isNew) this.#end = this.#next
    return isNew
  }

  /** Whether it is not the rest of a record that lost its checksum: one among records that have theirs, with zeros where it should be. */
  #isWhole(bytes: Buffer, at: number, size: number): boolean {
    const { crcAt, isSealed, propertiesAt } = this.#record
    const end = at + size
    // Text does not end with a zero.
    if (!isSealed && this.#hasCrc && propertiesAt < end && bytes[end - 1] === 0) return false
    this.#hasCrc = crcAt >= 0
    if (!isSealed) this.#recordsWithoutCrc++
    return true
  }

  #take(bytes: Buffer, at: number, size: number, physicalOffset: number): void {
    this.#damage.settle()
    this.#records++
    this.#scan.onRecord(bytes, at, size, physicalOffset)
  }

  /** Loads the record that begins here, when it is not loaded whole. Whether it was not. */
  async #loadRest(file: ScannedFile): Promise<boolean> {
    const { bytes, endIndex, endOffset } = this.#window
    const at = this.#window.indexOf(this.#next)
    if (endIndex - at < HEAD_BYTES || this.#record.readParts(bytes, at, endIndex, this.#next) !== RecordFault.CUT_SHORT) return false
    const size = bytes.readInt32BE(at)
    if (size > file.end - this.#next || this.#next + size <= endOffset || !isPlausible(bytes, at, size)) return false
    await this.#window.load(this.#next, size)
    return true
  }

  /** The end of the file (read in store/…/CommitLog.java, `DefaultAppendMessageCallback`). */
  #takeBlank(file: ScannedFile): boolean {
    const { bytes, endIndex } = this.#window
    const at = this.#window.indexOf(this.#next)
    const isBlank =
      endIndex - at >= BLANK_BYTES &&
      bytes.readInt32BE(at + RecordField.MAGIC) === RecordMagic.BLANK &&
      bytes.readInt32BE(at) === file.end - this.#next
    if (!isBlank) return false
    if (this.#damage.isPending) this.#dataEnd = this.#next + BLANK_BYTES
    else this.#end = file.end
    this.#next = file.end
    return true
  }

  async #skipDamage(file: ScannedFile): Promise<void> {
    const from = this.#next
    const size = await damagedRecordSize(this.#window, from, file.end)
    const to = size === undefined ? await this.#search(file) : from + size
    const at = this.#window.indexOf(from)
    const place = size === undefined || at + size > this.#window.endIndex ? {} : placeOfRecord(this.#window.bytes, at, at + size)
    if (size !== undefined) this.#dataEnd = to
    this.#damage.add({ from, to, ...place })
    this.#next = to
  }

  async #search(file: ScannedFile): Promise<number> {
    const window = this.#window
    let searched = this.#next
    const onSearched = (to: number) => {
      const base = searched - window.indexOf(searched)
      const dataEnd = endOfData(window.bytes, searched - base, Math.min(to, file.end) - base)
      if (dataEnd > searched - base) this.#dataEnd = base + dataEnd
      searched = to
      this.#tell(to)
    }
    const isGenuine = this.#scan.isGenuine ?? (() => undefined)
    const search: RecordSearch = { window, fileEnd: file.end, crcRule: this.#crcRule, isGenuine, onSearched }
    return (await findRecord(search, this.#next + 1)) ?? file.end
  }

  #tell(offset = this.#next): void {
    this.#scan.signal?.throwIfAborted()
    if (offset - this.#toldAt < PROGRESS_BYTES) return
    this.#toldAt = offset
    const { from, onProgress } = this.#scan
    onProgress?.({ doneBytes: offset - from, totalBytes: this.#logEnd - from })
  }
}

/** Whether the size fits the length of the body, so that a damaged size does not load half a file. */
function isPlausible(bytes: Buffer, at: number, size: number): boolean {
  const bodyAt = storedBodyAt(bytes, at)
  const afterBody = size - (bodyAt - at) - bytes.readInt32BE(bodyAt - 4)
  return afterBody >= 3 && afterBody <= MAX_AFTER_BODY_BYTES
}

const ZEROS = Buffer.alloc(64 * 1024)

/** Behind the last byte that is not zero; `from` when there is none. */
function endOfData(bytes: Buffer, from: number, to: number): number {
  let end = to
  for (let block = ZEROS.length; end > from; ) {
    const start = Math.max(from, end - block)
    if (bytes.compare(ZEROS, 0, end - start, start, end) === 0) end = start
    else if (block === 1) return end
    else block = Math.max(1, block >> 4)
  }
  return from
}
