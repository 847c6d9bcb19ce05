/** A column of a Markdown table. Numbers stand at the right. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** A Markdown table whose columns also line up where it is read as text. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map((column) => column.title), ...rows].map((row) => columns.map((_, at) => escaped(row[at] ?? '')))
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => width(row[at] ?? ''))))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => padded(cell, widths[at] ?? 0, columns[at]?.align ?? 'left')).join(' | ')} |`
  const rule = `| ${columns.map(({ align }, at) => (align === 'right' ? `${'-'.repeat((widths[at] ?? 3) - 1)}:` : '-'.repeat(widths[at] ?? 3))).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), rule, ...body.map(line)].join('\n')
}

function padded(cell: string, columns: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(columns - width(cell))
  return align === 'right' ? space + cell : cell + space
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function width(text: string): number {
  return [...text].length
}
