import { ProtocolError } from './coded-error'

const TWO_32 = 0x1_0000_0000
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads big-endian values from a part of a buffer and never past its end: whatever the bytes, a read returns a value or
 * throws a {@link ProtocolError} with `offset` (index in the buffer) and `field`. Nothing is copied and nothing allocated
 * before the length was checked.
 */
export class ByteReader {
  readonly #bytes: Buffer
  readonly #end: number
  #offset: number

  /** Reads `bytes` from `start` (default 0) up to `end` (default the length of the buffer). */
  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    if (start < 0 || end > bytes.length || start > end) throw new ProtocolError('range lies outside the buffer', { offset: start, end })
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
  }

  /** Index of the next byte in the buffer. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#end - this.#offset
  }

  int8(field: string): number {
    return this.#bytes.readInt8(this.#take(1, field))
  }

  uint8(field: string): number {
    return this.#bytes.readUInt8(this.#take(1, field))
  }

  int16(field: string): number {
    return this.#bytes.readInt16BE(this.#take(2, field))
  }

  uint16(field: string): number {
    return this.#bytes.readUInt16BE(this.#take(2, field))
  }

  int32(field: string): number {
    return this.#bytes.readInt32BE(this.#take(4, field))
  }

  uint32(field: string): number {
    return this.#bytes.readUInt32BE(this.#take(4, field))
  }

  /**
   * A signed 64-bit integer as a number; one that a number cannot hold exactly is a {@link ProtocolError}.
   * For values of any size read two words: `int32` (high), then `int32` (low).
   */
  int64(field: string): number {
    const at = this.#take(8, field)
    const value = this.#int64At(at)
    if (Number.isSafeInteger(value)) return value
    throw new ProtocolError(`${field} does not fit in 53 bits`, { offset: at, field })
  }

  /** A signed 64-bit integer as a number, cut to ±(2^53 − 1) when it lies outside. */
  int64Saturated(field: string): number {
    const value = this.#int64At(this.#take(8, field))
    return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
  }

  /** The next `length` bytes as a view: it shares memory with the buffer and keeps all of it alive. */
  bytes(length: number, field: string): Buffer {
    const at = this.#take(length, field)
    return this.#bytes.subarray(at, at + length)
  }

  /** UTF-8 text of `length` bytes; broken sequences become U+FFFD. */
  utf8(length: number, field: string): string {
    const at = this.#take(length, field)
    return this.#bytes.toString('utf8', at, at + length)
  }

  /** UTF-8 text of `length` bytes; a broken sequence is a {@link ProtocolError}. */
  strictUtf8(length: number, field: string): string {
    const at = this.#take(length, field)
    try {
      return strictDecoder.decode(this.#bytes.subarray(at, at + length))
    } catch (cause) {
      throw new ProtocolError(`${field} is not UTF-8`, { offset: at, field }, cause)
    }
  }

  skip(length: number, field: string): void {
    this.#take(length, field)
  }

  /** A reader over the next `length` bytes, which this one skips. */
  slice(length: number, field: string): ByteReader {
    const at = this.#take(length, field)
    return new ByteReader(this.#bytes, at, at + length)
  }

  /** Throws when bytes are left. */
  expectEnd(field: string): void {
    if (this.remaining === 0) return
    throw new ProtocolError(`${this.remaining} bytes are left after ${field}`, { offset: this.#offset, field, remaining: this.remaining })
  }

  #take(length: number, field: string): number {
    const at = this.#offset
    if (length >= 0 && length <= this.#end - at) {
      this.#offset = at + length
      return at
    }
    const facts = { offset: at, field, length, remaining: this.#end - at }
    throw new ProtocolError(length < 0 ? `${field} has a negative length` : `${field} ends outside its frame`, facts)
  }

  #int64At(at: number): number {
    return this.#bytes.readInt32BE(at) * TWO_32 + this.#bytes.readUInt32BE(at + 4)
  }
}
