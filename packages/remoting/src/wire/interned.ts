const SLOTS = 2048
const MAX_BYTES = 64

/** Strings seen before, by a hash of their bytes; a newcomer takes its slot. Bounded, and only ASCII, where a byte is a UTF-16 unit. */
const strings: string[] = new Array<string>(SLOTS).fill('')

/** Text from UTF-8 bytes, for values that come again and again: group, topic, broker name. The same bytes mostly give the same string. */
export function internedText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length === 0) return ''
  if (length > MAX_BYTES) return bytes.toString('utf8', start, end)
  let hash = length
  let all = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    hash = (Math.imul(hash, 31) + byte) | 0
    all |= byte
  }
  if (all > 0x7f) return bytes.toString('utf8', start, end)
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
  const known = strings[slot] as string
  return equals(known, bytes, start, length) ? known : remember(slot, bytes, start, end)
}

function equals(known: string, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false
  for (let index = 0; index < length; index++) if (known.charCodeAt(index) !== bytes[start + index]) return false
  return true
}

function remember(slot: number, bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('latin1', start, end)
  strings[slot] = text
  return text
}
