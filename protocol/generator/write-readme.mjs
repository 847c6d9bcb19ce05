const START = '<!-- generated: requests -->'
const END = '<!-- /generated -->'

/** README.md with its table of requests renewed. */
export function readmeWithTable(text, protocol) {
  const [start, end] = [text.indexOf(START), text.indexOf(END)]
  if (start < 0 || end < start) throw new Error(`protocol/README.md must hold ${START} and ${END}`)
  return `${text.slice(0, start + START.length)}\n\n${tables(protocol)}\n\n${text.slice(end)}`
}

function tables(protocol) {
  return protocol.families
    .filter((family) => family.requests)
    .map((family) => familyText(family, protocol))
    .join('\n\n')
}

function familyText(family, protocol) {
  return `### [${family.family}](${family.file})\n\n${family.about}\n\n${table(family.requests.map((row) => cells(row, protocol)))}`
}

const COLUMNS = ['code', 'request', 'from → to', 'request header', 'request body', 'response header', 'response body']

/** Padded the way the formatter does it, so that both agree on the file. */
function table(rows) {
  const widths = COLUMNS.map((column, index) => Math.max(3, column.length, ...rows.map((row) => row[index].length)))
  const line = (row) => `| ${row.map((cell, index) => (index === 0 ? cell.padStart(widths[0]) : cell.padEnd(widths[index]))).join(' | ')} |`
  const rule = `| ${widths.map((width, index) => (index === 0 ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`
  return [line(COLUMNS), rule, ...rows.map(line)].join('\n')
}

function cells(row, protocol) {
  const oneway = { never: '', sometimes: ', also one-way', always: ', one-way' }[row.oneway]
  const releases = [row.since === '4.9.7' ? '' : `≥ ${row.since}`, row.until ? `≤ ${row.until}` : ''].filter(Boolean).join(', ')
  const name = `${row.key ?? row.name}${releases ? ` (${releases})` : ''}`
  const ways = row.from.length + row.to.length === 0 ? 'nobody' : `${row.from.join(', ')} → ${row.to.join(', ')}${oneway}`
  const sides = [row.request, row.response].flatMap((side) => [headerCell(side.header, protocol), bodyCell(side.body)])
  return [String(row.code), name, ways, ...sides]
}

/** Own fields only: those of RpcRequestHeader and its heirs are the same everywhere. */
function headerCell(name, protocol) {
  if (name === 'none') return ''
  const fields = protocol.headers.get(name).fields
  return fields.map((field) => `${field.wire ?? field.name}${field.required ? '' : '?'}`).join(' ')
}

function bodyCell(text) {
  return text === 'none' ? '' : text.replaceAll('<', '‹').replaceAll('>', '›')
}
