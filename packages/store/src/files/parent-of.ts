/** The directory that a path is in; that of a root is itself, and `.` when the path is one name. */
export function parentOf(path: string): string {
  const [, parent] = /^(.*)[/\\][^/\\]+[/\\]*$/s.exec(path) ?? []
  if (parent === undefined) return /^[/\\]/.test(path) ? path : '.'
  return parent === '' ? '/' : parent
}
