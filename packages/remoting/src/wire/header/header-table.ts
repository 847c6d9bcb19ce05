/** How a header field is written: all of them are text on the wire. */
export type HeaderFieldType = 'string' | 'int' | 'bool' | 'position' | 'bound' | 'opaque'

/** One field of a header. */
export interface HeaderField {
  /** Name in our interfaces. */
  readonly name: string
  /** Name on the wire. */
  readonly wire: string
  readonly type: HeaderFieldType
  readonly required: boolean
  /** Lowest value of a position. */
  readonly min: number
}

declare const headerType: unique symbol

/** The fields of one header class. The type parameter is its interface. */
export interface HeaderTable<Header = unknown> {
  /** Class name upstream. */
  readonly name: string
  readonly fields: readonly HeaderField[]
  /** Never there: carries the type. */
  readonly [headerType]?: Header
}

/**
 * Makes a table from its compact form: per field `name`, `=wire` where that differs, `!` when required, `:type`, `>=min`.
 * Used by the generated tables.
 */
export function headerTable<Header>(name: string, spec: string): HeaderTable<Header> {
  const fields = spec === '' ? [] : spec.split(' ').map(headerField)
  return { name, fields }
}

const FIELD_SPEC = /^(\w+?)(?:=(\w+))?(!?):(\w+)(?:>=(-?\w+))?$/

function headerField(spec: string): HeaderField {
  const [, name = '', wire = name, required, type, min = '-1'] = FIELD_SPEC.exec(spec) ?? []
  return {
    name,
    wire,
    type: type as HeaderFieldType,
    required: required === '!',
    min: min === 'any' ? Number.MIN_SAFE_INTEGER : Number(min)
  }
}
