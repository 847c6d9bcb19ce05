import { ProtocolError } from 'net-ts-protocol-kit'
import { readJson } from '../json/read-json'

/** The value of an ext field by its span in the field index: a complemented end stands for a value with escapes. */
export function fieldText(bytes: Buffer, start: number, end: number): string {
  return end < 0 ? unescapeText(bytes, start, ~end) : bytes.toString('utf8', start, end)
}

/** Text from the inside of a JSON string with escapes that a scan has found sound. */
export function unescapeText(bytes: Buffer, start: number, end: number): string {
  if (end - start > scratch.length) scratch = Buffer.allocUnsafe(Math.max(end - start, scratch.length * 2))
  const target = scratch
  let written = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte !== BACKSLASH) target[written++] = byte
    else if (bytes[at + 1] === LETTER_U) {
      const unit = hexUnit(bytes, at + 2)
      if (unit > 0x7f) return unescapeAny(bytes, start, end)
      target[written++] = unit
      at += 5
    } else target[written++] = unescaped(bytes[++at] as number)
  }
  return target.toString('utf8', 0, written)
}

let scratch = Buffer.allocUnsafe(4096)

const BACKSLASH = 0x5c
const LETTER_U = 0x75

function hexUnit(bytes: Buffer, start: number): number {
  let unit = 0
  for (let at = start; at < start + 4; at++) {
    const byte = bytes[at] as number
    unit = unit * 16 + (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57)
  }
  return unit
}

function unescaped(byte: number): number {
  switch (byte) {
    case 0x62:
      return 0x08
    case 0x66:
      return 0x0c
    case 0x6e:
      return 0x0a
    case 0x72:
      return 0x0d
    case 0x74:
      return 0x09
    default:
      return byte
  }
}

/** The rare escape outside ASCII: UTF-16 units may pair up. */
function unescapeAny(bytes: Buffer, start: number, end: number): string {
  const text = readJson(`"${bytes.toString('utf8', start, end)}"`)
  if (typeof text === 'string') return text
  throw new ProtocolError('JSON header: not a string', { offset: start })
}
