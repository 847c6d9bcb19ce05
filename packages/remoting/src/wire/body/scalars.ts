import type Long from 'long'
import { JsonNumber, type JsonValue } from '../json/value'
import { type JsonStyle, javaDouble, quote } from '../json/write-json'
import { parseInt32, parseLong, parseSafe, saturate, writeBound } from '../numbers'
import type { BodyReader } from './body-reader'
import type { BodyType } from './body-type'

/** Text. Numbers and booleans are taken as their text, like official readers do. */
export const text: BodyType<string> = {
  name: 'string',
  read: (json, reader) => plainText(json) ?? reader.fail('is not text'),
  write: (value, style) => quote(value, style)
}

/** A Java int in a number. */
export const int: BodyType<number> = {
  name: 'int',
  read: (json, reader) => parseInt32(digits(json)) ?? reader.fail('is not an int'),
  write: (value) => String(value)
}

/** An offset, size or time. Past 2^53 − 1 it is an error. */
export const position: BodyType<number> = {
  name: 'position',
  read: (json, reader) => parseSafe(digits(json)) ?? reader.fail('is not an integer up to 2^53 - 1'),
  write: (value) => String(value)
}

/** The end of a range: saturates at 2^53 − 1, which is written as the largest long. */
export const bound: BodyType<number> = {
  name: 'bound',
  read: (json, reader) => saturate(digits(json)) ?? reader.fail('is not a long'),
  write: (value, style) => longText(writeBound(value), style)
}

/** A long that is only compared or handed back. */
export const opaque: BodyType<Long> = {
  name: 'opaque',
  read: (json, reader) => parseLong(digits(json)) ?? reader.fail('is not a long'),
  write: (value, style) => longText(value.toString(), style)
}

export const double: BodyType<number> = {
  name: 'double',
  read: (json, reader) => {
    const number = Number(plainText(json) ?? Number.NaN)
    return Number.isNaN(number) ? reader.fail('is not a number') : number
  },
  write: (value) => javaDouble(value)
}

export const bool: BodyType<boolean> = {
  name: 'bool',
  read: (json, reader) => BOOLEANS.get((plainText(json) ?? '').toLowerCase()) ?? reader.fail('is not a boolean'),
  write: (value) => String(value)
}

/** Bytes as base64 text. */
export const base64: BodyType<Buffer> = {
  name: 'base64',
  read: (json, reader) => (typeof json === 'string' ? Buffer.from(json, 'base64') : reader.fail('is not base64 text')),
  write: (value) => `"${value.toString('base64')}"`
}

/** A name of an enum. A number is read as the index of a name; unknown names stay as they are. */
export function enumName<Known extends string>(names: readonly Known[]): BodyType<Known | (string & Readonly<Record<never, never>>)> {
  return {
    name: names.join(' | '),
    read: (json, reader) => readEnum(json, names, reader),
    write: (value, style) => quote(value, style)
  }
}

function readEnum(json: JsonValue, names: readonly string[], reader: BodyReader): string {
  const given = plainText(json) ?? reader.fail('is not a name')
  return json instanceof JsonNumber ? (names[Number(given)] ?? given) : given
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false]
])

function plainText(json: JsonValue): string | undefined {
  if (typeof json === 'string') return json
  if (json instanceof JsonNumber) return json.text
  return typeof json === 'boolean' ? String(json) : undefined
}

function digits(json: JsonValue): string {
  if (json instanceof JsonNumber) return json.text
  return typeof json === 'string' ? json : ''
}

/** Only the standard form puts what a double cannot hold into quotes. */
function longText(number: string, style: JsonStyle): string {
  return style.standard === true && !Number.isSafeInteger(Number(number)) ? `"${number}"` : number
}
