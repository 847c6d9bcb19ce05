/** Plain loads: a third of the time of `readInt32BE`, on the way of every record. The bytes must be there. */
export function int32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
}

export function int16At(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)) >> 16
}

export function int8At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) >> 24
}

const TWO_32 = 4294967296

/** A position: exact up to 2^53. */
export function positionAt(bytes: Uint8Array, at: number): number {
  return (int32At(bytes, at) >>> 0) * TWO_32 + (int32At(bytes, at + 4) >>> 0)
}
