import { CodedError } from 'net-ts-protocol-kit'

/** How bodies are compressed (read in common/…/compression/CompressionType.java). */
export type CompressionType = 'zlib' | 'lz4' | 'zstd'

/**
 * Bytes that could not be compressed or decompressed: `COMPRESSION_UNAVAILABLE` (facts: `compression`, `missing`),
 * `COMPRESSION_TOO_LARGE` (facts: `maxBytes`), `COMPRESSION_BROKEN` (no valid compressed data).
 */
export class CompressionError extends CodedError {}

export function unavailable(compression: CompressionType, missing: string, advice: string, cause?: unknown): CompressionError {
  return new CompressionError('COMPRESSION_UNAVAILABLE', `${compression} ${advice}`, { facts: { compression, missing }, cause })
}

export function tooLarge(compression: CompressionType, maxBytes: number, cause?: unknown): CompressionError {
  const facts = { compression, maxBytes }
  return new CompressionError('COMPRESSION_TOO_LARGE', `longer than ${maxBytes} bytes when decompressed`, { facts, cause })
}

export function broken(compression: CompressionType, cause: unknown): CompressionError {
  return new CompressionError('COMPRESSION_BROKEN', `no valid ${compression} data`, { facts: { compression }, cause })
}

/** What `node:zlib` failed with. */
export function inflateError(compression: CompressionType, maxBytes: number, cause: unknown): CompressionError {
  const isTooLarge = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
  return isTooLarge ? tooLarge(compression, maxBytes, cause) : broken(compression, cause)
}

/** What a library returned, as everything else here expects it. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
