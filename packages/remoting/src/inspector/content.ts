import { isUtf8 } from 'node:buffer'
import { CodedError, type MessageRecord, MessageSysFlag, messageBody } from '../wire/index'
import type { Content } from './body-summary'

/** What may be decompressed to be printed in part. */
const MAX_DECOMPRESSED_BYTES = 4 * 1024 * 1024

/** At most `maxBytes` of some bytes, as text when that is what they are, else as hex. */
export function contentOf(bytes: Buffer, maxBytes: number): Content {
  const isCut = bytes.length > maxBytes
  const shown = isCut ? bytes.subarray(0, maxBytes) : bytes
  if (!isUtf8(withoutHalfCharacter(shown, isCut))) return { form: 'hex', text: shown.toString('hex'), bytes: bytes.length, isCut }
  return { form: 'text', text: withoutHalfCharacter(shown, isCut).toString('utf8'), bytes: bytes.length, isCut }
}

/** The body of a stored message, decompressed if that can be done. */
export function recordContent(record: MessageRecord, maxBytes: number): Content {
  try {
    return contentOf(messageBody(record, { maxBytes: MAX_DECOMPRESSED_BYTES }), maxBytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { ...contentOf(record.body, maxBytes), problem: error.message }
  }
}

/** The compression that a system flag names. */
export function compressionName(sysFlag: number): string | undefined {
  if ((sysFlag & MessageSysFlag.COMPRESSED) === 0) return undefined
  const type = sysFlag & MessageSysFlag.COMPRESSION_MASK
  return COMPRESSIONS.get(type) ?? `type ${type >> 8}`
}

const COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [0, 'zlib'],
  [MessageSysFlag.COMPRESSION_ZLIB, 'zlib'],
  [MessageSysFlag.COMPRESSION_LZ4, 'lz4'],
  [MessageSysFlag.COMPRESSION_ZSTD, 'zstd']
])

/** A cut may go through a character of up to four bytes. */
function withoutHalfCharacter(bytes: Buffer, isCut: boolean): Buffer {
  if (!isCut) return bytes
  let end = bytes.length
  while (end > 0 && bytes.length - end < 3 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end--
  return end > 0 && (bytes[end - 1] as number) >= 0xc0 ? bytes.subarray(0, end - 1) : bytes
}
