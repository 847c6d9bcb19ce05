import { type JsonMember, JsonNumber, JsonObject, type JsonValue } from '../json/value'
import { type JsonStyle, writeJson, writeKey } from '../json/write-json'
import type { BodyReader } from './body-reader'
import type { BodyType } from './body-type'

/** Where a body keeps what its class does not know: written back in its place. */
export const unknownMembers: unique symbol = Symbol('unknownMembers')

/** What every body is. */
export interface BodyObject {
  /** Members that came but have no name here. Only there when there are any. */
  readonly [unknownMembers]?: readonly JsonMember[]
}

/** How one member of a body is read. */
export interface MemberRule<Value> {
  readonly type: BodyType<Value>
  /** Name on the wire, where it differs. */
  readonly wire?: string
  /** Other names it is read under. */
  readonly also?: readonly string[]
  readonly required?: true
  /** What a missing one is read as. */
  readonly absent?: Value
}

type MemberRules<Body> = { readonly [Name in Exclude<keyof Body, symbol>]-?: MemberRule<Exclude<Body[Name], undefined>> }

/** A JSON object of known members, written in alphabetical order with `undefined` ones left out. */
export function object<Body extends object>(name: string, rules: MemberRules<Body>): BodyType<Body> {
  return new ObjectType<Body>(name, Object.entries<MemberRule<unknown>>(rules))
}

interface Member extends MemberRule<unknown> {
  readonly name: string
  readonly wire: string
  /** Where an error is when it is here. */
  readonly step: string
}

class ObjectType<Body extends object> implements BodyType<Body> {
  readonly name: string
  readonly isNothing = (json: JsonValue): boolean => json === ''
  readonly #members: readonly Member[]
  readonly #byWire: ReadonlyMap<string, number>

  constructor(name: string, rules: readonly (readonly [string, MemberRule<unknown>])[]) {
    this.name = name
    this.#members = rules
      .map(([member, rule]) => ({ ...rule, name: member, wire: rule.wire ?? member, step: `.${rule.wire ?? member}` }))
      .sort((a, b) => compare(a.wire, b.wire))
    this.#byWire = new Map(
      this.#members.flatMap((member, index) => [member.wire, ...(member.also ?? [])].map((wire) => [wire, index] as const))
    )
  }

  read(json: JsonValue, reader: BodyReader): Body {
    if (!(json instanceof JsonObject)) return reader.fail('is not an object')
    const values: unknown[] = []
    const unknown: JsonMember[] = []
    for (const member of json.members) {
      const index = typeof member.key === 'string' ? this.#byWire.get(member.key) : undefined
      const known = index === undefined ? undefined : this.#members[index]
      if (index === undefined || known === undefined) unknown.push(member)
      else values[index] = reader.read(known.type, member.value, json, known.step)
    }
    return this.#build(values, unknown, reader)
  }

  #build(values: readonly unknown[], unknown: readonly JsonMember[], reader: BodyReader): Body {
    const body: Record<string | symbol, unknown> = {}
    for (const [index, member] of this.#members.entries()) {
      const value = values[index] ?? member.absent
      if (value !== undefined) body[member.name] = value
      else if (member.required) reader.fail('is missing', member.wire)
    }
    if (unknown.length > 0) body[unknownMembers] = unknown
    return body as Body
  }

  write(body: Body, style: JsonStyle): string {
    const values = body as Readonly<Record<string, unknown>>
    const written: (readonly [string, string])[] = []
    for (const { name, wire, type } of this.#members) {
      const value = values[name]
      if (value !== undefined && value !== null) written.push([wire, `"${wire}":${type.write(value, style)}`])
    }
    const unknown = (body as BodyObject)[unknownMembers]
    if (unknown !== undefined) {
      written.push(...unknown.map(({ key, value }) => [sortName(key), `${writeKey(key, style)}:${writeJson(value, style)}`] as const))
      written.sort(([a], [b]) => compare(a, b))
    }
    return `{${written.map(([, text]) => text).join(',')}}`
  }
}

function sortName(key: JsonMember['key']): string {
  if (typeof key === 'string') return key
  return key instanceof JsonNumber ? key.text : ''
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
