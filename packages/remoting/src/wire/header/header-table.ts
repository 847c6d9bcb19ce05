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

/** Reads and writes one header without a table walk. Same results as the generic codec. */
export interface HotHeaderCodec<Header> {
  /** Reads the header whose fields the field index points to. Throws a `HeaderFieldError`. */
  read(frame: Buffer): Header
  /** An upper bound of the bytes of the ext fields in either form. */
  measure(header: Header): number
  /** Writes the ext fields of a binary header; returns where they end. */
  writeBinary(target: Buffer, at: number, header: Header): number
  /** Writes the members of the ext fields object, each with a comma behind it; returns where they end. */
  writeJson(target: Buffer, at: number, header: Header): number
}

declare const headerType: unique symbol

/** The fields of one header class. The type parameter is its interface. */
export interface HeaderTable<Header = unknown> {
  /** Class name upstream. */
  readonly name: string
  readonly fields: readonly HeaderField[]
  /** For the few headers of every message. */
  readonly hot: HotHeaderCodec<Header> | undefined
  /** Never there: carries the type. */
  readonly [headerType]?: Header
}

/**
 * Makes a table from its compact form: per field `name`, `=wire` where that differs, `!` when required, `:type`, `>=min`.
 * Used by the generated tables. The form is read when the fields are first asked for: a program uses few of all headers.
 */
export function headerTable<Header>(name: string, spec: string, hot?: HotHeaderCodec<Header>): HeaderTable<Header> {
  let fields: readonly HeaderField[] | undefined
  return {
    name,
    hot,
    get fields() {
      fields ??= spec === '' ? [] : spec.split(' ').map(headerField)
      return fields
    }
  }
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
