import { ProtocolError } from 'net-ts-protocol-kit'
import { readJson } from '../json/read-json'
import { type JsonKey, JsonNumber, JsonObject, type JsonValue } from '../json/value'
import { parseInt32 } from '../numbers'
import { valueLimit } from './field-index'
import type { ResolvedCommandLimits } from './limits'

/** A header as the dialect reader understands it. */
export interface ReadHead {
  readonly code: number
  readonly flag: number
  readonly opaque: number
  readonly version: number
  readonly language: string | number
  readonly remark: string | undefined
  readonly fields: ReadonlyMap<string, string> | undefined
}

const MAX_DEPTH = 32

/**
 * Reads a JSON header in any form an official reader would take: spaces, any order, numbers and booleans as ext field values, defaults for what is
 * missing. Throws a `ProtocolError` for anything else. Read in remoting/…/protocol/RemotingCommand.java.
 */
export function readJsonHead(text: string, limits: ResolvedCommandLimits): ReadHead {
  const head = readJson(text, { maxDepth: MAX_DEPTH, maxValues: 64 + 4 * limits.maxFields })
  if (!(head instanceof JsonObject)) throw new ProtocolError('JSON header: not an object')
  const fields = head.get('extFields')
  checkLength(text, fields, limits)
  return {
    code: intOf(head, 'code', undefined),
    flag: intOf(head, 'flag', 0),
    opaque: intOf(head, 'opaque', 0),
    version: intOf(head, 'version', 0),
    language: languageOf(head.get('language')),
    remark: textOf(head.get('remark'), 'remark'),
    fields: fields === undefined || fields === null ? undefined : fieldsOf(fields, limits)
  }
}

function intOf(head: JsonObject, name: string, absent: number | undefined): number {
  const value = head.get(name)
  if (value === undefined && absent !== undefined) return absent
  const text = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value : ''
  return parseInt32(text) ?? wrong(name)
}

/** Official readers take the enum's name or its number; a missing one is JAVA there. */
function languageOf(value: JsonValue | undefined): string | number {
  if (value === undefined) return 'JAVA'
  if (value instanceof JsonNumber) return parseInt32(value.text) ?? wrong('language')
  return textOf(value, 'language') ?? 'OTHER'
}

function textOf(value: JsonValue | undefined, name: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (value instanceof JsonNumber) return value.text
  return typeof value === 'boolean' ? String(value) : wrong(name)
}

function fieldsOf(json: JsonValue, limits: ResolvedCommandLimits): ReadonlyMap<string, string> {
  if (!(json instanceof JsonObject)) return wrong('extFields')
  if (json.members.length > limits.maxFields) throw new ProtocolError('header has too many ext fields', { limit: limits.maxFields })
  const fields = new Map<string, string>()
  for (const member of json.members) {
    const key = keyOf(member.key)
    const value = textOf(member.value, 'extFields')
    if (value === undefined) continue
    const limit = valueLimit(key, limits)
    if (Buffer.byteLength(key) > limits.maxKeyBytes || Buffer.byteLength(value) > limit)
      throw new ProtocolError('an ext field is too long', { limit })
    fields.set(key, value)
  }
  return fields
}

function keyOf(key: JsonKey): string {
  if (typeof key === 'string') return key
  return key instanceof JsonNumber ? key.text : wrong('extFields')
}

/** One long value may be longer than everything else together. */
function checkLength(text: string, fields: JsonValue | undefined, limits: ResolvedCommandLimits): void {
  if (text.length <= limits.maxHeaderBytes) return
  const long = fields instanceof JsonObject ? (fields.get('i') ?? fields.get('properties') ?? fields.get('msgId')) : undefined
  const spared = typeof long === 'string' ? JSON.stringify(long).length : 0
  if (text.length - spared > limits.maxHeaderBytes) throw new ProtocolError('header is too long', { limit: limits.maxHeaderBytes })
}

function wrong(field: string): never {
  throw new ProtocolError(`JSON header: bad ${field}`, { field })
}
