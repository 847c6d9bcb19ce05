import { putInt32, putJsonText, putText, textBound } from '../put-bytes'
import { fieldText } from './field-values'
import { HeaderFieldError } from './header-field-error'
import type { HeaderTable } from './header-table'

/** What stands around one ext field in either form. */
const FIELD_BYTES = 8

/**
 * The ext fields of a typed header, in the order of the table. Throws a {@link HeaderFieldError} for a required one that is missing and for a
 * number that is no integer.
 */
export function headerFields(table: HeaderTable, header: object): ReadonlyMap<string, string> {
  const values = header as Readonly<Record<string, unknown>>
  const fields = new Map<string, string>()
  for (const field of table.fields) {
    const value = values[field.name]
    if (value === undefined || value === null) {
      if (field.required) throw new HeaderFieldError(table.name, field.wire, 'is missing')
    } else if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new HeaderFieldError(table.name, field.wire, 'is not an integer')
    } else fields.set(field.wire, fieldText(field, value))
  }
  return fields
}

export function measureFields(fields: ReadonlyMap<string, string>): number {
  let bytes = 0
  for (const [key, value] of fields) bytes += FIELD_BYTES + textBound(key) + textBound(value)
  return bytes
}

export function writeBinaryFields(target: Buffer, at: number, fields: ReadonlyMap<string, string>): number {
  let end = at
  for (const [key, value] of fields) {
    const keyEnd = putText(target, end + 2, key)
    target[end] = (keyEnd - end - 2) >> 8
    target[end + 1] = keyEnd - end - 2
    end = putText(target, keyEnd + 4, value)
    putInt32(target, keyEnd, end - keyEnd - 4)
  }
  return end
}

/** Each with a comma behind it. */
export function writeJsonFields(target: Buffer, at: number, fields: ReadonlyMap<string, string>, oldEscapes: boolean): number {
  let end = at
  for (const [key, value] of fields) {
    end = putJsonText(target, end, key, oldEscapes)
    target[end++] = 0x3a
    end = putJsonText(target, end, value, oldEscapes)
    target[end++] = 0x2c
  }
  return end
}
