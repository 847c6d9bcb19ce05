import * as zlib from 'node:zlib'

/** Below this many bytes the table in JavaScript beats the call into zlib. */
const TABLE_BELOW_BYTES = 256

/** `zlib.crc32` where Node has it (from 20.15 and 22.2). */
const native: ((bytes: Uint8Array) => number) | undefined = zlib.crc32

/**
 * The checksum of a stored body: CRC-32 as in `java.util.zip.CRC32`, its low 31 bits
 * (read in common/…/UtilAll.java).
 */
export function bodyCrc(bytes: Uint8Array): number {
  return crc32(bytes) & 0x7fffffff
}

/** As `bodyCrc`, of the bytes from `from` to `to`: a third less for short ones than with a view of them. */
export function bodyCrcBetween(bytes: Uint8Array, from: number, to: number): number {
  const isLong = native !== undefined && to - from >= TABLE_BELOW_BYTES
  const crc = isLong ? native(new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from)) : continueCrc32(0, bytes, from, to)
  return crc & 0x7fffffff
}

/** CRC-32, all 32 bits, as an int32. */
export function crc32(bytes: Uint8Array): number {
  if (native === undefined || bytes.length < TABLE_BELOW_BYTES) return continueCrc32(0, bytes, 0, bytes.length)
  return native(bytes) | 0
}

/** CRC-32 by 16 tables, unsigned: exported for the test that holds it against zlib's. */
export function tableCrc32(bytes: Uint8Array): number {
  return continueCrc32(0, bytes, 0, bytes.length) >>> 0
}

/** The CRC-32 of something and the bytes from `from` to `to` behind it, as an int32. `before` is that of the something, 0 of nothing. 16 bytes a step. */
export function continueCrc32(before: number, bytes: Uint8Array, from: number, to: number): number {
  const stepsEnd = from + ((to - from) & ~15)
  let crc = ~before
  for (let i = from; i < stepsEnd; i += 16) crc = step16(crc, bytes, i)
  for (let i = stepsEnd; i < to; i++) crc = (crc >>> 8) ^ entry(0, (crc ^ byteAt(bytes, i)) & 0xff)
  return ~crc
}

/** Written out: it is on the way of every message, and a loop takes twice as long. */
function step16(crc: number, bytes: Uint8Array, at: number): number {
  return (
    entry(15, byteAt(bytes, at) ^ (crc & 0xff)) ^
    entry(14, byteAt(bytes, at + 1) ^ ((crc >>> 8) & 0xff)) ^
    entry(13, byteAt(bytes, at + 2) ^ ((crc >>> 16) & 0xff)) ^
    entry(12, byteAt(bytes, at + 3) ^ (crc >>> 24)) ^
    entry(11, byteAt(bytes, at + 4)) ^
    entry(10, byteAt(bytes, at + 5)) ^
    entry(9, byteAt(bytes, at + 6)) ^
    entry(8, byteAt(bytes, at + 7)) ^
    entry(7, byteAt(bytes, at + 8)) ^
    entry(6, byteAt(bytes, at + 9)) ^
    entry(5, byteAt(bytes, at + 10)) ^
    entry(4, byteAt(bytes, at + 11)) ^
    entry(3, byteAt(bytes, at + 12)) ^
    entry(2, byteAt(bytes, at + 13)) ^
    entry(1, byteAt(bytes, at + 14)) ^
    entry(0, byteAt(bytes, at + 15))
  )
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number
}

function entry(table: number, index: number): number {
  return TABLES[(table << 8) | index] as number
}

/** Table 0 is the classic one; table k continues table k − 1 by one more zero byte. */
const TABLES: Int32Array = new Int32Array(16 * 256)
for (let i = 0; i < 256; i++) {
  let crc = i
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  TABLES[i] = crc
}
for (let i = 256; i < TABLES.length; i++) {
  const before = TABLES[i - 256] as number
  TABLES[i] = (before >>> 8) ^ (TABLES[before & 0xff] as number)
}
