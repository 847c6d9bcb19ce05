import { CodedError } from 'net-ts-protocol-kit'
import { MAX_PROPERTIES_BYTES } from './record-layout'

/** Between name and value. */
export const NAME_VALUE_SEPARATOR = '\u0001'
/** After a value. */
export const PROPERTY_SEPARATOR = '\u0002'

const NAME_VALUE_BYTE = 1
const PROPERTY_BYTE = 2

/** Properties that cannot be written: `PROPERTY_ILLEGAL` (facts: `name`, `problem`), `PROPERTIES_TOO_LARGE` (facts: `bytes`, `maxBytes`). */
export class MessagePropertiesError extends CodedError {}

export interface PropertiesFormat {
  /** Whether the last value is followed by 0x02. 5.x writes it, 4.9.7 does not, everyone reads both. Default `true`. */
  readonly trailingSeparator?: boolean
}

/**
 * Properties as the text that headers carry: `name 0x01 value 0x02 …` (read in common/…/message/MessageDecoder.java).
 *
 * @throws MessagePropertiesError when a name or value holds a separator, a name or value is empty (no reader would find
 * it again), or the text has more than 32,767 bytes in UTF-8.
 */
export function formatProperties(properties: Iterable<readonly [string, string]>, format: PropertiesFormat = {}): string {
  let text = ''
  for (const [name, value] of properties) {
    checkProperty(name, value)
    text += name + NAME_VALUE_SEPARATOR + value + PROPERTY_SEPARATOR
  }
  if (format.trailingSeparator === false) text = text.slice(0, -1)
  checkPropertiesBytes(Buffer.byteLength(text))
  return text
}

/** The same as bytes, as records carry it. */
export function encodeProperties(properties: Iterable<readonly [string, string]>, format: PropertiesFormat = {}): Buffer {
  return Buffer.from(formatProperties(properties, format))
}

/**
 * Reads properties. Total: entries without 0x01, with an empty name or an empty value are dropped as Java drops them, the
 * last of equal names wins.
 */
export function decodeProperties(encoded: Buffer | string): Map<string, string> {
  const text = typeof encoded === 'string' ? encoded : encoded.toString('utf8')
  const properties = new Map<string, string>()
  let at = 0
  while (at < text.length) {
    let end = text.indexOf(PROPERTY_SEPARATOR, at)
    if (end < 0) end = text.length
    const separator = text.indexOf(NAME_VALUE_SEPARATOR, at)
    if (separator < 0) break
    if (separator > at && separator < end - 1) properties.set(text.slice(at, separator), text.slice(separator + 1, end))
    at = end + 1
  }
  return properties
}

/** One property of an encoded text, without decoding the others. The last of equal names wins, as in `decodeProperties`. */
export function findProperty(encoded: Buffer, name: string): string | undefined {
  const entry = findEntry(encoded, name)
  return entry === undefined ? undefined : encoded.toString('utf8', entry.valueAt, entry.end)
}

/**
 * An encoded text with more properties behind it. Puts in the 0x02 that 4.9.7 leaves out; a name that is there already
 * wins nothing: readers take the last.
 *
 * @throws MessagePropertiesError as `formatProperties`.
 */
export function appendProperties(encoded: Buffer, more: Iterable<readonly [string, string]>): Buffer {
  const added = encodeProperties(more)
  if (added.length === 0 || encoded.length === 0) return added.length === 0 ? encoded : added
  const glue = encoded[encoded.length - 1] === PROPERTY_BYTE ? EMPTY : SEPARATOR
  checkPropertiesBytes(encoded.length + glue.length + added.length)
  return Buffer.concat([encoded, glue, added])
}

/** An encoded text without a property; the same buffer when it was not there. */
export function withoutProperty(encoded: Buffer, name: string): Buffer {
  const unwanted = Buffer.from(name + NAME_VALUE_SEPARATOR)
  if (!encoded.includes(unwanted)) return encoded
  const kept: Buffer[] = []
  for (let at = 0, end = 0; at < encoded.length; at = end) {
    const separator = encoded.indexOf(PROPERTY_BYTE, at)
    end = separator < 0 ? encoded.length : separator + 1
    if (!startsWith(encoded, unwanted, at)) kept.push(encoded.subarray(at, end))
  }
  return Buffer.concat(kept)
}

function startsWith(bytes: Buffer, wanted: Buffer, at: number): boolean {
  return at + wanted.length <= bytes.length && bytes.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0
}

const EMPTY = Buffer.alloc(0)
const SEPARATOR = Buffer.from([PROPERTY_BYTE])

interface Entry {
  readonly valueAt: number
  readonly end: number
}

function findEntry(encoded: Buffer, name: string): Entry | undefined {
  const wanted = Buffer.from(name + NAME_VALUE_SEPARATOR)
  for (let at = encoded.lastIndexOf(wanted); at >= 0; at = at === 0 ? -1 : encoded.lastIndexOf(wanted, at - 1)) {
    if (at > 0 && encoded[at - 1] !== PROPERTY_BYTE) continue
    const valueAt = at + wanted.length
    const separator = encoded.indexOf(PROPERTY_BYTE, valueAt)
    const end = separator < 0 ? encoded.length : separator
    if (end > valueAt) return { valueAt, end }
  }
  return undefined
}

function checkProperty(name: string, value: string): void {
  const problem = propertyProblem(name, value)
  if (problem === undefined) return
  throw new MessagePropertiesError('PROPERTY_ILLEGAL', `message property: ${problem}`, { facts: { name: name.slice(0, 128), problem } })
}

/** What is wrong with a property, or `undefined`. */
export function propertyProblem(name: string, value: string): string | undefined {
  if (name === '') return 'the name is empty'
  if (value === '') return 'the value is empty: readers drop such a property'
  if (hasSeparator(name)) return 'the name contains 0x01 or 0x02, which separate properties'
  if (hasSeparator(value)) return 'the value contains 0x01 or 0x02, which separate properties'
  return undefined
}

function hasSeparator(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === NAME_VALUE_BYTE || unit === PROPERTY_BYTE) return true
  }
  return false
}

function checkPropertiesBytes(bytes: number): void {
  if (bytes <= MAX_PROPERTIES_BYTES) return
  throw new MessagePropertiesError(
    'PROPERTIES_TOO_LARGE',
    `message properties have ${bytes} bytes, at most ${MAX_PROPERTIES_BYTES} fit a record`,
    {
      facts: { bytes, maxBytes: MAX_PROPERTIES_BYTES }
    }
  )
}
