import { ProtocolError } from 'net-ts-protocol-kit'

/** A frame's first four bytes, and the bits of its flags (read in the LZ4 frame format, 1.6.4). */
const MAGIC = 0x184d2204
const VERSION_MASK = 0xc0
const VERSION_1 = 0x40
const BLOCK_CHECKSUM = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const RESERVED_OR_DICTIONARY = 0x03
const RESERVED_OF_BLOCK_SIZE = 0x8f

const STORED_BLOCK = 0x80000000
const CHECKSUM_BYTES = 4
const MIN_MATCH = 4
/** Longest block by its code, 4 to 7. */
const BLOCK_BYTES: Readonly<Record<number, number>> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 }

/**
 * Bytes that an LZ4 frame unpacks to, counted without unpacking it: libraries unpack all of a frame, however long it becomes. Counting
 * stops above `maxBytes`. The frame must be the only one, whole, and without a dictionary.
 *
 * @throws ProtocolError with `offset` and `field` when it is no such frame.
 */
export function lz4FrameBytes(frame: Buffer, maxBytes: number): number {
  const flags = checkedFlags(frame)
  const blockBytes = BLOCK_BYTES[byteAt(frame, 5) >> 4] as number
  const checksumBytes = flags & BLOCK_CHECKSUM ? CHECKSUM_BYTES : 0
  let at = 7 + (flags & CONTENT_SIZE ? 8 : 0)
  let total = 0
  for (;;) {
    const header = uint32At(frame, at)
    at += 4
    if (header === 0) break
    const end = at + (header & ~STORED_BLOCK)
    if (end > frame.length) throw broken('a block reaches past the end', at - 4, 'blockSize')
    const bytes = header >= STORED_BLOCK ? end - at : sequencesBytes(frame, at, end, blockBytes)
    if (bytes > blockBytes) throw broken('a block is longer than its frame allows', at - 4, 'blockSize')
    total += bytes
    if (total > maxBytes) return total
    at = end + checksumBytes
  }
  if (flags & CONTENT_CHECKSUM) at += CHECKSUM_BYTES
  if (at !== frame.length) throw broken('it does not end with its content', at, 'end')
  return total
}

function checkedFlags(frame: Buffer): number {
  if (uint32At(frame, 0) !== MAGIC) throw broken('it does not begin as one', 0, 'magic')
  const flags = byteAt(frame, 4)
  if ((flags & VERSION_MASK) !== VERSION_1 || flags & RESERVED_OR_DICTIONARY) throw broken('unknown flags', 4, 'flags')
  const descriptor = byteAt(frame, 5)
  if (descriptor & RESERVED_OF_BLOCK_SIZE || BLOCK_BYTES[descriptor >> 4] === undefined) throw broken('unknown block size', 5, 'blockSize')
  return flags
}

/** Literals, then a match of at least four bytes, again and again; the last sequence is literals only. */
function sequencesBytes(frame: Buffer, start: number, end: number, maxBytes: number): number {
  let at = start
  let total = 0
  while (at < end) {
    const token = byteAt(frame, at++)
    let literals = token >> 4
    if (literals === 15) for (let more = 255; more === 255; literals += more) more = byteAt(frame, at++)
    at += literals
    total += literals
    if (at === end) return total
    if (at + 2 > end) throw broken('a block is cut short', start, 'block')
    at += 2
    let match = token & 15
    if (match === 15) for (let more = 255; more === 255; match += more) more = byteAt(frame, at++)
    total += match + MIN_MATCH
    if (total > maxBytes) return total
  }
  throw broken('a block ends within a sequence', start, 'block')
}

function byteAt(frame: Buffer, at: number): number {
  const byte = frame[at]
  if (byte === undefined) throw broken('it is cut short', at, 'length')
  return byte
}

function uint32At(frame: Buffer, at: number): number {
  if (at + 4 > frame.length) throw broken('it is cut short', at, 'length')
  return frame.readUInt32LE(at)
}

function broken(problem: string, offset: number, field: string): ProtocolError {
  return new ProtocolError(`no valid LZ4 frame: ${problem}`, { offset, field })
}
