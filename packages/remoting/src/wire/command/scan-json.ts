import { fieldIndex } from './field-index'
import type { ResolvedCommandLimits } from './limits'

/** What a scan of a JSON header found; reused by every scan. */
export interface JsonHead {
  code: number
  flag: number
  opaque: number
  version: number
  languageStart: number
  languageEnd: number
  /** -1: no remark. */
  remarkStart: number
  remarkEnd: number
  remarkEscaped: number
  /** -1: no ext fields. */
  fieldsStart: number
}

/** The head of the header that was scanned last. */
export const jsonHead: JsonHead = {
  code: 0,
  flag: 0,
  opaque: 0,
  version: 0,
  languageStart: 0,
  languageEnd: 0,
  remarkStart: -1,
  remarkEnd: -1,
  remarkEscaped: 0,
  fieldsStart: -1
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

/** Position behind what was scanned, and whether the last string had escapes. */
let at = 0
let escaped = 0

/**
 * Scans a JSON header as official peers write it: no spaces, known keys, ext fields of strings. Fills {@link jsonHead} and the field index.
 *
 * `false` for everything else, sound or broken: then the dialect reader decides. Throws a `ProtocolError` only for limits.
 */
export function scanJsonHead(frame: Buffer, start: number, end: number, limits: ResolvedCommandLimits): boolean {
  fieldIndex.clear()
  jsonHead.remarkStart = -1
  jsonHead.fieldsStart = -1
  at = start
  if (frame[at++] !== OPEN) return false
  let seen = 0
  for (;;) {
    const key = scanKey(frame, end)
    if (key === 0 || !scanValue(frame, end, key, limits)) return false
    seen |= key
    const next = frame[at++]
    if (next === CLOSE) break
    if (next !== COMMA) return false
  }
  return at === end && (seen & REQUIRED) === REQUIRED
}

/** Scans the ext fields again, from where an earlier scan found them. */
export function rescanJsonFields(frame: Buffer, start: number, end: number, limits: ResolvedCommandLimits): void {
  fieldIndex.clear()
  at = start
  scanFields(frame, end, limits)
}

const CODE = 1
const FLAG = 2
const OPAQUE = 4
const VERSION = 8
const LANGUAGE = 16
const REMARK = 32
const FIELDS = 64
const SERIALIZE_TYPE = 128
/** A header that lacks one of these is left to the dialect reader, which knows the defaults. */
const REQUIRED = CODE | FLAG | OPAQUE | VERSION | LANGUAGE

const CODE_KEY = Buffer.from('"code":')
const FLAG_KEY = Buffer.from('"flag":')
const OPAQUE_KEY = Buffer.from('"opaque":')
const VERSION_KEY = Buffer.from('"version":')
const LANGUAGE_KEY = Buffer.from('"language":')
const REMARK_KEY = Buffer.from('"remark":')
const FIELDS_KEY = Buffer.from('"extFields":')
const SERIALIZE_TYPE_KEY = Buffer.from('"serializeTypeCurrentRPC":')

/** The bit of the key that stands here, with its colon; 0 for any other. */
function scanKey(frame: Buffer, end: number): number {
  switch (frame[at + 1]) {
    case 0x63:
      return takeKey(frame, end, CODE_KEY, CODE)
    case 0x65:
      return takeKey(frame, end, FIELDS_KEY, FIELDS)
    case 0x66:
      return takeKey(frame, end, FLAG_KEY, FLAG)
    case 0x6c:
      return takeKey(frame, end, LANGUAGE_KEY, LANGUAGE)
    case 0x6f:
      return takeKey(frame, end, OPAQUE_KEY, OPAQUE)
    case 0x72:
      return takeKey(frame, end, REMARK_KEY, REMARK)
    case 0x73:
      return takeKey(frame, end, SERIALIZE_TYPE_KEY, SERIALIZE_TYPE)
    case 0x76:
      return takeKey(frame, end, VERSION_KEY, VERSION)
    default:
      return 0
  }
}

function takeKey(frame: Buffer, end: number, expected: Buffer, bit: number): number {
  if (end - at < expected.length) return 0
  for (let index = 0; index < expected.length; index++) if (frame[at + index] !== expected[index]) return 0
  at += expected.length
  return bit
}

function scanValue(frame: Buffer, end: number, bit: number, limits: ResolvedCommandLimits): boolean {
  switch (bit) {
    case CODE:
      jsonHead.code = scanInt(frame)
      return !Number.isNaN(jsonHead.code)
    case FLAG:
      jsonHead.flag = scanInt(frame)
      return !Number.isNaN(jsonHead.flag)
    case OPAQUE:
      jsonHead.opaque = scanInt(frame)
      return !Number.isNaN(jsonHead.opaque)
    case VERSION:
      jsonHead.version = scanInt(frame)
      return !Number.isNaN(jsonHead.version)
    case LANGUAGE:
      jsonHead.languageStart = at + 1
      if (!scanString(frame, end) || escaped !== 0) return false
      jsonHead.languageEnd = at - 1
      return true
    case REMARK:
      jsonHead.remarkStart = at + 1
      if (!scanString(frame, end)) return false
      jsonHead.remarkEnd = at - 1
      jsonHead.remarkEscaped = escaped
      return true
    case SERIALIZE_TYPE:
      return scanString(frame, end)
    default:
      fieldIndex.clear()
      jsonHead.fieldsStart = at
      return scanFields(frame, end, limits)
  }
}

/** Plain on purpose: one loop with local places is half the time of calls per string. */
function scanFields(frame: Buffer, end: number, limits: ResolvedCommandLimits): boolean {
  if (frame[at] !== OPEN) return false
  if (frame[at + 1] === CLOSE) {
    at += 2
    return true
  }
  const large = Math.min(limits.maxKeyBytes, limits.maxValueBytes)
  let spans = fieldIndex.spans
  let position = at
  for (let place = 0; ; place += 4) {
    if (frame[position + 1] !== QUOTE) return false
    const keyStart = position + 2
    position = plainEnd(frame, keyStart, end)
    const keyEnd = position
    if (frame[position] !== QUOTE || frame[position + 1] !== COLON || frame[position + 2] !== QUOTE) return false
    const valueStart = position + 3
    position = plainEnd(frame, valueStart, end)
    let valueEnd = position
    if (frame[position] === BACKSLASH) {
      position = escapedEnd(frame, position, end)
      valueEnd = ~position
    }
    if (position >= end || frame[position] !== QUOTE) return false
    if (position - keyStart > large) fieldIndex.checkLarge(frame, keyStart, keyEnd, valueStart, position, limits)
    if (place === spans.length) spans = fieldIndex.grow()
    spans[place] = keyStart
    spans[place + 1] = keyEnd
    spans[place + 2] = valueStart
    spans[place + 3] = valueEnd
    const next = frame[++position]
    if (next === COMMA) continue
    fieldIndex.count = place / 4 + 1
    at = position + 1
    return next === CLOSE
  }
}

/** Where a run of plain bytes ends: at a quote, a backslash, a control byte or the end. */
function plainEnd(frame: Buffer, start: number, end: number): number {
  let position = start
  while (position < end) {
    const byte = frame[position] as number
    if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break
    position++
  }
  return position
}

/** The end of a string, from its first escape on; a place that holds no quote when an escape is unknown. */
function escapedEnd(frame: Buffer, start: number, end: number): number {
  let position = start
  while (position < end && frame[position] === BACKSLASH) {
    const length = escapeLength(frame, position, end)
    if (length === 0) return position
    position = plainEnd(frame, position + length, end)
  }
  return position
}

/** Scans a string in double quotes, checking its escapes. */
function scanString(frame: Buffer, end: number): boolean {
  if (frame[at] !== QUOTE) return false
  let position = plainEnd(frame, at + 1, end)
  escaped = frame[position] === BACKSLASH ? 1 : 0
  if (escaped === 1) position = escapedEnd(frame, position, end)
  at = position + 1
  return position < end && frame[position] === QUOTE
}

function escapeLength(frame: Buffer, position: number, end: number): number {
  switch (frame[position + 1]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return 2
    case 0x75:
      return position + 6 <= end && isHex(frame, position + 2) ? 6 : 0
    default:
      return 0
  }
}

function isHex(frame: Buffer, start: number): boolean {
  for (let position = start; position < start + 4; position++) {
    const byte = frame[position] as number
    const lower = byte | 0x20
    if (!((byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66))) return false
  }
  return true
}

/** A plain int32; NaN for anything else. */
function scanInt(frame: Buffer): number {
  const negative = frame[at] === 0x2d
  const start = negative ? at + 1 : at
  let position = start
  let value = 0
  for (let byte = frame[position] as number; byte >= 0x30 && byte <= 0x39; byte = frame[++position] as number) {
    value = value * 10 + byte - 0x30
    if (value > 0x80000000) return Number.NaN
  }
  if (position === start) return Number.NaN
  at = position
  const signed = negative ? -value : value
  return signed > 0x7fffffff ? Number.NaN : signed + 0
}
