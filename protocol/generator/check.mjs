import { overlap } from './releases.mjs'
import { HEADER_SCALARS, namesIn, parseShape, parseType } from './types.mjs'

/** Everything that is wrong with the rows, as sentences. Empty when they can be generated from. */
export function findProblems(protocol) {
  return [
    ...duplicates(protocol),
    ...[...protocol.headers.values()].flatMap((header) => headerProblems(header, protocol)),
    ...[...protocol.bodies.values()].flatMap((body) => bodyProblems(body, protocol)),
    ...protocol.requests.flatMap((row) => requestProblems(row, protocol)),
    ...clashes(protocol.requests)
  ]
}

function duplicates(protocol) {
  const kinds = ['headers', 'bodies', 'enums']
  const twice = kinds.flatMap((kind) => [...protocol[kind].values()].filter((one) => one.duplicate))
  const names = kinds.flatMap((kind) => [...protocol[kind].keys()])
  return [
    ...twice.map((one) => `${one.name} is described twice`),
    ...repeated(names).map((name) => `${name} names two different things`),
    ...repeated(protocol.requests.map((row) => row.key)).map((key) => `request ${key} is there twice; give one row a "key"`)
  ]
}

function headerProblems(header, protocol) {
  const about = (text) => `header ${header.name}: ${text}`
  const wires = header.all.map((field) => field.wire ?? field.name)
  return [
    ...(header.extends !== undefined && !protocol.headers.has(header.extends) ? [about(`unknown base ${header.extends}`)] : []),
    ...(header.source ? [] : [about('has no source')]),
    ...repeated(wires).map((wire) => about(`two fields are ${wire} on the wire`)),
    ...repeated(header.all.map((field) => field.name)).map((name) => about(`two fields are called ${name}`)),
    ...header.all
      .filter((field) => !HEADER_SCALARS.includes(field.type) && !protocol.enums.has(field.type))
      .map((field) => about(`${field.name} has the unknown type ${field.type}`)),
    ...wires.filter((wire) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(wire)).map((wire) => about(`${wire} is no field name`)),
    ...header.all
      .filter((field) => field.required && field.optionalBecause)
      .map((field) => about(`${field.name} is required and optional`)),
    ...header.all
      .filter((field) => field.min !== undefined && field.type !== 'position')
      .map((field) => about(`${field.name}: min is for positions`))
  ]
}

function bodyProblems(body, protocol) {
  const about = (text) => `body ${body.name}: ${text}`
  return [
    ...(body.extends !== undefined && !protocol.bodies.has(body.extends) ? [about(`unknown base ${body.extends}`)] : []),
    ...(body.source ? [] : [about('has no source')]),
    ...repeated(body.all.map((member) => member.wire ?? member.name)).map((name) => about(`two members are called ${name}`)),
    ...body.all.flatMap((member) => typeProblems(member.type, protocol).map((text) => about(`${member.name}: ${text}`))),
    ...body.all
      .filter((member) => member.required && member.default !== undefined)
      .map((member) => about(`${member.name} is required and has a default`))
  ]
}

function typeProblems(text, protocol) {
  try {
    return namesIn(parseType(text))
      .filter((name) => !protocol.bodies.has(name) && !protocol.enums.has(name))
      .map((name) => `unknown type ${name}`)
  } catch (error) {
    return [error.message]
  }
}

const ROLES = ['client', 'admin', 'broker', 'nameserver', 'controller', 'container', 'proxy']

/** What a body of bytes may hold. */
const HELD = [undefined, 'message', 'batch', 'record', 'records', 'registration']

function requestProblems(row, protocol) {
  const about = (text) => `request ${row.key}: ${text}`
  const sides = [row.request, row.response]
  return [
    ...(Number.isInteger(row.code) ? [] : [about('has no code')]),
    ...(row.source ? [] : [about('has no source')]),
    ...(['to-server', 'to-client'].includes(row.direction) ? [] : [about(`unknown direction ${row.direction}`)]),
    ...(['never', 'sometimes', 'always'].includes(row.oneway) ? [] : [about(`unknown oneway ${row.oneway}`)]),
    ...[...row.from, ...row.to].filter((role) => !ROLES.includes(role)).map((role) => about(`unknown role ${role}`)),
    ...sides
      .filter((side) => side.header !== 'none' && !protocol.headers.has(side.header))
      .map((side) => about(`unknown header ${side.header}`)),
    ...sides.flatMap((side) => shapeProblems(side.body, protocol)).map(about),
    ...sides.filter((side) => side.or && !protocol.bodies.has(side.or)).map((side) => about(`unknown body ${side.or}`)),
    ...sides.filter((side) => !HELD.includes(side.holds)).map((side) => about(`holds something unknown: ${side.holds}`)),
    ...sides.filter((side) => side.holds && side.body !== 'bytes').map(() => about('holds is for bodies of bytes'))
  ]
}

function shapeProblems(text, protocol) {
  try {
    const shape = parseShape(text)
    return shape.kind === 'json' ? typeProblems(text.replace(/^optional<(.+)>$/, '$1'), protocol) : []
  } catch (error) {
    return [error.message]
  }
}

/** Two rows may share a code only when direction or releases tell them apart. */
function clashes(requests) {
  const problems = []
  for (const [index, a] of requests.entries()) {
    for (const b of requests.slice(index + 1)) {
      if (a.code !== b.code || a.direction !== b.direction) continue
      if (overlap(a, b)) problems.push(`requests ${a.key} and ${b.key} share code ${a.code} ${a.direction} in the same release`)
    }
  }
  return problems
}

function repeated(values) {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))]
}
