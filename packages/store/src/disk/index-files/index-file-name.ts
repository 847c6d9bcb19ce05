/**
 * The name of an index file that begins at a time: `yyyyMMddHHmmssSSS`, local time (read in common/…/UtilAll.java,
 * `timeMillisToHumanString`). Names must ascend, and so it is the next number after `last` when the clock went back.
 */
export function indexFileName(timeMs: number, last: string | undefined): string {
  const name = localName(timeMs)
  return last === undefined || name > last ? name : String(BigInt(last) + 1n)
}

/** Whether a file of that name is an index file: others in the directory are not ours. */
export function isIndexFileName(name: string): boolean {
  return /^\d{17}$/.test(name)
}

function localName(timeMs: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: it names a time that came through the clock.
  const time = new Date(timeMs)
  const parts = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes(), time.getSeconds()]
  const middle = parts.map((part) => String(part).padStart(2, '0')).join('')
  return String(time.getFullYear()).padStart(4, '0') + middle + String(time.getMilliseconds()).padStart(3, '0')
}
