import type { StoreFile, StoreFiles } from '../../files/store-files'

/** A file of the log as a scan needs it. */
export interface ScannedFile {
  readonly path: string
  /** Log offset of its first byte. */
  readonly start: number
  /** Log offset behind its last byte; what the file is short of reads as zeros. */
  readonly end: number
}

/** What is read at a time, bytes. */
export const SCAN_READ_BYTES = 2 * 1024 * 1024
/** Room before each read for the beginning of a record that ends in it, bytes. */
const HEADROOM_BYTES = 512 * 1024

/** A stretch of one log file in memory, which moves forward: the next is read while this one is looked at. */
export class LogWindow {
  readonly #door: StoreFiles
  #file: StoreFile | undefined
  #fileStart = 0
  #fileEnd = 0
  /** How much is read of this file at a time. */
  #readBytes = SCAN_READ_BYTES
  #bytes: Buffer = Buffer.alloc(0)
  /** Log offset of `#bytes[0]`. */
  #base = 0
  #end = 0
  #ahead: Promise<Chunk> | undefined
  #spare: Buffer | undefined

  constructor(door: StoreFiles) {
    this.#door = door
  }

  /** What is loaded; good until the next `load`. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** Where an offset is in `bytes`. */
  indexOf(offset: number): number {
    return offset - this.#base
  }

  /** Log offset behind what is loaded. */
  get endOffset(): number {
    return this.#end
  }

  /** Index in `bytes` behind what is loaded. */
  get endIndex(): number {
    return this.#end - this.#base
  }

  async open(file: ScannedFile): Promise<void> {
    await this.close()
    this.#file = this.#door.open(file.path, 'read')
    this.#fileStart = file.start
    this.#fileEnd = file.end
    const readBytes = Math.min(SCAN_READ_BYTES, file.end - file.start)
    if (readBytes !== this.#readBytes) this.#spare = undefined
    this.#readBytes = readBytes
    this.#forget(file.start)
  }

  /** Loads `[offset, offset + length)`, or up to the file's end, and maybe more behind it. What is before `offset` is gone then. */
  async load(offset: number, length: number): Promise<void> {
    const wanted = Math.min(offset + length, this.#fileEnd)
    if (offset >= this.#base && wanted <= this.#end) return
    if (offset < this.#base || offset > this.#end) await this.#startAt(offset)
    while (this.#end < wanted) this.#append(offset, await this.#nextChunk(), wanted)
  }

  /** A few bytes anywhere in the file, without moving. */
  async peek(offset: number, length: number): Promise<Buffer> {
    const at = offset - this.#base
    if (offset >= this.#base && offset + length <= this.#end) return this.#bytes.subarray(at, at + length)
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.#fileEnd - offset)))
    await readSome(this.#opened(), bytes, offset - this.#fileStart)
    return bytes
  }

  async close(): Promise<void> {
    await this.#ahead?.catch(() => {})
    this.#ahead = undefined
    this.#file?.close()
    this.#file = undefined
  }

  async #startAt(offset: number): Promise<void> {
    await this.#ahead
    this.#ahead = undefined
    this.#forget(offset)
  }

  #forget(offset: number): void {
    this.#base = offset
    this.#end = offset
  }

  async #nextChunk(): Promise<Chunk> {
    const chunk = await (this.#ahead ?? this.#read(this.#end))
    const next = chunk.offset + chunk.length
    this.#ahead = next < this.#fileEnd ? this.#read(next) : undefined
    // Whoever awaits it learns of a failure; that it comes early is no crash.
    this.#ahead?.catch(() => {})
    return chunk
  }

  async #read(offset: number): Promise<Chunk> {
    const buffer = this.#spare ?? Buffer.allocUnsafeSlow(HEADROOM_BYTES + this.#readBytes)
    this.#spare = undefined
    const length = Math.min(this.#readBytes, this.#fileEnd - offset)
    const target = buffer.subarray(HEADROOM_BYTES, HEADROOM_BYTES + length)
    const count = await readSome(this.#opened(), target, offset - this.#fileStart)
    target.fill(0, count)
    return { buffer, offset, length }
  }

  /** Puts a chunk behind what is still wanted of the bytes before it. */
  #append(from: number, chunk: Chunk, wanted: number): void {
    const kept = this.#bytes.subarray(from - this.#base, this.#end - this.#base)
    const isRoomy = kept.length <= HEADROOM_BYTES
    const start = isRoomy ? HEADROOM_BYTES - kept.length : 0
    const before = this.#bytes
    if (isRoomy) {
      kept.copy(chunk.buffer, start)
      this.#bytes = chunk.buffer.subarray(start, HEADROOM_BYTES + chunk.length)
      this.#reuse(before)
    } else this.#bytes = this.#joined(kept, chunk, wanted - from)
    this.#base = from
    this.#end = chunk.offset + chunk.length
  }

  /** A longer stretch: with room for all that is wanted, so that a long record is not copied for each of its chunks. */
  #joined(kept: Buffer, chunk: Chunk, room: number): Buffer {
    const length = kept.length + chunk.length
    const hasRoom = kept.byteOffset + length <= kept.buffer.byteLength && kept.buffer.byteLength > HEADROOM_BYTES + SCAN_READ_BYTES
    const whole = hasRoom
      ? Buffer.from(kept.buffer, kept.byteOffset, length)
      : Buffer.allocUnsafeSlow(Math.max(room, length) + SCAN_READ_BYTES)
    if (!hasRoom) kept.copy(whole)
    chunk.buffer.copy(whole, kept.length, HEADROOM_BYTES, HEADROOM_BYTES + chunk.length)
    this.#reuse(chunk.buffer)
    return whole.subarray(0, length)
  }

  #reuse(bytes: Buffer): void {
    const isOwn = bytes.buffer.byteLength === HEADROOM_BYTES + this.#readBytes
    if (isOwn) this.#spare = Buffer.from(bytes.buffer)
  }

  #opened(): StoreFile {
    if (this.#file === undefined) throw new RangeError('no log file is open')
    return this.#file
  }
}

interface Chunk {
  /** Its bytes begin at `HEADROOM_BYTES`. */
  readonly buffer: Buffer
  readonly offset: number
  readonly length: number
}

/** Reads until the buffer is full or the file ends; returns how much. */
async function readSome(file: StoreFile, target: Buffer, position: number): Promise<number> {
  let count = 0
  while (count < target.length) {
    const more = await file.read(target.subarray(count), position + count)
    if (more === 0) break
    count += more
  }
  return count
}
