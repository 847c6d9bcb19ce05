import { BANNER, doc, readIn, sinceText } from './text.mjs'
import { namesIn, parseShape, typeText } from './types.mjs'
import { SCHEMA_WORDS, schemaOf } from './write-bodies.mjs'

const CODECS = ['bytesBody', 'jsonBody', 'noBody', 'optionalBody', 'propertiesBody', 'textBody']

/** request-codes.ts: one descriptor per row, from which every type of a request is derived. */
export function requestCodesFile(protocol) {
  const table = protocol.requests.map((row) => rowText(row, protocol)).join(',\n')
  return [
    BANNER,
    importText(mentioned(CODECS, table), '../body/codec'),
    importText(mentioned(SCHEMA_WORDS, table), '../body/index'),
    `import { requestRow } from '../request-row'\n`,
    importText(bodyNames(protocol.requests), './bodies'),
    importText(headerNames(protocol.requests), './headers'),
    `\n/** Every request, by its name. A row knows its code and the types of both its sides. */\n`,
    `export const RequestCode = {\n${table}\n} as const\n`
  ].join('')
}

/** The words that a table's bodies use. */
function mentioned(words, table) {
  return words.filter((word) => new RegExp(`^    HeaderTables\\..*\\b${word}\\b`, 'm').test(table))
}

function importText(names, from) {
  return names.length === 0 ? '' : `import { ${names.join(', ')} } from '${from}'\n`
}

function rowText(row, protocol) {
  const types = [headerType(row.request), bodyType(row.request, protocol), headerType(row.response), bodyType(row.response, protocol)]
  return [
    doc([`${row.code}: ${row.about}`, sinceText(row), readIn(row.source)], '  '),
    `  ${row.key}: requestRow<${types.join(', ')}>(\n`,
    `    '${row.name} ${row.code} ${factsText(row)}',\n`,
    `    ${sideText(row.request, protocol)}, ${sideText(row.response, protocol)}\n  )`
  ].join('')
}

/** As `requestRow` reads them: direction, releases, who sends and who answers, one-way, and whether not on the second port. */
function factsText({ direction, since, until = '', from, to, oneway, vip }) {
  const words = [direction, `${since}-${until}`, `${from.join(',')}>${to.join(',')}`, oneway]
  return [...words, ...(vip === false ? ['not-vip'] : [])].join(' ')
}

function sideText(side, protocol) {
  return `HeaderTables.${side.header}, ${codecText(parseShape(side.body), protocol)}`
}

function codecText(shape, protocol) {
  if (shape.optional) return `optionalBody(${codecText({ ...shape, optional: false }, protocol)})`
  if (shape.kind !== 'json') return `${shape.kind === 'none' ? 'no' : shape.kind}Body`
  return `jsonBody(${schemaOf(shape.type, protocol)})`
}

function headerType(side) {
  return side.header === 'none' ? 'NoHeader' : side.header
}

function bodyType(side, protocol) {
  const shape = parseShape(side.body)
  const types = { none: 'undefined', bytes: 'Buffer', text: 'string', properties: 'ReadonlyMap<string, string>' }
  const type = types[shape.kind] ?? typeText(shape.type, protocol)
  return shape.optional ? `${type} | undefined` : type
}

function headerNames(rows) {
  const names = rows.flatMap((row) => [headerType(row.request), headerType(row.response)])
  return ['HeaderTables', ...[...new Set(names)].sort().map((name) => `type ${name}`)]
}

function bodyNames(rows) {
  const shapes = rows.flatMap((row) => [parseShape(row.request.body), parseShape(row.response.body)])
  return [...new Set(shapes.filter((shape) => shape.kind === 'json').flatMap((shape) => namesIn(shape.type)))].sort()
}
