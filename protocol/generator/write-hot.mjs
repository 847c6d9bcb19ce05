import { BANNER } from './text.mjs'
import { SCALARS } from './types.mjs'

/** hot-headers.ts: codecs for the headers of every message, shaped so that nothing is looked up while reading or writing. */
export function hotHeadersFile(protocol) {
  const headers = [...protocol.headers.values()].filter((header) => header.hot)
  const content = headers.map((header) => codecText(header, protocol)).join('\n')
  return [BANNER, ...imports(headers, content), '\n', keysText(headers), '\n', content].join('')
}

/** The name of a header's codec. */
export function codecName(name) {
  return `${name[0].toLowerCase()}${name.slice(1)}`
}

function imports(headers, content) {
  const used = (words) => words.filter((word) => new RegExp(`\\b${word}\\b`).test(content))
  const reads = ['isKey', 'missing', 'readBoolean', 'readBound', 'readInt', 'readOpaque', 'readPosition', 'readRepeated']
  const kinds = ['Boolean', 'Bound', 'Integer', 'Opaque', 'Text']
  const writes = [...kinds.map((kind) => `binary${kind}`), ...kinds.map((kind) => `json${kind}`)]
  const types = headers.map((header) => header.name)
  return [
    content.includes('Long') ? `import type Long from 'long'\n` : '',
    `import { fieldIndex } from '../command/field-index'\n`,
    `import { fieldText } from '../command/json-text'\n`,
    `import type { HotHeaderCodec } from '../header/header-table'\n`,
    `import { ${used(reads).join(', ')} } from '../header/hot-read'\n`,
    `import { ${used(writes).join(', ')} } from '../header/hot-write'\n`,
    `import { hotKey } from '../header/hot-key'\n`,
    content.includes('SteadyRun') ? `import { SteadyRun, steadySlot } from '../header/steady-run'\n` : '',
    `import { textBound } from '../put-bytes'\n`,
    `import type { ${types.join(', ')} } from './headers'\n`
  ]
}

const isText = (field) => !(field.type in SCALARS) || field.type === 'string'
const wireOf = (field) => field.wire ?? field.name

/** One constant per wire name. */
function keysText(headers) {
  const wires = [...new Set(headers.flatMap((header) => header.all).map(wireOf))].sort()
  return wires.map((wire) => `const ${keyName(wire)} = hotKey('${wire}')\n`).join('')
}

function keyName(wire) {
  return `${wire.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase()}_KEY`
}

function codecText(header) {
  return [
    runsText(header),
    `export const ${codecName(header.name)}: HotHeaderCodec<${header.name}> = {\n`,
    readText(header),
    measureText(header),
    writeText(header, 'writeBinary', 'binary'),
    writeText(header, 'writeJson', 'json').replace(/,\n$/, '\n'),
    `}\n`
  ].join('')
}

/** Fields by the length of their name, then by its first byte; the rest of the name is compared. */
function readText(header) {
  const lengths = grouped(header.all, (field) => wireOf(field).length)
  return [
    `  read(frame) {\n`,
    ...header.all.map((field) => `    let ${field.name}: ${isText(field) ? 'string' : SCALARS[field.type]} | undefined\n`),
    `    const spans = fieldIndex.spans\n`,
    `    const stop = fieldIndex.count * 4\n`,
    `    for (let at = 0; at < stop; at += 4) {\n`,
    `      const key = spans[at] as number\n`,
    `      const start = spans[at + 2] as number\n`,
    `      const end = spans[at + 3] as number\n`,
    `      switch ((spans[at + 1] as number) - key) {\n`,
    ...[...lengths].map(([length, fields]) => `        case ${length}:\n${lengthText(header, fields)}          break\n`),
    `      }\n    }\n`,
    `    return {\n`,
    header.all.map((field) => `      ${resultText(header, field)}`).join(',\n'),
    `\n    }\n  },\n`
  ].join('')
}

function lengthText(header, fields) {
  const firsts = [...grouped(fields, (field) => wireOf(field)[0])]
  const cases = firsts.map(
    ([first, alike]) =>
      `            case ${hex(first)}:\n${alike.map((field, index) => assignText(header, field, index)).join('')}              break\n`
  )
  return `          switch (frame[key]) {\n${cases.join('')}          }\n`
}

function hex(character) {
  return `0x${character.charCodeAt(0).toString(16)}`
}

function grouped(fields, keyOf) {
  const groups = new Map()
  for (const field of fields) groups.set(keyOf(field), [...(groups.get(keyOf(field)) ?? []), field])
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function assignText(header, field, index) {
  const value = `${field.name} = ${readCall(header, field)}`
  if (wireOf(field).length === 1) return `              ${value}\n`
  return `              ${index === 0 ? '' : 'else '}if (isKey(frame, key, ${keyName(wireOf(field))})) ${value}\n`
}

function readCall(header, field) {
  const facts = `'${header.name}', '${wireOf(field)}'`
  if (isText(field)) return `${field.repeats ? 'readRepeated' : 'fieldText'}(frame, start, end)`
  if (field.type === 'bool') return `readBoolean(frame, start, end, ${facts})`
  if (field.type === 'position') return `readPosition(frame, start, end, ${facts}, ${minText(field)})`
  return `read${field.type[0].toUpperCase()}${field.type.slice(1)}(frame, start, end, ${facts})`
}

function minText(field) {
  return field.min === 'any' ? 'Number.MIN_SAFE_INTEGER' : String(field.min ?? -1)
}

function resultText(header, field) {
  return field.required ? `${field.name}: ${field.name} ?? missing('${header.name}', '${wireOf(field)}')` : field.name
}

/** Longest forms: 20 characters of a number, 5 of a boolean, and what stands around a value. */
function measureText(header) {
  const fixed = header.all.reduce((sum, field) => sum + wireOf(field).length + 8 + (isText(field) ? 0 : 20), 0)
  const texts = header.all.filter(isText)
  const lines = texts.map((field) =>
    field.required ? `textBound(header.${field.name} ?? '')` : `(header.${field.name} === undefined ? 0 : textBound(header.${field.name}))`
  )
  return `  measure(${texts.length === 0 ? '' : 'header'}) {\n    return ${[fixed, ...lines].join(' +\n      ')}\n  },\n`
}

function writeText(header, method, form) {
  const runs = steadyRuns(header)
  const slot =
    runs.length === 0 ? '' : `    const slot = steadySlot(${header.steadyBy.map((name) => steadyName(header, name)).join(', ')})\n`
  const lines = header.all.map((field) => {
    const run = runs.findIndex((fields) => fields.includes(field))
    const line = writeLine(header, field, form)
    return run < 0 ? line : runs[run][0] === field ? runText(header, runs[run], run, form) : ''
  })
  return `  ${method}(target, start, header) {\n${slot}    let at = start\n${lines.join('')}    return at\n  },\n`
}

function steadyName(header, name) {
  return header.all.find((field) => field.name === name).required ? `header.${name}` : `header.${name} ?? ''`
}

function writeLine(header, field, form, indent = '    ') {
  const kinds = { int: 'Integer', position: 'Integer', bound: 'Bound', opaque: 'Opaque', bool: 'Boolean' }
  const call = `at = ${form}${isText(field) ? 'Text' : kinds[field.type]}(target, at, ${keyName(wireOf(field))}, header.${field.name}`
  if (!field.required) return `${indent}if (header.${field.name} !== undefined) ${call})\n`
  return `${indent}${call} ?? missing('${header.name}', '${wireOf(field)}'))\n`
}

/** Neighbours that are the same from message to message, two or more. */
function steadyRuns(header) {
  const runs = [[]]
  for (const field of header.all) {
    if (field.steady || field.inherited) runs.at(-1).push(field)
    else runs.push([])
  }
  return header.steadyBy === undefined ? [] : runs.filter((run) => run.length > 1)
}

const runName = (header, run, form) => `${codecName(header.name)}${form === 'json' ? 'Json' : 'Binary'}Run${run}`
const sameName = (header, run) => `isSame${header.name}Run${run}`

function runText(header, fields, run, form) {
  const name = runName(header, run, form)
  return [
    `    if (${sameName(header, run)}(${name}.values[slot], header)) at = ${name}.put(slot, target, at)\n`,
    `    else {\n      const from = at\n`,
    ...fields.map((field) => writeLine(header, field, form, '      ')),
    `      const { ${fields.map((field) => field.name).join(', ')} } = header\n`,
    `      ${name}.keep(slot, { ${fields.map((field) => field.name).join(', ')} }, target, from, at)\n    }\n`
  ].join('')
}

/** What the writers of a header keep between messages. */
function runsText(header) {
  return steadyRuns(header)
    .map((fields, run) => {
      const type = `Pick<${header.name}, ${fields.map((field) => `'${field.name}'`).join(' | ')}>`
      const same = ['known !== undefined', ...fields.map((field) => `known.${field.name} === header.${field.name}`)].join(' &&\n    ')
      return [
        `type ${header.name}Run${run} = ${type}\n`,
        `const ${runName(header, run, 'binary')} = new SteadyRun<${header.name}Run${run}>()\n`,
        `const ${runName(header, run, 'json')} = new SteadyRun<${header.name}Run${run}>()\n`,
        `function ${sameName(header, run)}(known: ${header.name}Run${run} | undefined, header: ${header.name}Run${run}): boolean {\n  return ${same}\n}\n\n`
      ].join('')
    })
    .join('')
}
