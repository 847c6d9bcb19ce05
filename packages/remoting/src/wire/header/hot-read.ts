import Long from 'long'
import { fieldText } from '../command/json-text'
import { internedText } from '../interned'
import { parseInt32, parseLong, parseSafe, saturate } from '../numbers'
import { readBool } from './field-values'
import { HeaderFieldError } from './header-field-error'
import type { HotKey } from './hot-key'

/** Parts of the generated hot codecs: each reads the value that lies between two places of the frame. A negative end: with escapes. */

/** Whether a field's name is this one, of which length and first byte are known to be equal. */
export function isKey(frame: Buffer, start: number, { name }: HotKey): boolean {
  for (let index = 1; index < name.length; index++) if (frame[start + index] !== name[index]) return false
  return true
}

/** Text that comes again and again. */
export function readRepeated(frame: Buffer, start: number, end: number): string {
  return end < 0 ? fieldText(frame, start, end) : internedText(frame, start, end)
}

export function readInt(frame: Buffer, start: number, end: number, header: string, wire: string): number | undefined {
  const value = plainInteger(frame, start, end)
  if (value <= 0x7fffffff && value >= -0x80000000) return value
  const text = fieldText(frame, start, end)
  return text === '' ? undefined : (parseInt32(text) ?? bad(header, wire, 'is not an int'))
}

export function readPosition(frame: Buffer, start: number, end: number, header: string, wire: string, min: number): number | undefined {
  const value = plainInteger(frame, start, end)
  if (value >= min) return value
  const text = fieldText(frame, start, end)
  if (text === '') return undefined
  const parsed = parseSafe(text)
  return parsed !== undefined && parsed >= min ? parsed : bad(header, wire, `is not an integer from ${min} to 2^53 - 1`)
}

export function readBound(frame: Buffer, start: number, end: number, header: string, wire: string): number | undefined {
  const value = plainInteger(frame, start, end)
  if (!Number.isNaN(value)) return value
  const text = fieldText(frame, start, end)
  return text === '' ? undefined : (saturate(text) ?? bad(header, wire, 'is not a long'))
}

export function readOpaque(frame: Buffer, start: number, end: number, header: string, wire: string): Long | undefined {
  const value = plainInteger(frame, start, end)
  if (!Number.isNaN(value)) return Long.fromNumber(value)
  const text = fieldText(frame, start, end)
  return text === '' ? undefined : (parseLong(text) ?? bad(header, wire, 'is not a long'))
}

export function readBoolean(frame: Buffer, start: number, end: number, header: string, wire: string): boolean | undefined {
  if (end - start === 4 && isAscii(frame, start, TRUE)) return true
  if (end - start === 5 && isAscii(frame, start, FALSE)) return false
  const text = fieldText(frame, start, end)
  return text === '' ? undefined : (readBool(text) ?? bad(header, wire, 'is not a boolean'))
}

const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

function isAscii(frame: Buffer, start: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index++) if (frame[start + index] !== expected[index]) return false
  return true
}

export function missing(header: string, wire: string): never {
  throw new HeaderFieldError(header, wire, 'is missing')
}

/** Digits that a number holds for certain, with an optional minus; NaN for anything else. */
function plainInteger(frame: Buffer, start: number, end: number): number {
  const negative = frame[start] === 0x2d
  let at = negative ? start + 1 : start
  if (end <= at || end - at > 15) return Number.NaN
  let value = 0
  if (end - at <= 9) {
    for (; at < end; at++) {
      const digit = (frame[at] as number) - 0x30
      if (digit < 0 || digit > 9) return Number.NaN
      value = (value * 10 + digit) | 0
    }
    return negative ? 0 - value : value
  }
  for (; at < end; at++) {
    const digit = (frame[at] as number) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return negative ? 0 - value : value
}

function bad(header: string, wire: string, reason: string): never {
  throw new HeaderFieldError(header, wire, reason)
}
