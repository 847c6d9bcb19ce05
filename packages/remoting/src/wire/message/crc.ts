import * as zlib from 'node:zlib'

/** Below this many bytes the table in JavaScript beats the call into zlib. */
const TABLE_BELOW_BYTES = 700

/** `zlib.crc32` where Node has it (from 20.15 and 22.2). */
const native: ((bytes: Uint8Array) => number) | undefined = zlib.crc32

/**
 * The checksum of a stored body: CRC-32 as in `java.util.zip.CRC32`, its low 31 bits
 * (read in common/…/UtilAll.java).
 */
export function bodyCrc(bytes: Uint8Array): number {
  const crc = native === undefined || bytes.length < TABLE_BELOW_BYTES ? tableCrc32(bytes) : native(bytes)
  return crc & 0x7fffffff
}

/** CRC-32 by 16 tables, 16 bytes a step: exported for the test that holds it against zlib's. */
export function tableCrc32(bytes: Uint8Array): number {
  const end = bytes.length - (bytes.length & 15)
  let crc = -1
  for (let i = 0; i < end; i += 16) crc = step16(crc, bytes, i)
  for (let i = end; i < bytes.length; i++) crc = (crc >>> 8) ^ entry(0, (crc ^ byteAt(bytes, i)) & 0xff)
  return ~crc >>> 0
}

function step16(crc: number, bytes: Uint8Array, at: number): number {
  let next = 0
  for (let k = 0; k < 4; k++) next ^= entry(15 - k, byteAt(bytes, at + k) ^ ((crc >>> (8 * k)) & 0xff))
  for (let k = 4; k < 16; k++) next ^= entry(15 - k, byteAt(bytes, at + k))
  return next
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
