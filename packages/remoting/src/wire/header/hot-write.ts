import type Long from 'long'
import { writeBound } from '../numbers'
import { putBytes, putInt32, putInteger, putJsonText, putText } from '../put-bytes'
import type { HotKey } from './hot-key'

/** Parts of the generated hot codecs: each writes one field, in JSON with a comma behind it. */

export function binaryText(target: Buffer, at: number, key: HotKey, text: string): number {
  const lengthAt = putBytes(target, at, key.binary)
  const end = putText(target, lengthAt + 4, text)
  putInt32(target, lengthAt, end - lengthAt - 4)
  return end
}

export function binaryInteger(target: Buffer, at: number, key: HotKey, value: number): number {
  const lengthAt = putBytes(target, at, key.binary)
  const end = putInteger(target, lengthAt + 4, value)
  putInt32(target, lengthAt, end - lengthAt - 4)
  return end
}

export function binaryBoolean(target: Buffer, at: number, key: HotKey, value: boolean): number {
  return binaryText(target, at, key, value ? 'true' : 'false')
}

export function binaryBound(target: Buffer, at: number, key: HotKey, value: number): number {
  return isBounded(value) ? binaryInteger(target, at, key, value) : binaryText(target, at, key, writeBound(value))
}

export function binaryOpaque(target: Buffer, at: number, key: HotKey, value: Long): number {
  const number = value.toNumber()
  return Number.isSafeInteger(number) ? binaryInteger(target, at, key, number) : binaryText(target, at, key, value.toString())
}

export function jsonText(target: Buffer, at: number, key: HotKey, text: string): number {
  const end = putJsonText(target, putBytes(target, at, key.json), text, false)
  target[end] = COMMA
  return end + 1
}

export function jsonInteger(target: Buffer, at: number, key: HotKey, value: number): number {
  return endQuoted(target, putInteger(target, startQuoted(target, at, key), value))
}

export function jsonBoolean(target: Buffer, at: number, key: HotKey, value: boolean): number {
  return endQuoted(target, putText(target, startQuoted(target, at, key), value ? 'true' : 'false'))
}

export function jsonBound(target: Buffer, at: number, key: HotKey, value: number): number {
  if (isBounded(value)) return jsonInteger(target, at, key, value)
  return endQuoted(target, putText(target, startQuoted(target, at, key), writeBound(value)))
}

export function jsonOpaque(target: Buffer, at: number, key: HotKey, value: Long): number {
  const number = value.toNumber()
  if (Number.isSafeInteger(number)) return jsonInteger(target, at, key, number)
  return endQuoted(target, putText(target, startQuoted(target, at, key), value.toString()))
}

/** Whether a bound stands for itself, and not for an end of the longs. */
function isBounded(value: number): boolean {
  return value < Number.MAX_SAFE_INTEGER && value > Number.MIN_SAFE_INTEGER
}

const COMMA = 0x2c

function startQuoted(target: Buffer, at: number, key: HotKey): number {
  const end = putBytes(target, at, key.json)
  target[end] = 0x22
  return end + 1
}

function endQuoted(target: Buffer, at: number): number {
  target[at] = 0x22
  target[at + 1] = COMMA
  return at + 2
}
