import { quote } from './json/write-json'

/** Writers into a buffer that is known to be large enough. Each returns where what it wrote ends. */

export function putBytes(target: Buffer, at: number, bytes: Buffer): number {
  for (let index = 0; index < bytes.length; index++) target[at + index] = bytes[index] as number
  return at + bytes.length
}

export function putInt32(target: Buffer, at: number, value: number): number {
  target[at] = value >> 24
  target[at + 1] = value >> 16
  target[at + 2] = value >> 8
  target[at + 3] = value
  return at + 4
}

/** Digits of an integer up to 2^53 − 1. Throws a `RangeError` for any other number. */
export function putInteger(target: Buffer, at: number, value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer up to 2^53 - 1: ${value}`)
  let start = at
  let rest = value
  if (rest < 0) {
    target[start++] = 0x2d
    rest = -rest
  }
  if (rest <= 0x7fffffff) return putDigits(target, start, rest)
  const high = Math.floor(rest / 10_000_000)
  return putLowDigits(target, putDigits(target, start, high), rest - high * 10_000_000)
}

function putDigits(target: Buffer, at: number, value: number): number {
  const end = at + digitCount(value)
  let rest = value
  for (let place = end - 1; place >= at; place--) {
    const tens = (rest / 10) | 0
    target[place] = 0x30 + rest - tens * 10
    rest = tens
  }
  return end
}

function putLowDigits(target: Buffer, at: number, value: number): number {
  let rest = value
  for (let place = at + 6; place >= at; place--) {
    const tens = (rest / 10) | 0
    target[place] = 0x30 + rest - tens * 10
    rest = tens
  }
  return at + 7
}

function digitCount(value: number): number {
  if (value < 100_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : value < 10_000 ? 4 : 5
  return value < 10_000_000 ? (value < 1_000_000 ? 6 : 7) : value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10
}

/** Up to here a loop over ASCII is faster than a call into the engine. */
const LOOP_CHARACTERS = 24

/** Text as UTF-8. Throws a `RangeError` instead of cutting it. */
export function putText(target: Buffer, at: number, text: string): number {
  if (text.length > LOOP_CHARACTERS) return putLongText(target, at, text)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) return putLongText(target, at, text)
    target[at + index] = unit
  }
  return at + text.length
}

function putLongText(target: Buffer, at: number, text: string): number {
  const room = target.length - at
  if (room < text.length * 3 && room < Buffer.byteLength(text)) throw new RangeError('the target is too small')
  return at + target.write(text, at)
}

/** Text as a JSON string with its quotes. `oldEscapes`: as releases below 5.4.0 escape. */
export function putJsonText(target: Buffer, at: number, text: string, oldEscapes: boolean): number {
  let end = at
  target[end++] = 0x22
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0x7f) return putLongText(target, at, quote(text, oldEscapes ? OLD : NEW))
    if (unit >= 0x20 && unit !== 0x22 && unit !== 0x5c) target[end++] = unit
    else end = putEscape(target, end, unit, oldEscapes)
  }
  target[end++] = 0x22
  return end
}

const OLD = { escapes: 'fastjson' } as const
const NEW = { escapes: 'fastjson2' } as const

/** The letter of a short escape by its code unit; 0 for those that have none. */
const SHORT_ESCAPES = Uint8Array.from({ length: 0x60 }, (_, unit) => {
  const letters: Readonly<Record<number, string>> = { 8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r', 34: '"', 92: '\\' }
  return letters[unit]?.charCodeAt(0) ?? 0
})

function putEscape(target: Buffer, at: number, unit: number, oldEscapes: boolean): number {
  const letter = SHORT_ESCAPES[unit] as number
  target[at] = 0x5c
  if (letter !== 0) {
    target[at + 1] = letter
    return at + 2
  }
  target[at + 1] = 0x75
  target[at + 2] = 0x30
  target[at + 3] = 0x30
  target[at + 4] = 0x30 + (unit >> 4)
  target[at + 5] = hexDigit(unit & 15, oldEscapes)
  return at + 6
}

function hexDigit(value: number, upper: boolean): number {
  return value < 10 ? 0x30 + value : (upper ? 0x37 : 0x57) + value
}

/** Up to here a generous bound is cheaper than counting. */
const UNCOUNTED_CHARACTERS = 1024

/** An upper bound of what a text takes in UTF-8 or as the inside of a JSON string. */
export function textBound(text: string): number {
  return text.length <= UNCOUNTED_CHARACTERS ? text.length * 6 : longTextBound(text)
}

function longTextBound(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x20 || unit >= 0x7f || unit === 0x22 || unit === 0x5c) bytes += 5
  }
  return bytes
}
