import * as zlib from 'node:zlib'
import type { Compression } from './compression'
import { broken, inflateError } from './compression-error'

/** zlib streams (RFC 1950), by Node.js. Java's level (read in client/…/producer/DefaultMQProducer.java). */
export const zlibCompression: Compression = {
  defaultLevel: 5,
  maxLevel: 9,
  load: () => undefined,
  compressSync: (body, level) => zlib.deflateSync(body, { level }),
  compress: (body, level) =>
    new Promise((resolve, reject) => {
      zlib.deflate(body, { level }, (error, compressed) => (error === null ? resolve(compressed) : reject(broken('zlib', error))))
    }),
  decompressSync(bytes, maxBytes) {
    try {
      return zlib.inflateSync(bytes, { maxOutputLength: maxBytes })
    } catch (cause) {
      throw inflateError('zlib', maxBytes, cause)
    }
  },
  decompress: (bytes, maxBytes) =>
    new Promise((resolve, reject) => {
      zlib.inflate(bytes, { maxOutputLength: maxBytes }, (error, body) =>
        error === null ? resolve(body) : reject(inflateError('zlib', maxBytes, error))
      )
    })
}
