import { ProtocolError } from './coded-error'

const TWO_32 = 0x1_0000_0000

/** Size of a {@link ByteWriter}. */
export interface ByteWriterOptions {
  /** First allocation in bytes. Default 256. */
  readonly initialBytes?: number
  /** Most bytes it may hold. Default 16 MiB. */
  readonly maxBytes?: number
}

/**
 * Writes big-endian values into a buffer that doubles as needed up to `maxBytes`. A value outside the range of its type, or
 * one byte too many, is a {@link ProtocolError} with `offset` and `field`; nothing of that value is written then.
 */
export class ByteWriter {
  readonly #maxBytes: number
  #bytes: Buffer
  #length = 0

  constructor({ initialBytes = 256, maxBytes = 16 * 1024 * 1024 }: ByteWriterOptions = {}) {
    this.#maxBytes = maxBytes
    this.#bytes = Buffer.allocUnsafe(Math.min(initialBytes, maxBytes))
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  int8(value: number, field: string): void {
    const at = this.#integer(value, -0x80, 0x7f, 1, field)
    this.#bytes.writeInt8(value, at)
  }

  int16(value: number, field: string): void {
    const at = this.#integer(value, -0x8000, 0x7fff, 2, field)
    this.#bytes.writeInt16BE(value, at)
  }

  int32(value: number, field: string): void {
    const at = this.#integer(value, -0x8000_0000, 0x7fff_ffff, 4, field)
    this.#bytes.writeInt32BE(value, at)
  }

  /** A 64-bit integer from a number of at most 53 bits. */
  int64(value: number, field: string): void {
    const at = this.#integer(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 8, field)
    const high = Math.floor(value / TWO_32)
    this.#bytes.writeInt32BE(high, at)
    this.#bytes.writeUInt32BE(value - high * TWO_32, at + 4)
  }

  bytes(source: Uint8Array, field: string): void {
    const at = this.reserve(source.length, field)
    this.#bytes.set(source, at)
  }

  /** UTF-8 text without a length. Returns how many bytes it took. */
  utf8(text: string, field: string): number {
    const size = Buffer.byteLength(text)
    const at = this.reserve(size, field)
    this.#bytes.write(text, at, 'utf8')
    return size
  }

  /** Leaves `size` bytes to be filled later, such as a length, and returns their offset. */
  reserve(size: number, field: string): number {
    const at = this.#length
    if (!(size >= 0)) throw new ProtocolError(`${field} has a negative size`, { offset: at, field, size })
    if (at + size > this.#bytes.length) this.#grow(at + size, field)
    this.#length = at + size
    return at
  }

  /** Fills four bytes that were reserved or written before. */
  patchInt32(offset: number, value: number): void {
    if (offset < 0 || offset + 4 > this.#length) throw new ProtocolError('patch lies outside what was written', { offset })
    this.#bytes.writeInt32BE(value, offset)
  }

  /** What was written, as a view: valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** What was written, as a copy. */
  toBuffer(): Buffer {
    return Buffer.from(this.view())
  }

  /** Starts again in the same memory. Earlier views are no longer valid. */
  clear(): void {
    this.#length = 0
  }

  #integer(value: number, low: number, high: number, size: number, field: string): number {
    if (Number.isInteger(value) && value >= low && value <= high) return this.reserve(size, field)
    throw new ProtocolError(`${field} is not an integer from ${low} to ${high}`, { offset: this.#length, field, value })
  }

  #grow(needed: number, field: string): void {
    if (needed > this.#maxBytes) {
      throw new ProtocolError(`${field} does not fit in ${this.#maxBytes} bytes`, { offset: this.#length, field, maxBytes: this.#maxBytes })
    }
    const grown = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(needed, this.#bytes.length * 2)))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
