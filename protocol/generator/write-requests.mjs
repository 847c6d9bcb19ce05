import { BANNER, doc, readIn, sinceText } from './text.mjs'
import { namesIn, parseShape, typeText } from './types.mjs'

/** request-codes.ts: one descriptor per row, from which every type of a request is derived. */
export function requestCodesFile(protocol) {
  const rows = protocol.requests
  return [
    BANNER,
    `import { bytesBody, jsonBody, noBody, optionalBody, propertiesBody, textBody } from '../body/codec'\n`.replace(
      /\{ (.+) \}/,
      (_, names) => {
        const used = names
          .split(', ')
          .filter((name) => rows.some((row) => [row.request, row.response].some((side) => codecText(parseShape(side.body)).includes(name))))
        return `{ ${used.join(', ')} }`
      }
    ),
    `import { requestRow } from '../request-row'\n`,
    `import { ${bodyNames(rows).join(', ')} } from './bodies'\n`,
    `import { ${headerNames(rows).join(', ')} } from './headers'\n\n`,
    `/** Every request, by its name. A row knows its code and the types of both its sides. */\n`,
    `export const RequestCode = {\n`,
    rows.map((row) => rowText(row, protocol)).join(',\n'),
    `\n} as const\n`
  ].join('')
}

function rowText(row, protocol) {
  const types = [headerType(row.request), bodyType(row.request, protocol), headerType(row.response), bodyType(row.response, protocol)]
  const facts = [
    `name: '${row.name}'`,
    `code: ${row.code}`,
    `direction: '${row.direction}'`,
    `since: '${row.since}'`,
    ...(row.until === undefined ? [] : [`until: '${row.until}'`]),
    `from: [${row.from.map((role) => `'${role}'`).join(', ')}]`,
    `to: [${row.to.map((role) => `'${role}'`).join(', ')}]`,
    `oneway: '${row.oneway}'`,
    ...(row.vip === false ? ['vip: false'] : [])
  ]
  return [
    doc([`${row.code}: ${row.about}`, sinceText(row), readIn(row.source)], '  '),
    `  ${row.key}: requestRow<${types.join(', ')}>({\n`,
    `    ${facts.join(', ')},\n`,
    `    request: ${sideText(row.request)},\n`,
    `    response: ${sideText(row.response)}\n  })`
  ].join('')
}

function sideText(side) {
  return `{ header: HeaderTables.${side.header}, body: ${codecText(parseShape(side.body))} }`
}

function codecText(shape) {
  if (shape.optional) return `optionalBody(${codecText({ ...shape, optional: false })})`
  if (shape.kind !== 'json') return `${shape.kind === 'none' ? 'no' : shape.kind}Body`
  return `jsonBody(${shape.type.kind === 'named' ? shape.type.name : 'list(text)'})`
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
