import { CodedError } from 'net-ts-protocol-kit'
import { compressionType, decompress, decompressSync } from './compression'
import { CompressionError, type CompressionType } from './compression-error'
import { bodyCrc } from './crc'
import type { MessageRecord } from './message-record'
import { hasFlag, MessageSysFlag } from './sys-flags'

/**
 * A stored body that cannot be handed out: `UNSUPPORTED_COMPRESSION` (facts: `compression`, `missing`), `BODY_TOO_LARGE` (facts:
 * `maxBytes`), `BODY_BROKEN` (no valid compressed data), `BODY_CRC_MISMATCH`.
 */
export class MessageBodyError extends CodedError {}

export interface BodyLimits {
  /** Longest decompressed body, bytes. Default 32 MiB. */
  readonly maxBytes?: number
}

/** Default of `BodyLimits.maxBytes`. */
export const DEFAULT_MAX_DECOMPRESSED_BYTES = 32 * 1024 * 1024

/**
 * The body as it was sent, decompressed in this call whatever its size. Zstandard on a Node.js without it must have been loaded, see
 * `loadCompression`.
 *
 * @throws MessageBodyError
 */
export function messageBody(record: MessageRecord, limits: BodyLimits = {}): Buffer {
  if (!hasFlag(record.sysFlag, MessageSysFlag.COMPRESSED)) return record.body
  try {
    return decompressSync(record.body, typeOf(record), maxBytesOf(limits))
  } catch (cause) {
    throw asBodyError(record, cause)
  }
}

/**
 * The body as it was sent: at once, or a promise when it is compressed and large, or by a library that has to be loaded first.
 *
 * @throws MessageBodyError, as rejection when a promise was returned.
 */
export function decompressBody(record: MessageRecord, limits: BodyLimits = {}): Buffer | Promise<Buffer> {
  if (!hasFlag(record.sysFlag, MessageSysFlag.COMPRESSED)) return record.body
  try {
    const body = decompress(record.body, typeOf(record), maxBytesOf(limits))
    return body instanceof Promise ? body.catch((cause) => Promise.reject(asBodyError(record, cause))) : body
  } catch (cause) {
    throw asBodyError(record, cause)
  }
}

/** Whether the stored body is the one that the broker stored. */
export function hasValidCrc(record: MessageRecord): boolean {
  return bodyCrc(record.body) === record.bodyCrc
}

/**
 * The same as an error.
 *
 * @throws MessageBodyError `BODY_CRC_MISMATCH`.
 */
export function verifyCrc(record: MessageRecord): void {
  if (hasValidCrc(record)) return
  const actual = bodyCrc(record.body)
  throw bodyError('BODY_CRC_MISMATCH', 'the body is not the one that was stored', record, { expected: record.bodyCrc, actual })
}

function typeOf(record: MessageRecord): CompressionType {
  const type = compressionType(record.sysFlag)
  if (type !== undefined) return type
  const compression = `type ${(record.sysFlag & MessageSysFlag.COMPRESSION_MASK) >> 8}`
  const problem = `the body is compressed with ${compression}, which nobody has`
  throw bodyError('UNSUPPORTED_COMPRESSION', problem, record, { compression, missing: 'its meaning' })
}

function maxBytesOf(limits: BodyLimits): number {
  return limits.maxBytes ?? DEFAULT_MAX_DECOMPRESSED_BYTES
}

const BODY_CODES: Readonly<Record<string, string>> = {
  COMPRESSION_UNAVAILABLE: 'UNSUPPORTED_COMPRESSION',
  COMPRESSION_TOO_LARGE: 'BODY_TOO_LARGE',
  COMPRESSION_BROKEN: 'BODY_BROKEN'
}

function asBodyError(record: MessageRecord, cause: unknown): unknown {
  const code = cause instanceof CompressionError ? BODY_CODES[cause.code] : undefined
  if (!(cause instanceof CompressionError) || code === undefined) return cause
  return bodyError(code, `the body is not readable: ${cause.message}`, record, cause.facts, cause)
}

function bodyError(
  code: string,
  problem: string,
  record: MessageRecord,
  facts: Record<string, unknown>,
  cause?: unknown
): MessageBodyError {
  const where = { topic: record.topic, queueId: record.queueId, queueOffset: record.queueOffset, physicalOffset: record.physicalOffset }
  return new MessageBodyError(code, `message ${record.topic}/${record.queueId}/${record.queueOffset}: ${problem}`, {
    facts: { ...where, ...facts },
    cause
  })
}
