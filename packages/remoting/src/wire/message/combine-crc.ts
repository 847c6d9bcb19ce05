/** Lengths whose operator is kept: messages of a topic are much alike. */
const MAX_KNOWN = 4096
const POLYNOMIAL = 0xedb88320
const HIGHEST_BIT = 31
/** The polynomial 1, in the bit order of CRC-32: the highest bit is that of x⁰. */
const ONE = 0x80000000 | 0
/** x⁸: one byte. */
const BYTE = 0x00800000

/** By length: what each bit of a CRC becomes when so many bytes follow. */
const known = new Map<number, Int32Array>()
let newestLength = -1
let newest: Int32Array = new Int32Array(0)

/**
 * The CRC-32 of two pieces, one behind the other, of which each has its own: without reading them. As zlib's `crc32_combine`, with the
 * operator of a length kept. All are int32.
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  const operator = secondLength === newestLength ? newest : operatorOf(secondLength)
  let combined = second
  for (let bit = 0; bit <= HIGHEST_BIT; bit++) combined ^= (operator[bit] as number) & -((first >>> bit) & 1)
  return combined
}

function operatorOf(length: number): Int32Array {
  newest = known.get(length) ?? learn(length)
  newestLength = length
  return newest
}

function learn(length: number): Int32Array {
  const operator = new Int32Array(HIGHEST_BIT + 1)
  let next = power(length)
  for (let bit = HIGHEST_BIT; bit >= 0; bit--) {
    operator[bit] = next
    next = timesX(next)
  }
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(length, operator)
  return operator
}

/** x to the power of eight times `bytes`, modulo the polynomial. */
function power(bytes: number): number {
  let result = ONE
  let square = BYTE
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = product(result, square)
    square = product(square, square)
  }
  return result
}

function product(a: number, b: number): number {
  let sum = 0
  let shifted = b
  for (let bit = HIGHEST_BIT; bit >= 0; bit--) {
    if ((a >>> bit) & 1) sum ^= shifted
    shifted = timesX(shifted)
  }
  return sum
}

function timesX(value: number): number {
  return value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
}
