import { ProtocolError } from 'net-ts-protocol-kit'

/** A frame's first four bytes, and the bits of its descriptor (read in RFC 8878, section 3.1.1). */
const MAGIC = 0xfd2fb528
const SINGLE_SEGMENT = 0x20
const RESERVED = 0x08
const CONTENT_CHECKSUM = 0x04
const DICTIONARY_MASK = 0x03
/** Bytes of the content size by the two highest bits of the descriptor. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const

const MAX_BLOCK_BYTES = 128 << 10
const BLOCK_HEADER_BYTES = 3
const BlockType = { RAW: 0, REPEATED: 1, COMPRESSED: 2 } as const

/** What a frame says of itself. */
export interface ZstdFrame {
  /** Bytes that a decoder must keep at hand. */
  readonly windowBytes: number
  /** Bytes it unpacks to, if it says so. */
  readonly contentBytes: number | undefined
  /** More than this it cannot unpack to. */
  readonly maxContentBytes: number
}

/**
 * Reads what a Zstandard frame needs before anything is allocated for it. The frame must be the only one, whole, and without a
 * dictionary.
 *
 * @throws ProtocolError with `offset` and `field` when it is no such frame.
 */
export function readZstdFrame(frame: Buffer): ZstdFrame {
  if (frame.length < 6 || frame.readUInt32LE(0) !== MAGIC) throw broken('it does not begin as one', 0, 'magic')
  const descriptor = frame.readUInt8(4)
  if (descriptor & (RESERVED | DICTIONARY_MASK)) throw broken('unknown flags, or it needs a dictionary', 4, 'descriptor')
  const isSingle = (descriptor & SINGLE_SEGMENT) !== 0
  const contentAt = isSingle ? 5 : 6
  const sizeBytes = descriptor >> 6 === 0 && isSingle ? 1 : (CONTENT_SIZE_BYTES[descriptor >> 6] as number)
  const contentBytes = contentSize(frame, contentAt, sizeBytes)
  const windowBytes = isSingle ? (contentBytes ?? 0) : windowSize(frame.readUInt8(5))
  const maxContentBytes = blocksBytes(frame, contentAt + sizeBytes, Math.min(windowBytes, MAX_BLOCK_BYTES), descriptor)
  return { windowBytes, contentBytes, maxContentBytes }
}

/** Past what a number holds exactly is past every limit. */
function contentSize(frame: Buffer, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined
  if (at + bytes > frame.length) throw broken('it is cut short', at, 'contentSize')
  if (bytes === 8) return Number(frame.readBigUInt64LE(at))
  return frame.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0)
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

/** Sum of what the blocks unpack to: a compressed one to as much as a block may hold. */
function blocksBytes(frame: Buffer, start: number, blockBytes: number, descriptor: number): number {
  let at = start
  let total = 0
  for (let isLast = false; !isLast; ) {
    if (at + BLOCK_HEADER_BYTES > frame.length) throw broken('a block is cut short', at, 'block')
    const header = frame.readUIntLE(at, BLOCK_HEADER_BYTES)
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type > BlockType.COMPRESSED || size > MAX_BLOCK_BYTES) throw broken('a block is of no known type or too long', at, 'block')
    total += type === BlockType.COMPRESSED ? blockBytes : size
    at += BLOCK_HEADER_BYTES + (type === BlockType.REPEATED ? 1 : size)
    isLast = (header & 1) !== 0
  }
  if (descriptor & CONTENT_CHECKSUM) at += 4
  if (at !== frame.length) throw broken('it does not end with its last block', at, 'end')
  return total
}

function broken(problem: string, offset: number, field: string): ProtocolError {
  return new ProtocolError(`no valid Zstandard frame: ${problem}`, { offset, field })
}
