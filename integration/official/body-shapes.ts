import type { ProtocolRows } from './rows'

/** Shapes of body members in words that both sides are put into: `list<T>`, `map<key, T>`, a scalar, or a class's name. */
const JAVA_SCALARS: Readonly<Record<string, string>> = {
  ...{ String: 'string', int: 'int', Integer: 'int', long: 'long', Long: 'long', AtomicLong: 'long' },
  ...{ boolean: 'bool', Boolean: 'bool', double: 'double', Double: 'double', BitSet: 'base64', LanguageCode: 'string' },
  Properties: 'map<string, string>'
}
const JAVA_KEYS: Readonly<Record<string, string>> = { String: 'string', Integer: 'number', Long: 'number' }
const OUR_LONGS = /\b(position|bound|opaque)\b/g

/** `ConcurrentMap<String, List<Long>>` → `map<string, list<long>>`. */
export function javaShape(type: string): string {
  if (type.endsWith('[]')) return `list<${javaShape(type.slice(0, -2))}>`
  const [, raw = '', inner = ''] = /^(\w+)<(.*)>$/.exec(type) ?? []
  if (raw === '') return JAVA_SCALARS[type] ?? type
  const of = splitArguments(inner)
  const [key = '', value = ''] = of
  return of.length === 1 ? `list<${javaShape(key)}>` : `map<${JAVA_KEYS[key] ?? key}, ${javaShape(value)}>`
}

/** Ours with one word for all longs, and with the classes' names upstream. */
export function ourShape(type: string, rows: ProtocolRows): string {
  const named = type.replace(/[A-Z]\w*/g, (name) => rows.bodies[name]?.class ?? rows.enums[name]?.class ?? name)
  return named.replace(OUR_LONGS, 'long')
}

/** The classes that the bodies of the rows are made of, and with them their recordings. */
export function reachable(rows: ProtocolRows): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (type: string): void => {
    for (const name of type.match(/[A-Z]\w*/g) ?? []) {
      const { class: upstream = name } = rows.bodies[name] ?? rows.enums[name] ?? {}
      if (found.has(upstream)) continue
      found.add(upstream)
      for (const member of rows.bodies[name]?.members ?? []) visit(member.type)
    }
  }
  for (const { request, response } of rows.requests) {
    for (const { body, holds, or = '' } of [request, response]) visit(holds === 'registration' ? 'RegisterBrokerBody' : `${body} ${or}`)
  }
  for (const { fields } of Object.values(rows.headers)) for (const { type } of fields) visit(type)
  return found
}

function splitArguments(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (const [index, character] of [...text].entries()) {
    if (character === '<') depth++
    if (character === '>') depth--
    if (character === ',' && depth === 0) {
      parts.push(text.slice(from, index).trim())
      from = index + 1
    }
  }
  return [...parts, text.slice(from).trim()]
}
