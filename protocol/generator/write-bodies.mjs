import { compare } from './read.mjs'
import { BANNER, doc, readIn, sinceText } from './text.mjs'
import { namesIn, parseType, typeText } from './types.mjs'

/** Parts of a schema. */
export const SCHEMA_WORDS = [
  'base64',
  'bool',
  'bound',
  'double',
  'enumName',
  'int',
  'list',
  'numberMap',
  'object',
  'objectMap',
  'opaque',
  'position',
  'stringMap',
  'text'
]

/** bodies.ts: enums, an interface per body class, and its schema under the same name. */
export function bodiesFile(protocol) {
  const bodies = inOrder([...protocol.bodies.values()])
  const enums = [...protocol.enums.values()]
  const content = [
    `/** A name of the enum, or one that this release does not know. */\nexport type OpenEnum<Known extends string> = Known | (string & Readonly<Record<never, never>>)\n\n`,
    ...enums.map(enumText),
    ...bodies.map((body) => `${interfaceText(body, protocol)}${schemaText(body, protocol)}\n`)
  ].join('')
  return [BANNER, imports(content), '\n', content.trimEnd(), '\n'].join('')
}

/** Unused imports do not compile: only what the text mentions. */
function imports(content) {
  const words = SCHEMA_WORDS.filter((word) => new RegExp(`(?:type: |\\(|= )${word}\\b`).test(content))
  const types = ['type BodyObject']
  const long = content.includes('Long.ZERO')
    ? `import Long from 'long'\n`
    : content.includes('Long')
      ? `import type Long from 'long'\n`
      : ''
  return `${long}import { ${[...types, ...words].join(', ')} } from '../body/index'\n`
}

/** A schema must stand below those it mentions. */
function inOrder(bodies) {
  const sorted = []
  const visit = (body) => {
    if (sorted.includes(body)) return
    for (const member of body.all) {
      for (const name of namesIn(parseType(member.type))) {
        const other = bodies.find((one) => one.name === name)
        if (other !== undefined && other !== body) visit(other)
      }
    }
    sorted.push(body)
  }
  for (const body of bodies) visit(body)
  return sorted
}

function enumText(one) {
  const names = one.values.map((value) => `'${value}'`)
  const type = `${doc([sinceText(one), readIn(one.source)])}export type ${one.name} = ${names.join(' | ')}\n`
  return `${type}export const ${valuesName(one.name)} = [${names.join(', ')}] as const satisfies readonly ${one.name}[]\n\n`
}

function valuesName(name) {
  return name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase()
}

function interfaceText(body, protocol) {
  const base = body.extends ?? 'BodyObject'
  const members = body.members.map((member) => memberText(member, protocol)).join('')
  return `${doc([body.about, sinceText(body), readIn(body.source)])}export interface ${body.name} extends ${base} {\n${members}}\n`
}

function memberText(member, protocol) {
  const type = typeText(parseType(member.type), protocol)
  const fallback = member.default === undefined ? '' : `Read as ${defaultDoc(member)} when absent.`
  const wire = member.wire === undefined ? '' : `\`${member.wire}\` on the wire.`
  const text = [member.doc, wire, fallback, sinceText(member)].filter(Boolean).join(' ')
  return `${doc([text], '  ')}  readonly ${member.name}${isPresent(member) ? `: ${type}` : `?: ${type} | undefined`}\n`
}

function isPresent(member) {
  return member.required || member.default !== undefined
}

function defaultDoc(member) {
  if (Array.isArray(member.default) || typeof member.default === 'object') return 'empty'
  return `\`${member.default}\``
}

function schemaText(body, protocol) {
  const members = [...body.all].sort((a, b) => compare(a.wire ?? a.name, b.wire ?? b.name))
  const lines = members.map((member) => `  ${member.name}: { ${partsOf(member, protocol).join(', ')} }`)
  return `export const ${body.name} = object<${body.name}>('${body.name}', {\n${lines.join(',\n')}\n})\n`
}

function partsOf(member, protocol) {
  const parts = [`type: ${schemaOf(parseType(member.type), protocol)}`]
  if (member.wire !== undefined) parts.push(`wire: '${member.wire}'`)
  if (member.also !== undefined) parts.push(`also: [${member.also.map((name) => `'${name}'`).join(', ')}]`)
  if (member.required) parts.push('required: true')
  if (member.default !== undefined) parts.push(`absent: ${defaultText(member)}`)
  return parts
}

function defaultText(member) {
  const type = parseType(member.type)
  if (type.kind === 'list') return '[]'
  if (type.kind === 'map') return type.key === 'MessageQueue' ? '[]' : 'new Map()'
  if (type.name === 'opaque') return 'Long.ZERO'
  return typeof member.default === 'string' ? `'${member.default}'` : String(member.default)
}

const SCALAR_SCHEMAS = {
  string: 'text',
  int: 'int',
  bool: 'bool',
  double: 'double',
  position: 'position',
  bound: 'bound',
  opaque: 'opaque',
  base64: 'base64'
}

/** A type as an expression. */
export function schemaOf(type, protocol) {
  if (type.kind === 'scalar') return SCALAR_SCHEMAS[type.name]
  if (type.kind === 'named') return protocol.enums.has(type.name) ? `enumName(${valuesName(type.name)})` : type.name
  if (type.kind === 'list') return `list(${schemaOf(type.of, protocol)})`
  const of = schemaOf(type.of, protocol)
  if (type.key === 'MessageQueue') return `objectMap(MessageQueue, ${of})`
  return `${type.key === 'number' ? 'numberMap' : 'stringMap'}(${of})`
}
