/** Rows as lines, indented by two, with columns that stand below one another; what a row has not is left blank. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const used = widths.map((width, column) => ({ width, column })).filter(({ width }) => width > 0)
  return rows.map((row) => `  ${used.map(({ width, column }) => (row[column] ?? '').padEnd(width)).join('  ')}`.trimEnd())
}

/** A heading and its lines, at most `max` of them; the heading alone says that there are none. */
export function section(heading: string, lines: readonly string[], max = 12): string[] {
  if (lines.length === 0) return [`${heading}: none`]
  const more = lines.length > max ? [`  … and ${lines.length - max} more`] : []
  return [heading, ...lines.slice(0, max), ...more]
}

/** `2 delivered, 1 waiting`, in the order of the first of each. */
export function counted(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
}
