import type { HeaderField, HeaderTable } from '../../src/wire/index'
import type { DecodedFrame, JavaField } from './fixtures'

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** What a typed header must be: its values, unless there are fields that no typed header can hold, by their names on the wire. */
export interface ExpectedHeader {
  readonly values: ReadonlyMap<string, unknown>
  readonly badFields: readonly string[]
}

/** The typed header by the rules of `protocol/README.md`, from what the Java object holds; in the form of {@link comparable}. */
export function expectedHeader(table: HeaderTable, decoded: DecodedFrame): ExpectedHeader {
  const values = new Map<string, unknown>()
  const badFields: string[] = []
  for (const field of table.fields) {
    const value = expectedValue(field, javaValue(field, decoded))
    if (value === 'out of range') badFields.push(field.wire)
    else if (value === undefined && field.required) badFields.push(field.wire)
    else if (value !== undefined && value !== '') values.set(field.name, value)
  }
  return { values, badFields }
}

/** Some fields have no place in a Java class, or its hand-written reader passes over them: then the ext field counts. */
function javaValue(field: HeaderField, decoded: DecodedFrame): JavaField['value'] {
  return decoded.header?.[field.wire]?.value ?? decoded.extFields?.[field.wire] ?? null
}

function expectedValue(field: HeaderField, value: JavaField['value']): unknown {
  if (value === null) return undefined
  switch (field.type) {
    case 'string':
      return String(value)
    case 'int':
      return Number(value)
    case 'bool':
      return String(value) === 'true'
    case 'opaque':
      return String(value)
    case 'bound':
      return saturated(BigInt(value))
    case 'position':
      return BigInt(value) > SAFE || BigInt(value) < BigInt(field.min) ? 'out of range' : Number(value)
  }
}

function saturated(value: bigint): number {
  if (value > SAFE) return Number(SAFE)
  return value < -SAFE ? -Number(SAFE) : Number(value)
}

/** A typed header in the same form. An empty text counts as none: the binary header cannot tell them apart, nor can Java. */
export function comparable(header: object): ReadonlyMap<string, unknown> {
  const entries = Object.entries(header).filter(([, value]) => value !== undefined && value !== '')
  return new Map(entries.map(([name, value]) => [name, typeof value === 'object' ? String(value) : value]))
}
