const SLOTS = 2048
const MAX_BYTES = 64

/** Strings seen before, by a hash of their bytes; a newcomer takes its slot. Bounded, and only ASCII, where a byte is a UTF-16 unit. */
const strings: string[] = new Array<string>(SLOTS).fill('')

/** Text from UTF-8 bytes, for values that come again and again: group, topic, broker name. The same bytes mostly give the same string. */
export function internedText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length === 0) return ''
  if (length > MAX_BYTES) return bytes.toString('utf8', start, end)
  const slot = slotOf(bytes, start, end)
  const known = strings[slot] as string
  return equals(known, bytes, start, length) ? known : remember(slot, bytes, start, end)
}

/** From the ends and the middle: names that differ only elsewhere share a slot, which costs time, not correctness. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start
  let hash = length
  for (let at = start; at < end; at += 1 + (length >> 3)) hash = Math.imul(hash, 31) + (bytes[at] as number)
  hash = Math.imul(hash, 31) + (bytes[end - 1] as number)
  return (hash ^ (hash >>> 11)) & (SLOTS - 1)
}

function equals(known: string, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false
  for (let index = 0; index < length; index++) if (known.charCodeAt(index) !== bytes[start + index]) return false
  return true
}

function remember(slot: number, bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  // A text of as many units as bytes is ASCII: anything else takes more bytes than units, or does not compare equal to its bytes.
  if (text.length === end - start) strings[slot] = text
  return text
}
