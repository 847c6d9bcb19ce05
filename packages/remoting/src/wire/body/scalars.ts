import type Long from 'long'
import { isJsonArray, JsonNumber, type JsonValue } from '../json/value'
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
  isNothing: isNullText,
  read: (json, reader) => parseInt32(digits(json)) ?? reader.fail('is not an int'),
  write: (value) => String(value)
}

/** An offset, size or time. Past 2^53 − 1 it is an error. */
export const position: BodyType<number> = {
  name: 'position',
  isNothing: isNullText,
  read: (json, reader) => parseSafe(digits(json)) ?? reader.fail('is not an integer up to 2^53 - 1'),
  write: (value) => String(value)
}

/** The end of a range: saturates at 2^53 − 1, which is written as the largest long. */
export const bound: BodyType<number> = {
  name: 'bound',
  isNothing: isNullText,
  read: (json, reader) => saturate(digits(json)) ?? reader.fail('is not a long'),
  write: (value, style) => longText(writeBound(value), style)
}

/** A long that is only compared or handed back. */
export const opaque: BodyType<Long> = {
  name: 'opaque',
  isNothing: isNullText,
  read: (json, reader) => parseLong(digits(json)) ?? reader.fail('is not a long'),
  write: (value, style) => longText(value.toString(), style)
}

export const double: BodyType<number> = {
  name: 'double',
  isNothing: isNullText,
  read: (json, reader) => {
    const text = plainText(json) ?? 'nothing'
    const number = Number(text)
    return Number.isNaN(number) && text !== 'NaN' ? reader.fail('is not a number') : number
  },
  write: (value) => javaDouble(value)
}

export const bool: BodyType<boolean> = {
  name: 'bool',
  isNothing: isNullText,
  read: (json, reader) => BOOLEANS.get((plainText(json) ?? '').toLowerCase()) ?? reader.fail('is not a boolean'),
  write: (value) => String(value)
}

/** Bytes as base64 text, in every release: how a bit set of acknowledged messages travels. */
export const base64: BodyType<Buffer> = {
  name: 'base64',
  read: (json, reader) => base64Bytes(json) ?? reader.fail('is not base64 text'),
  write: (value) => `"${value.toString('base64')}"`
}

/**
 * A `byte[]`: base64 text from fastjson 1, a list of signed numbers from fastjson2, which does not read the other. Read in either form;
 * fastjson 1 reads the list too.
 */
export const bytes: BodyType<Buffer> = {
  name: 'bytes',
  read: (json, reader) => base64Bytes(json) ?? listedBytes(json) ?? reader.fail('is neither base64 text nor a list of bytes'),
  write: (value, style) => (style.escapes === 'fastjson' ? base64.write(value, style) : `[${new Int8Array(value).join(',')}]`)
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function base64Bytes(json: JsonValue): Buffer | undefined {
  return typeof json === 'string' && BASE64.test(json) ? Buffer.from(json, 'base64') : undefined
}

function listedBytes(json: JsonValue): Buffer | undefined {
  if (!isJsonArray(json)) return undefined
  const numbers = json.map((item) => parseInt32(digits(item)) ?? Number.NaN)
  return numbers.every((number) => number >= -128 && number <= 255) ? Buffer.from(numbers) : undefined
}

/** A name of an enum, in any case. A number is read as the index of a name; unknown names stay as they are. */
export function enumName<Known extends string>(names: readonly Known[]): BodyType<Known | (string & Readonly<Record<never, never>>)> {
  return {
    name: names.join(' | '),
    isNothing: (json) => json === '',
    read: (json, reader) => readEnum(json, names, reader),
    write: (value, style) => quote(value, style)
  }
}

function readEnum(json: JsonValue, names: readonly string[], reader: BodyReader): string {
  const given = plainText(json) ?? reader.fail('is not a name')
  if (json instanceof JsonNumber) return names[Number(given)] ?? given
  return names.includes(given) ? given : (names.find((name) => name.toLowerCase() === given.toLowerCase()) ?? given)
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['y', true],
  ['false', false],
  ['0', false],
  ['n', false]
])

function plainText(json: JsonValue): string | undefined {
  if (typeof json === 'string') return json
  if (json instanceof JsonNumber) return json.text
  return typeof json === 'boolean' ? String(json) : undefined
}

/** The digits of an integer, of one with a fraction of nothing too. */
function digits(json: JsonValue): string {
  const text = json instanceof JsonNumber ? json.text : typeof json === 'string' ? json : ''
  if (INTEGER.test(text)) return text
  const whole = WHOLE.exec(text)?.[1]
  if (whole !== undefined) return whole
  const number = json instanceof JsonNumber ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? String(number) : text
}

const INTEGER = /^[+-]?\d+$/
const WHOLE = /^([+-]?\d+)\.0*$/

function isNullText(json: JsonValue): boolean {
  return json === '' || json === 'null'
}

/** Only the standard form puts what a double cannot hold into quotes. */
function longText(number: string, style: JsonStyle): string {
  return style.standard === true && !Number.isSafeInteger(Number(number)) ? `"${number}"` : number
}
