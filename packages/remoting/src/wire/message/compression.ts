import type { CompressionType } from './compression-error'
import { lz4Compression } from './lz4-compression'
import { MessageSysFlag } from './sys-flags'
import { zlibCompression } from './zlib-compression'
import { zstdCompression } from './zstd-compression'

/** One way of compressing. Every function throws or rejects with a CompressionError. */
export interface Compression {
  readonly defaultLevel: number
  /** 0 when there is but one level. */
  readonly maxLevel: number
  /** Makes sure that it can be used; a promise when that takes time. Throws in this call. */
  load(): Promise<void> | undefined
  compressSync(body: Buffer, level: number): Buffer
  /** `body` must not change until then. */
  compress(body: Buffer, level: number): Promise<Buffer>
  decompressSync(bytes: Buffer, maxBytes: number): Buffer
  decompress(bytes: Buffer, maxBytes: number): Promise<Buffer>
}

export interface CompressionOptions {
  /** Default `zlib`, which every release reads. */
  readonly type?: CompressionType
  /** zlib: 1 to 9, default 5. zstd: 1 to 22, default 3. lz4 has none. */
  readonly level?: number | undefined
}

/** The system flag bits that say "compressed", and how. */
export const COMPRESSION_FLAGS: Readonly<Record<CompressionType, number>> = Object.freeze({
  zlib: MessageSysFlag.COMPRESSED | MessageSysFlag.COMPRESSION_ZLIB,
  lz4: MessageSysFlag.COMPRESSED | MessageSysFlag.COMPRESSION_LZ4,
  zstd: MessageSysFlag.COMPRESSED | MessageSysFlag.COMPRESSION_ZSTD
})

/** From this many bytes on Node's thread pool does the work: below, the hop costs more than it. */
const ASYNC_FROM_BYTES = 16 * 1024

const COMPRESSIONS: Readonly<Record<CompressionType, Compression>> = { zlib: zlibCompression, lz4: lz4Compression, zstd: zstdCompression }

/** Highest level of each; 0 for one without levels. */
export const MAX_COMPRESSION_LEVEL: Readonly<Record<CompressionType, number>> = Object.freeze({
  zlib: zlibCompression.maxLevel,
  lz4: lz4Compression.maxLevel,
  zstd: zstdCompression.maxLevel
})

/** The type that a system flag names; `undefined` for one that nobody has. */
export function compressionType(sysFlag: number): CompressionType | undefined {
  const bits = sysFlag & MessageSysFlag.COMPRESSION_MASK
  // Releases with one type only have no bits for it.
  if (bits === 0 || bits === MessageSysFlag.COMPRESSION_ZLIB) return 'zlib'
  if (bits === MessageSysFlag.COMPRESSION_LZ4) return 'lz4'
  return bits === MessageSysFlag.COMPRESSION_ZSTD ? 'zstd' : undefined
}

/**
 * Makes sure that a type can be used here, and loads what it needs: for zlib nothing, for lz4 the package `lz4-napi`, for zstd Node.js 22.15
 * or the package `@bokuweb/zstd-wasm`. A promise when that takes time.
 *
 * @throws CompressionError `COMPRESSION_UNAVAILABLE`, in this call.
 */
export function loadCompression(type: CompressionType): Promise<void> | undefined {
  return COMPRESSIONS[type].load()
}

/**
 * A body for the wire; set the type's `COMPRESSION_FLAGS` in the message's system flag. At once, or a promise when it is large; the bytes
 * must not change until then.
 *
 * @throws CompressionError, as rejection when a promise was returned.
 */
export function compressBody(body: Buffer, { type = 'zlib', level }: CompressionOptions = {}): Buffer | Promise<Buffer> {
  const compression = COMPRESSIONS[type]
  const chosen = level ?? compression.defaultLevel
  if (body.length >= ASYNC_FROM_BYTES || compression.load() !== undefined) return compression.compress(body, chosen)
  return compression.compressSync(body, chosen)
}

/**
 * What was compressed, in this call whatever its size. zstd by a package must have been loaded, see {@link loadCompression}.
 *
 * @throws CompressionError
 */
export function decompressSync(bytes: Buffer, type: CompressionType, maxBytes: number): Buffer {
  return COMPRESSIONS[type].decompressSync(bytes, maxBytes)
}

/**
 * The same: at once, or a promise when it is large or something has to be loaded first.
 *
 * @throws CompressionError, as rejection when a promise was returned.
 */
export function decompress(bytes: Buffer, type: CompressionType, maxBytes: number): Buffer | Promise<Buffer> {
  const compression = COMPRESSIONS[type]
  if (bytes.length >= ASYNC_FROM_BYTES || compression.load() !== undefined) return compression.decompress(bytes, maxBytes)
  return compression.decompressSync(bytes, maxBytes)
}
