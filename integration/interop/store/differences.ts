/** Where two values differ, a line for each place, at most 20: the answers of a broker are too long to be shown whole. */
export function differences(expected: unknown, actual: unknown, shown = 20): string[] {
  const found: string[] = []
  compare(expected, actual, '', found)
  return found.length <= shown ? found : [...found.slice(0, shown), `… ${found.length - shown} more`]
}

function compare(expected: unknown, actual: unknown, path: string, found: string[]): void {
  if (!isContainer(expected) || !isContainer(actual)) {
    if (expected !== actual) found.push(`${path || 'all'}: expected ${brief(expected)}, was ${brief(actual)}`)
    return
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
  for (const name of names) compare(expected[name], actual[name], path === '' ? name : `${path} › ${name}`, found)
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 200 ? text : `${text.slice(0, 200)} …`
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
