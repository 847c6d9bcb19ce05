import * as zlib from 'node:zlib'
import type { Compression } from './compression'
import { asBuffer, broken, inflateError, tooLarge, unavailable } from './compression-error'
import { readZstdFrame, type ZstdFrame } from './zstd-frame'

type Finished = (error: Error | null, result: Buffer) => void

/** Zstandard of `node:zlib`, from 22.15 on. */
interface NodeZstd {
  zstdCompressSync(body: Buffer, options: CompressOptions): Buffer
  zstdCompress(body: Buffer, options: CompressOptions, finished: Finished): void
  zstdDecompressSync(frame: Buffer, options: { readonly maxOutputLength: number }): Buffer
  zstdDecompress(frame: Buffer, options: { readonly maxOutputLength: number }, finished: Finished): void
}

interface CompressOptions {
  readonly params: Readonly<Record<number, number>>
}

/** What is used of `@bokuweb/zstd-wasm`: Zstandard where Node.js has none. */
interface ZstdLibrary {
  init(): Promise<void>
  compress(body: Buffer, level: number): Uint8Array
  decompress(frame: Buffer, options: { readonly defaultHeapSize: number }): Uint8Array
}

/** `ZSTD_c_compressionLevel`. */
const LEVEL = 100
/** What every decoder should support (RFC 8878, section 3.1.1.1.2). */
const LEAST_WINDOW_BYTES = 8 << 20

const LEVELS = { defaultLevel: 3, maxLevel: 22 } as const

/** Zstandard frames by Node.js. */
const byNode = (zstd: NodeZstd): Compression => ({
  ...LEVELS,
  load: () => undefined,
  compressSync: (body, level) => zstd.zstdCompressSync(body, { params: { [LEVEL]: level } }),
  compress: (body, level) =>
    new Promise((resolve, reject) => {
      const options = { params: { [LEVEL]: level } }
      zstd.zstdCompress(body, options, (error, frame) => (error === null ? resolve(frame) : reject(broken('zstd', error))))
    }),
  decompressSync(frame, maxBytes) {
    checkedFrame(frame, maxBytes)
    try {
      return zstd.zstdDecompressSync(frame, { maxOutputLength: maxBytes })
    } catch (cause) {
      throw inflateError('zstd', maxBytes, cause)
    }
  },
  async decompress(frame, maxBytes) {
    checkedFrame(frame, maxBytes)
    return new Promise((resolve, reject) => {
      zstd.zstdDecompress(frame, { maxOutputLength: maxBytes }, (error, body) =>
        error === null ? resolve(body) : reject(inflateError('zstd', maxBytes, error))
      )
    })
  }
})

/** Zstandard frames by the package `@bokuweb/zstd-wasm` when it is there: in the loop, but for loading it, which takes milliseconds once. */
const byLibrary: Compression = {
  ...LEVELS,
  load: () => (loaded === undefined ? loadLibrary().then(() => undefined) : undefined),
  compressSync: (body, level) => asBuffer(loadedLibrary().compress(body, level)),
  compress: async (body, level) => asBuffer((loaded ?? (await loadLibrary())).compress(body, level)),
  decompressSync: (frame, maxBytes) => decompressBy(loadedLibrary(), frame, checkedFrame(frame, maxBytes), maxBytes),
  async decompress(frame, maxBytes) {
    const checked = checkedFrame(frame, maxBytes)
    return decompressBy(loaded ?? (await loadLibrary()), frame, checked, maxBytes)
  }
}

let loading: Promise<ZstdLibrary> | undefined
let loaded: ZstdLibrary | undefined

function loadLibrary(): Promise<ZstdLibrary> {
  loading ??= initialised(requiredLibrary())
  return loading
}

async function initialised(library: ZstdLibrary): Promise<ZstdLibrary> {
  await library.init()
  loaded = library
  return library
}

function requiredLibrary(): ZstdLibrary {
  try {
    return require('@bokuweb/zstd-wasm') as ZstdLibrary
  } catch (cause) {
    const advice = 'needs Node.js 22.15 or newer, or the package @bokuweb/zstd-wasm: npm install @bokuweb/zstd-wasm'
    throw unavailable('zstd', '@bokuweb/zstd-wasm', advice, cause)
  }
}

function loadedLibrary(): ZstdLibrary {
  if (loaded !== undefined) return loaded
  requiredLibrary()
  throw unavailable('zstd', 'time to load', 'is not loaded yet: await loadCompression("zstd") first, or use decompressBody()')
}

/** Bytes to decompress into are allocated before: not more than the frame can become, nor than it may. */
function decompressBy(library: ZstdLibrary, bytes: Buffer, frame: ZstdFrame, maxBytes: number): Buffer {
  try {
    return asBuffer(library.decompress(bytes, { defaultHeapSize: Math.min(frame.maxContentBytes, maxBytes) }))
  } catch (cause) {
    // The library does not say which: a frame that stays within the bound can only be broken.
    throw frame.contentBytes === undefined && frame.maxContentBytes > maxBytes ? tooLarge('zstd', maxBytes, cause) : broken('zstd', cause)
  }
}

function checkedFrame(bytes: Buffer, maxBytes: number): ZstdFrame {
  let frame: ZstdFrame
  try {
    frame = readZstdFrame(bytes)
  } catch (cause) {
    throw broken('zstd', cause)
  }
  const { windowBytes, contentBytes = 0 } = frame
  if (contentBytes > maxBytes || windowBytes > Math.max(maxBytes, LEAST_WINDOW_BYTES)) throw tooLarge('zstd', maxBytes)
  return frame
}

/** Zstandard frames, by Node.js where it can. */
export const zstdCompression: Compression = 'zstdDecompressSync' in zlib ? byNode(zlib as unknown as NodeZstd) : byLibrary
