import { isJsonArray, type JsonKey, JsonNumber, JsonObject, type JsonValue } from './value'

/**
 * How text is written. Every official reader reads the default and its standard form; what fastjson 1 writes in its own way, byte arrays as
 * base64 and in the standard form objects as keys within texts, is for releases below 5.4.0.
 *
 * What each library writes was tried for every UTF-16 unit on fastjson 1.2.69 (4.9.7) and fastjson2 2.0.59 (5.5.0).
 */
export interface JsonStyle {
  /**
   * Numeric map keys in quotes, and integers beyond 2^53 − 1 as strings: what a route is asked for with a version of at least 4.9.4 or
   * `acceptStandardJsonOnly`. Default `false`. Read in namesrv/…/processor/ClientRequestProcessor.java.
   */
  readonly standard?: boolean
  /** Which library's escapes: releases below 5.4.0 write `fastjson`, later ones `fastjson2`. Default `fastjson2`. */
  readonly escapes?: 'fastjson' | 'fastjson2'
}

/** Writes a document without any space. Numbers keep their digits. Iterative, so that depth costs no stack. */
export function writeJson(value: JsonValue, style: JsonStyle = {}): string {
  let written = ''
  const pending: (JsonValue | Written)[] = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next instanceof Written) written += next.text
    else if (isJsonArray(next))
      unfold(
        pending,
        '[',
        next.map((item) => [item]),
        ']'
      )
    else if (next instanceof JsonObject)
      unfold(
        pending,
        '{',
        next.members.map(({ key, value }) => [...keyPieces(key, style), value]),
        '}'
      )
    else written += scalarText(next, style)
  }
  return written
}

/** Text that is ready. */
class Written {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Puts a container on the stack by its pieces, the first one on top. */
function unfold(pending: (JsonValue | Written)[], open: string, items: readonly (readonly (JsonValue | Written)[])[], close: string): void {
  pending.push(new Written(close))
  for (let index = items.length - 1; index >= 0; index--) {
    const pieces = items[index] as readonly (JsonValue | Written)[]
    for (let piece = pieces.length - 1; piece >= 0; piece--) pending.push(pieces[piece] as JsonValue | Written)
    if (index > 0) pending.push(new Written(','))
  }
  pending.push(new Written(open))
}

function keyPieces(key: JsonKey, style: JsonStyle): readonly (JsonValue | Written)[] {
  if (key instanceof JsonObject && !hasTextKeys(style)) return [key, new Written(':')]
  return [new Written(`${writeKey(key, style)}:`)]
}

function scalarText(value: null | boolean | string | JsonNumber, style: JsonStyle): string {
  if (typeof value === 'string') return quote(value, style)
  return value instanceof JsonNumber ? value.text : String(value)
}

/** A member name: text in quotes, a bare number, or a whole object. */
export function writeKey(key: JsonKey, style: JsonStyle): string {
  if (key instanceof JsonObject) return objectKey((inner) => writeJson(key, inner), style)
  if (typeof key === 'string') return quote(key, style)
  return style.standard === true ? `"${key.text}"` : key.text
}

/** An object as member name: bare, or in the standard form of fastjson 1 as a text that holds it. */
export function objectKey(write: (style: JsonStyle) => string, style: JsonStyle): string {
  return hasTextKeys(style) ? quote(write({ escapes: 'fastjson' }), style) : write(style)
}

function hasTextKeys(style: JsonStyle): boolean {
  return style.standard === true && style.escapes === 'fastjson'
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped.
const FASTJSON2 = /[\u0000-\u001f"\\]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped.
const FASTJSON = /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped.
const FASTJSON_STANDARD = /[\u0000-\u001f"\\/\u007f-\uffff]/g

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r']
])

/** A string in double quotes, escaped as the library of the style does it. */
export function quote(text: string, style: JsonStyle = {}): string {
  if (style.escapes !== 'fastjson') return `"${text.replace(FASTJSON2, (character) => SHORT.get(character) ?? unicode(character))}"`
  const pattern = style.standard === true ? FASTJSON_STANDARD : FASTJSON
  return `"${text.replace(pattern, (character) => SHORT.get(character) ?? `\\u${unicode(character).slice(2).toUpperCase()}`)}"`
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A double as Java prints it: `0.0`, `1.0E8`, `1.0E-7`; what JSON cannot say is `null`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  const size = Math.abs(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
}
