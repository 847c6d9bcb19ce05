import { deflateSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  COMPRESSION_FLAGS,
  compressBody,
  decodeRecord,
  decompressBody,
  loadCompression,
  MessageBodyError,
  type MessageRecord,
  messageBody,
  recordSize,
  verifyCrc,
  writeRecord
} from '../../../src/wire'
import { officialBytes, officialRecord } from './official'

function stored(body: Buffer, sysFlag: number): MessageRecord {
  const host = { host: '127.0.0.1', port: 1 }
  const content = { topic: 'T', queueId: 0, flag: 0, sysFlag, bornTimestamp: 0, bornHost: host, storeHost: host }
  const record = { ...content, reconsumeTimes: 0, preparedTransactionOffset: 0, body, properties: Buffer.alloc(0) }
  const target = Buffer.alloc(recordSize(record))
  writeRecord(target, 0, record, { queueOffset: 9, physicalOffset: 0, storeTimestamp: 0 })
  return decodeRecord(target)
}

function errorOf(action: () => unknown): MessageBodyError {
  try {
    action()
  } catch (error) {
    if (error instanceof MessageBodyError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const ZLIB_BODY_FLAGS = COMPRESSION_FLAGS.zlib

beforeAll(async () => {
  await loadCompression('zstd')
})

describe('a message body', () => {
  it('that is not compressed is handed out as a view, at once', () => {
    const record = decodeRecord(officialBytes('plain'))
    expect(messageBody(record).toString()).toBe('hello')
    expect(decompressBody(record)).toEqual(Buffer.from('hello'))
  })

  for (const name of ['zlib', 'zlib, old flag', 'LZ4', 'ZSTD']) {
    it(`that the official client compressed is decompressed: ${name}`, () => {
      expect(messageBody(decodeRecord(officialBytes(name))).toString('hex')).toBe(officialRecord(name).decoded.body)
    })
  }

  it('of a compression type that nobody has is refused', () => {
    expect(errorOf(() => messageBody(stored(Buffer.from('x'), 0x701))).facts['compression']).toBe('type 7')
  })

  it('is decompressed at once when small and as a promise when large', async () => {
    const small = decompressBody(stored(deflateSync(Buffer.from('small')), ZLIB_BODY_FLAGS))
    expect(small).toEqual(Buffer.from('small'))
    const text = Buffer.alloc(100_000)
    for (let i = 0, state = 1; i < text.length; i++) {
      state = Math.imul(state, 1103515245) + 12345
      text[i] = state >>> 24
    }
    const large = decompressBody(stored(deflateSync(text), ZLIB_BODY_FLAGS))
    expect(large).toBeInstanceOf(Promise)
    expect((await large).equals(text)).toBe(true)
  })

  it('that grows beyond the limit is refused without being grown', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024))
    const record = stored(bomb, ZLIB_BODY_FLAGS)
    expect(errorOf(() => messageBody(record))).toMatchObject({ code: 'BODY_TOO_LARGE', facts: { maxBytes: 32 * 1024 * 1024 } })
    await expect(Promise.resolve(decompressBody(record))).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
    expect(errorOf(() => messageBody(stored(deflateSync(Buffer.alloc(11)), 1), { maxBytes: 10 })).code).toBe('BODY_TOO_LARGE')
    expect(messageBody(stored(deflateSync(Buffer.alloc(10)), 1), { maxBytes: 10 })).toHaveLength(10)
  })

  it('that is cut or changed anywhere in its compressed form gives a body or a typed error', () => {
    const compressed = deflateSync(Buffer.from('some text that is compressed, some text that is compressed'))
    for (let length = 0; length < compressed.length; length++) {
      expect(errorOf(() => messageBody(stored(compressed.subarray(0, length), ZLIB_BODY_FLAGS))).code).toBe('BODY_BROKEN')
    }
    fc.assert(
      fc.property(fc.nat(compressed.length - 1), fc.nat(255), (at, value) => {
        const mutant = Buffer.from(compressed)
        mutant[at] = value
        try {
          messageBody(stored(mutant, ZLIB_BODY_FLAGS))
        } catch (error) {
          expect(error).toBeInstanceOf(MessageBodyError)
        }
      })
    )
  })

  it('that is broken and large rejects with the same error', async () => {
    await expect(Promise.resolve(decompressBody(stored(Buffer.alloc(20_000, 7), 1)))).rejects.toMatchObject({ code: 'BODY_BROKEN' })
  })

  it('comes back from compression as it was, small and large', async () => {
    for (const length of [0, 1, 5000, 200_000]) {
      const body = Buffer.from('0123456789'.repeat(Math.ceil(length / 10)).slice(0, length))
      const compressed = await compressBody(body)
      expect(messageBody(stored(compressed, ZLIB_BODY_FLAGS)).equals(body)).toBe(true)
    }
  })

  it('that is not the one that was stored fails its checksum', () => {
    const bytes = officialBytes('plain')
    expect(() => verifyCrc(decodeRecord(bytes))).not.toThrow()
    bytes[89] = 0x21
    const error = errorOf(() => verifyCrc(decodeRecord(bytes)))
    expect(error.code).toBe('BODY_CRC_MISMATCH')
    expect(error.facts).toMatchObject({ expected: 907060870, physicalOffset: 1024 })
  })
})
