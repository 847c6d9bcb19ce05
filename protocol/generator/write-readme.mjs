import { parseShape } from './types.mjs'

const MARKS = ['index', 'requests', 'response codes', 'not described']

/** README.md with its generated parts renewed; everything else in it is written by hand. */
export function readmeWithReference(text, protocol) {
  const parts = [index(protocol), requests(protocol), responseCodes(protocol), notDescribed(protocol)]
  return MARKS.reduce((whole, mark, at) => withPart(whole, mark, parts[at]), text)
}

function withPart(text, mark, part) {
  const [start, end] = [`<!-- generated: ${mark} -->`, `<!-- /generated: ${mark} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`protocol/README.md must hold ${start} and ${end}`)
  return `${text.slice(0, from + start.length)}\n\n${part}\n\n${text.slice(to)}`
}

/** One line per row, by code. */
function index({ requests }) {
  const cells = requests.map((row) => [String(row.code), `[${row.key}](#${row.key.toLowerCase()})`, ways(row), releases(row)])
  return table(['code', 'request', 'from → to', 'releases'], cells)
}

/** Padded the way the formatter does it, so that both agree on the file. */
function table(columns, rows) {
  const widths = columns.map((column, at) => Math.max(3, column.length, ...rows.map((row) => row[at].length)))
  const line = (row) => `| ${row.map((cell, at) => (at === 0 ? cell.padStart(widths[0]) : cell.padEnd(widths[at]))).join(' | ')} |`
  const rule = `| ${widths.map((width, at) => (at === 0 ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`
  return [line(columns), rule, ...rows.map(line)].join('\n')
}

function ways({ from, to }) {
  return from.length + to.length === 0 ? 'nobody' : `${from.join(', ') || 'nobody'} → ${to.join(', ') || 'nobody'}`
}

function releases({ since, until }) {
  const parts = [since === undefined || since === '4.9.7' ? '' : `≥ ${since}`, until === undefined ? '' : `≤ ${until}`]
  return parts.filter(Boolean).join(', ')
}

function requests(protocol) {
  const families = protocol.families.filter((family) => family.requests || family.bodies)
  return families.map((family) => familyText(family, protocol)).join('\n\n')
}

function familyText(family, protocol) {
  const rows = protocol.requests.filter((row) => row.family === family.family)
  const bodies = [...protocol.bodies.values()].filter((body) => body.family === family.family)
  const head = `### [${family.family}](${family.file})\n\n${family.about}`
  return [head, ...rows.map((row) => rowText(row, protocol)), ...(bodies.length === 0 ? [] : [bodiesText(bodies)])].join('\n\n')
}

function rowText(row, protocol) {
  const oneway = { never: '', sometimes: 'also one-way', always: 'one-way' }[row.oneway]
  const facts = [String(row.code), ways(row), releases(row), oneway, row.vip === false ? 'not on the second port' : '']
  return [
    `#### ${row.key}\n\n${facts.filter(Boolean).join(' · ')}  \n${row.about}\n`,
    `- request: ${sideText(row.request, protocol)}`,
    `- answer: ${sideText(row.response, protocol)}`
  ].join('\n')
}

function sideText({ header, body, holds, or }, protocol) {
  const fields = header === 'none' ? [] : protocol.headers.get(header).fields
  const base = header === 'none' ? undefined : protocol.headers.get(header).extends
  const texts = [...fields.map(memberText), ...(base === undefined ? [] : [`those of ${base}`])]
  const parts = [texts.length === 0 ? 'no fields' : texts.join(' · '), bodyText(body, holds, or)]
  return parts.filter(Boolean).join('; body: ')
}

function bodyText(body, holds, or) {
  if (body === 'none') return ''
  return [escaped(body), holds === undefined ? '' : ` (${holds})`, or === undefined ? '' : ` or ${or}`].join('')
}

function memberText({ name, wire, type, required, default: fallback, since, until }) {
  const optional = required || fallback !== undefined ? '' : '?'
  const span = releases({ since, until })
  return `\`${wire ?? name}${optional}\`${wire === undefined ? '' : ` = ${name}`} ${escaped(type)}${span ? ` (${span})` : ''}`
}

function bodiesText(bodies) {
  const lines = bodies.map(({ name, members, extends: base, ...body }) => {
    const span = releases(body)
    const texts = [...members.map(memberText), ...(base === undefined ? [] : [`those of ${base}`])]
    return `- **${name}**${span ? ` (${span})` : ''}: ${texts.join(' · ') || 'no members'}`
  })
  return `Bodies:\n\n${lines.join('\n')}`
}

function responseCodes({ responseCodes: { codes } }) {
  return table(
    ['code', 'name', 'releases'],
    codes.map((row) => [String(row.code), row.name, releases(row)])
  )
}

function notDescribed({ offTheWire }) {
  const lines = Object.entries({ ...offTheWire.headers, ...offTheWire.bodies })
  return lines.map(([name, reason]) => `- \`${name}\`: ${reason}`).join('\n')
}

/** Angle brackets would be tags. */
function escaped(type) {
  parseShape(type)
  return type.replaceAll('<', '‹').replaceAll('>', '›')
}
