import type Long from 'long'
import { parseInt32, parseLong, parseSafe, saturate, writeBound } from '../numbers'
import { HeaderFieldError } from './header-field-error'
import type { HeaderField } from './header-table'

/** A header field from its text. Throws a {@link HeaderFieldError}. */
export function readField(header: string, field: HeaderField, text: string): string | number | boolean | Long | undefined {
  if (field.type === 'string') return text
  // The binary form cannot tell an empty value from none.
  if (text === '') return undefined
  switch (field.type) {
    case 'int':
      return parseInt32(text) ?? bad(header, field, 'is not an int')
    case 'bool':
      return readBool(text) ?? bad(header, field, 'is not a boolean')
    case 'position':
      return inRange(parseSafe(text), field) ?? bad(header, field, `is not an integer from ${field.min} to 2^53 - 1`)
    case 'bound':
      return saturate(text) ?? bad(header, field, 'is not a long')
    case 'opaque':
      return parseLong(text) ?? bad(header, field, 'is not a long')
  }
}

/** A header field as text. */
export function fieldText(field: HeaderField, value: unknown): string {
  return field.type === 'bound' ? writeBound(value as number) : String(value)
}

export function readBool(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

function inRange(value: number | undefined, field: HeaderField): number | undefined {
  return value !== undefined && value >= field.min ? value : undefined
}

function bad(header: string, field: HeaderField, reason: string): never {
  throw new HeaderFieldError(header, field.wire, reason)
}
