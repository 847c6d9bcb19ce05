const SLOTS = 2048
const MAX_BYTES = 64

/** Texts seen before with their bytes, by a hash of the bytes. Bounded: a newcomer takes its slot. */
const texts: string[] = new Array<string>(SLOTS).fill('')
const encoded: Buffer[] = new Array<Buffer>(SLOTS).fill(Buffer.alloc(0))

/** Text from UTF-8 bytes, for values that come again and again: group, topic, broker name. The same bytes mostly give the same string. */
export function internedText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length === 0) return ''
  if (length > MAX_BYTES) return bytes.toString('utf8', start, end)
  const slot = slotOf(bytes, start, end)
  const known = encoded[slot] as Buffer
  return equals(known, bytes, start, length) ? (texts[slot] as string) : remember(slot, bytes, start, end)
}

/** From the ends and the middle: names that differ only elsewhere share a slot, which costs time, not correctness. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start
  let hash = length
  for (let at = start; at < end; at += 1 + (length >> 3)) hash = Math.imul(hash, 31) + (bytes[at] as number)
  hash = Math.imul(hash, 31) + (bytes[end - 1] as number)
  return (hash ^ (hash >>> 11)) & (SLOTS - 1)
}

function equals(known: Buffer, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false
  for (let index = 0; index < length; index++) if (known[index] !== bytes[start + index]) return false
  return true
}

function remember(slot: number, bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  texts[slot] = text
  // Memory of its own: a slice of the pool would keep the whole pool.
  const copy = Buffer.allocUnsafeSlow(end - start)
  bytes.copy(copy, 0, start, end)
  encoded[slot] = copy
  return text
}
