import * as zlib from 'node:zlib'
import { CodedError } from 'net-ts-protocol-kit'
import { bodyCrc } from './crc'
import type { MessageRecord } from './message-record'
import { hasFlag, MessageSysFlag } from './sys-flags'

/**
 * A stored body that cannot be handed out: `UNSUPPORTED_COMPRESSION` (facts: `compression`, `missing`),
 * `BODY_TOO_LARGE` (facts: `maxBytes`), `BODY_BROKEN` (no valid compressed data), `BODY_CRC_MISMATCH`.
 */
export class MessageBodyError extends CodedError {}

export interface BodyLimits {
  /** Longest decompressed body, bytes. Default 32 MiB. */
  readonly maxBytes?: number
}

/** Default of `BodyLimits.maxBytes`. */
export const DEFAULT_MAX_DECOMPRESSED_BYTES = 32 * 1024 * 1024

/** From this many stored bytes on zlib runs on Node's thread pool: below, the hop costs more than the work. */
const ASYNC_FROM_BYTES = 16 * 1024

/** Java's level (read in client/…/producer/DefaultMQProducer.java). */
const DEFAULT_LEVEL = 5

/** The system flag bits that say "compressed, by zlib". */
export const ZLIB_BODY_FLAGS = MessageSysFlag.COMPRESSED | MessageSysFlag.COMPRESSION_ZLIB

/**
 * The body as it was sent, decompressed in this call whatever its size.
 *
 * @throws MessageBodyError
 */
export function messageBody(record: MessageRecord, limits: BodyLimits = {}): Buffer {
  if (!hasFlag(record.sysFlag, MessageSysFlag.COMPRESSED)) return record.body
  checkCompression(record)
  try {
    return zlib.inflateSync(record.body, inflateOptions(limits))
  } catch (cause) {
    throw inflateError(record, limits, cause)
  }
}

/**
 * The body as it was sent: at once, or a promise when it is compressed and large.
 *
 * @throws MessageBodyError, as rejection when a promise was returned.
 */
export function decompressBody(record: MessageRecord, limits: BodyLimits = {}): Buffer | Promise<Buffer> {
  if (!hasFlag(record.sysFlag, MessageSysFlag.COMPRESSED) || record.body.length < ASYNC_FROM_BYTES) return messageBody(record, limits)
  checkCompression(record)
  return new Promise((resolve, reject) => {
    zlib.inflate(record.body, inflateOptions(limits), (cause, body) => {
      if (cause === null) resolve(body)
      else reject(inflateError(record, limits, cause))
    })
  })
}

/** A body for the wire; set `ZLIB_BODY_FLAGS` in the message's system flag. At once, or a promise when it is large. */
export function compressBody(body: Buffer, level: number = DEFAULT_LEVEL): Buffer | Promise<Buffer> {
  if (body.length < ASYNC_FROM_BYTES) return zlib.deflateSync(body, { level })
  return new Promise((resolve, reject) => {
    zlib.deflate(body, { level }, (cause, compressed) => {
      if (cause === null) resolve(compressed)
      else reject(new MessageBodyError('BODY_BROKEN', 'the body could not be compressed', { cause }))
    })
  })
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

function checkCompression(record: MessageRecord): void {
  const compression = record.sysFlag & MessageSysFlag.COMPRESSION_MASK
  if (compression === 0 || compression === MessageSysFlag.COMPRESSION_ZLIB) return
  const name = compressionName(compression)
  const missing = `a decoder for ${name}`
  throw bodyError('UNSUPPORTED_COMPRESSION', `the body is compressed with ${name}: only zlib is read`, record, {
    compression: name,
    missing
  })
}

function compressionName(compression: number): string {
  if (compression === MessageSysFlag.COMPRESSION_LZ4) return 'LZ4'
  return compression === MessageSysFlag.COMPRESSION_ZSTD ? 'ZSTD' : `type ${compression >> 8}`
}

function inflateOptions(limits: BodyLimits): zlib.ZlibOptions {
  return { maxOutputLength: limits.maxBytes ?? DEFAULT_MAX_DECOMPRESSED_BYTES }
}

function inflateError(record: MessageRecord, limits: BodyLimits, cause: unknown): MessageBodyError {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_DECOMPRESSED_BYTES
  if (typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
    return bodyError('BODY_TOO_LARGE', `the body is longer than ${maxBytes} bytes when decompressed`, record, { maxBytes }, cause)
  }
  return bodyError('BODY_BROKEN', 'the body is no valid zlib stream', record, {}, cause)
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
