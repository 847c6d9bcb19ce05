import { BANNER, doc, readIn, sinceText } from './text.mjs'
import { SCALARS } from './types.mjs'
import { codecName } from './write-hot.mjs'

/** headers.ts: an interface per header class and the one table that the generic codec works from. */
export function headersFile(protocol) {
  const headers = [...protocol.headers.values()]
  const enums = [
    ...new Set(headers.flatMap((header) => header.fields.map((field) => field.type)).filter((type) => protocol.enums.has(type)))
  ].sort()
  const tables = headers.filter((header) => !header.abstract)
  return [
    BANNER,
    `import type Long from 'long'\n`,
    `import { type HeaderTable, headerTable } from '../header/header-table'\n`,
    `import type { ${[...enums, 'OpenEnum'].join(', ')} } from './bodies'\n`,
    `import { ${tables
      .filter((header) => header.hot)
      .map((header) => codecName(header.name))
      .join(', ')} } from './hot-headers'\n\n`,
    ...headers.map((header) => `${interfaceText(header, protocol)}\n`),
    `/** Every header by its class name. Per field: name, \`=wire\` where that differs, \`!\` when required, \`:type\`, \`>=min\`. */\n`,
    `export const HeaderTables = {\n`,
    `  /** No field at all. */\n  none: headerTable<NoHeader>('none', ''),\n`,
    tables
      .map(
        (header) =>
          `  ${header.name}: headerTable<${header.name}>('${header.name}', '${header.all.map(fieldSpec).join(' ')}'${header.hot ? `, ${codecName(header.name)}` : ''})`
      )
      .join(',\n'),
    `\n} as const satisfies Readonly<Record<string, HeaderTable>>\n\n`,
    `/** The header of a side that has none. */\nexport type NoHeader = Readonly<Record<never, never>>\n`
  ].join('')
}

function interfaceText(header, protocol) {
  const base = header.extends === undefined ? '' : ` extends ${header.extends}`
  const head = `${doc([header.about, sinceText(header), readIn(header.source)])}export interface ${header.name}${base} {`
  if (header.fields.length === 0) return `${head}}\n`
  return `${head}\n${header.fields.map((field) => memberText(field, protocol)).join('')}}\n`
}

function memberText(field, protocol) {
  const type = protocol.enums.has(field.type) ? `OpenEnum<${field.type}>` : SCALARS[field.type]
  const wire = field.wire === undefined ? '' : `\`${field.wire}\` on the wire.`
  const text = [field.doc, wire, field.optionalBecause, sinceText(field)].filter(Boolean).join(' ')
  return `${doc([text], '  ')}  readonly ${field.name}${field.required ? `: ${type}` : `?: ${type} | undefined`}\n`
}

function fieldSpec(field) {
  const wire = field.wire === undefined ? '' : `=${field.wire}`
  const type = field.type in SCALARS ? field.type : 'string'
  const min = field.min === undefined ? '' : `>=${field.min}`
  return `${field.name}${wire}${field.required ? '!' : ''}:${type}${min}`
}
