import Long from 'long'

const INTEGER = /^[+-]?\d{1,40}$/
/** What a saturated bound is written as. */
const LARGEST_LONG = '9223372036854775807'
const SMALLEST_LONG = '-9223372036854775808'

/** An int32 by its digits, as Java's parseInt takes them. */
export function parseInt32(digits: string): number | undefined {
  const number = INTEGER.test(digits) ? Number(digits) : Number.NaN
  return number >= -0x80000000 && number <= 0x7fffffff ? number + 0 : undefined
}

/** An integer that a number holds exactly. */
export function parseSafe(digits: string): number | undefined {
  const number = INTEGER.test(digits) ? Number(digits) : Number.NaN
  return Number.isSafeInteger(number) ? number + 0 : undefined
}

/** A long that saturates at ±(2^53 − 1). Past 64 bits it is no long. */
export function saturate(digits: string): number | undefined {
  const safe = parseSafe(digits)
  if (safe !== undefined || !isLong(digits)) return safe
  return digits.startsWith('-') ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
}

/** A bound as it is written: the ends of our numbers stand for the ends of a long. */
export function writeBound(value: number): string {
  if (value >= Number.MAX_SAFE_INTEGER) return LARGEST_LONG
  return value <= Number.MIN_SAFE_INTEGER ? SMALLEST_LONG : String(value)
}

/** A long of any value. */
export function parseLong(digits: string): Long | undefined {
  return isLong(digits) ? Long.fromString(digits.replace('+', '')) : undefined
}

function isLong(digits: string): boolean {
  if (!INTEGER.test(digits)) return false
  const plain = digits.replace(/^[+-]?0*(?=\d)/, '')
  const limit = digits.startsWith('-') ? SMALLEST_LONG.slice(1) : LARGEST_LONG
  return plain.length < limit.length || (plain.length === limit.length && plain <= limit)
}
