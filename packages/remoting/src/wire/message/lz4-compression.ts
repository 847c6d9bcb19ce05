import type { Compression } from './compression'
import { asBuffer, broken, tooLarge, unavailable } from './compression-error'
import { lz4FrameBytes } from './lz4-frame'

/** What is used of `lz4-napi`: LZ4 in the frame format, which is RocketMQ's. */
interface Lz4Library {
  compressFrameSync(body: Buffer): Uint8Array
  compressFrame(body: Buffer): Promise<Uint8Array>
  decompressFrameSync(frame: Buffer): Uint8Array
  decompressFrame(frame: Buffer): Promise<Uint8Array>
}

/** LZ4 frames, by the package `lz4-napi` when it is there. It has one level. */
export const lz4Compression: Compression = {
  defaultLevel: 0,
  maxLevel: 0,
  load: () => void library(),
  compressSync: (body) => asBuffer(library().compressFrameSync(body)),
  // A promise of our own: the library's is of another realm where scripts run in contexts, as in Jest.
  compress: async (body) => library().compressFrame(body).then(asBuffer, rethrow),
  decompressSync(frame, maxBytes) {
    const lz4 = library()
    checkBytes(frame, maxBytes)
    try {
      return asBuffer(lz4.decompressFrameSync(frame))
    } catch (cause) {
      throw broken('lz4', cause)
    }
  },
  async decompress(frame, maxBytes) {
    const lz4 = library()
    checkBytes(frame, maxBytes)
    return lz4.decompressFrame(frame).then(asBuffer, rethrow)
  }
}

function library(): Lz4Library {
  try {
    return require('lz4-napi') as Lz4Library
  } catch (cause) {
    throw unavailable('lz4', 'lz4-napi', 'needs the package lz4-napi: npm install lz4-napi', cause)
  }
}

/** The library unpacks all it gets, so that is measured first. */
function checkBytes(frame: Buffer, maxBytes: number): void {
  let bytes: number
  try {
    bytes = lz4FrameBytes(frame, maxBytes)
  } catch (cause) {
    throw broken('lz4', cause)
  }
  if (bytes > maxBytes) throw tooLarge('lz4', maxBytes)
}

function rethrow(cause: unknown): never {
  throw broken('lz4', cause)
}
