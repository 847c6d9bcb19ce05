/** The greatest time that a date can have, milliseconds. */
const MAX_TIME = 8.64e15

/** A store time as people and programs read it; one that is impossible as its number. */
export function timeText(timeMs: number): string {
  if (!(Math.abs(timeMs) <= MAX_TIME)) return String(timeMs)
  // biome-ignore lint/style/noRestrictedGlobals: it writes down a time that a file says.
  return new Date(timeMs).toISOString()
}

/** Milliseconds of a date, a date and time (UTC when it names no zone), or `@` and milliseconds; `undefined` when it is none. */
export function readTime(text: string): number | undefined {
  if (/^@\d{1,16}$/.test(text)) return Number(text.slice(1))
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return undefined
  const hasZone = /(Z|T.*[+-]\d{2}:\d{2})$/.test(text)
  // biome-ignore lint/style/noRestrictedGlobals: it reads a time that was typed, not the present.
  const time = Date.parse(hasZone || text.length === 10 ? text : `${text}Z`)
  return Number.isNaN(time) ? undefined : time
}
