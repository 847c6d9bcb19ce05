/** Bytes of the longest head that {@link headProblem} looks at: length, header length, and the fixed part of a binary header. */
export const HEAD_BYTES = 29

const JSON_TYPE = 0
const BINARY_TYPE = 1
const MIN_JSON_HEADER = 2
const MIN_BINARY_HEADER = 21
/** RESPONSE and ONEWAY: nobody sets another bit. */
const ALL_FLAGS = 3

/** Bytes of the frame whose length word is at `at`, that word included. */
export function frameLength(bytes: Buffer, at: number): number {
  return 4 + bytes.readInt32BE(at)
}

/**
 * Why no frame can begin at `at`, as far as the bytes that are there tell; `undefined` when one may. Strict enough to find the next frame in
 * the midst of other bytes: three words must agree with one another.
 */
export function headProblem(bytes: Buffer, at: number, maxFrameBytes: number): string | undefined {
  const there = bytes.length - at
  if (there < 4) return undefined
  const length = bytes.readInt32BE(at)
  if (length < 4 || length > maxFrameBytes - 4) return `its length would be ${length}, which is not within 4 to ${maxFrameBytes - 4}`
  if (there < 8) return there > 4 && (bytes[at + 4] as number) > BINARY_TYPE ? typeProblem(bytes[at + 4]) : undefined
  const type = bytes[at + 4]
  const header = bytes.readInt32BE(at + 4) & 0xffffff
  if (type !== JSON_TYPE && type !== BINARY_TYPE) return typeProblem(type)
  if (header > length - 4) return `its header would have ${header} bytes, the frame has ${length - 4}`
  return type === JSON_TYPE ? jsonProblem(bytes, at, header) : binaryProblem(bytes, at, header)
}

/** A TLS record at the start of a stream: handshake, alert, cipher change or data, of SSL 3.0 to TLS 1.3. */
export function looksLikeTls(bytes: Buffer, at: number): boolean {
  const [type = 0, major, minor = 0xff] = bytes.subarray(at, at + 3)
  return type >= 0x14 && type <= 0x17 && major === 3 && minor <= 4
}

function typeProblem(type: number | undefined): string {
  return `its header would be encoded in an unknown way (${type})`
}

function jsonProblem(bytes: Buffer, at: number, header: number): string | undefined {
  if (header < MIN_JSON_HEADER) return `a JSON header of ${header} bytes is too short`
  return bytes.length - at > 8 && bytes[at + 8] !== 0x7b ? 'its JSON header does not begin with {' : undefined
}

function binaryProblem(bytes: Buffer, at: number, header: number): string | undefined {
  if (header < MIN_BINARY_HEADER) return `a binary header of ${header} bytes is too short`
  if (bytes.length - at < HEAD_BYTES) return undefined
  const flag = bytes.readInt32BE(at + 17)
  if ((flag & ~ALL_FLAGS) !== 0) return `its flag would be ${flag}`
  const remark = bytes.readInt32BE(at + 21)
  return remark < 0 || remark > header - MIN_BINARY_HEADER ? `its remark would have ${remark} bytes of a header of ${header}` : undefined
}
