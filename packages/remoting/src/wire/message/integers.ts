const TWO_32 = 4294967296

/** Reads an int64 as a number; what a number cannot hold exactly saturates at ±(2^53 − 1). */
export function readInt64(bytes: Buffer, at: number): number {
  const value = bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4)
  if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER
  return Math.max(value, Number.MIN_SAFE_INTEGER)
}

/** Whether the int64 at `at` is a position: not negative and exact as a number. */
export function isPosition(bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) < 0x200000
}

/** Writes a safe integer as int64. */
export function writeInt64(target: Buffer, at: number, value: number): void {
  writeInt32(target, at, Math.floor(value / TWO_32))
  writeInt32(target, at + 4, value)
}

/** Writes the low 32 bits of a number. Plain stores: a third of the time of `writeInt32BE`, on the way of every message. */
export function writeInt32(target: Buffer, at: number, value: number): void {
  target[at] = value >>> 24
  target[at + 1] = value >>> 16
  target[at + 2] = value >>> 8
  target[at + 3] = value
}
