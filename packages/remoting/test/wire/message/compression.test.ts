import * as zlib from 'node:zlib'
import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../../test/random-runs'
import {
  COMPRESSION_FLAGS,
  type CompressionOptions,
  type CompressionType,
  compressBody,
  compressionType,
  decodeRecord,
  decompressBody,
  loadCompression,
  MAX_COMPRESSION_LEVEL,
  MessageBodyError,
  type MessageRecord,
  messageBody,
  recordSize,
  writeRecord
} from '../../../src/wire'

const types = Object.keys(COMPRESSION_FLAGS) as CompressionType[]
const nodeHasZstd = 'zstdDecompressSync' in zlib
const MIB = 1 << 20

beforeAll(async () => {
  await loadCompression('zstd')
})

describe.each(types)('a body compressed with %s', (type) => {
  it.each([0, 1, 12, 5000, 16_384, 300_000])('of %d bytes comes back as it was, at once and as a promise', async (length) => {
    for (const body of [Buffer.alloc(length, 'ab'), noise(length)]) {
      const record = stored(await compressBody(body, { type }), type)
      expect([messageBody(record).equals(body), (await decompressBody(record)).equals(body)]).toEqual([true, true])
      expect([messageBody(record), await decompressBody(record), await compressBody(body, { type })].every(Buffer.isBuffer)).toBe(true)
    }
  })

  it('is a promise to wait for when it is large, as is what it was', async () => {
    const body = noise(100_000)
    const compressed = compressBody(body, { type })
    expect(compressed).toBeInstanceOf(Promise)
    const read = decompressBody(stored(await compressed, type))
    expect(read).toBeInstanceOf(Promise)
    expect((await read).equals(body)).toBe(true)
  })

  it('has flags that say so', () => {
    expect(compressionType(COMPRESSION_FLAGS[type])).toBe(type)
    expect(COMPRESSION_FLAGS[type] & 1).toBe(1)
  })

  it('is at most as long as allowed, however little it takes compressed', async () => {
    const record = stored(await compressBody(Buffer.alloc(MIB), { type }), type)
    expect(messageBody(record, { maxBytes: MIB })).toHaveLength(MIB)
    const refused = { code: 'BODY_TOO_LARGE', facts: { maxBytes: MIB - 1, topic: 'T', queueOffset: 9 } }
    expect(errorOf(() => messageBody(record, { maxBytes: MIB - 1 }))).toMatchObject(refused)
    await expect(promised(() => decompressBody(record, { maxBytes: MIB - 1 }))).rejects.toMatchObject(refused)
    const bomb = stored(await compressBody(Buffer.alloc(64 * MIB), { type }), type)
    await expect(promised(() => decompressBody(bomb))).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
  })

  it('that is cut anywhere is refused', async () => {
    const bytes = await compressBody(Buffer.from('some text that is compressed, some text that is compressed'), { type })
    for (let length = 0; length < bytes.length; length++) {
      expect([length, errorOf(() => messageBody(stored(bytes.subarray(0, length), type))).code]).toEqual([length, 'BODY_BROKEN'])
    }
  })

  it('that is changed anywhere gives a body within the bound or a typed error, and so does anything', async () => {
    const bytes = await compressBody(Buffer.concat([Buffer.alloc(300, 'text'), noise(100)]), { type })
    const isBounded = (changed: Buffer) => {
      try {
        expect(messageBody(stored(changed, type), { maxBytes: 4096 }).length).toBeLessThanOrEqual(4096)
      } catch (error) {
        if (!(error instanceof MessageBodyError)) throw error
        expect(['BODY_TOO_LARGE', 'BODY_BROKEN']).toContain(error.code)
      }
    }
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(changes, (list) => {
        const changed = Buffer.from(bytes)
        for (const [at, value] of list) changed[at] = value
        isBounded(changed)
      }),
      runs(2000)
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => isBounded(Buffer.concat([bytes.subarray(0, 4), tail]))),
      runs(500)
    )
  })

  it('that is broken and large rejects with the same error', async () => {
    await expect(promised(() => decompressBody(stored(Buffer.alloc(20_000, 7), type)))).rejects.toMatchObject({ code: 'BODY_BROKEN' })
  })

  it('with something after it is refused', async () => {
    if (type === 'zlib') return // Java's Inflater stops at the end of the stream, and so does Node's.
    const bytes = await compressBody(Buffer.from('text'), { type })
    expect(errorOf(() => messageBody(stored(Buffer.concat([bytes, bytes]), type))).code).toBe('BODY_BROKEN')
  })
})

describe('compressing', () => {
  it('harder gives less, where there are levels', async () => {
    const body = Buffer.from(Array.from({ length: 4000 }, (_, index) => `{"id":${index * 7919},"note":"${index % 13}"}`).join())
    const size = async (options: CompressionOptions) => (await compressBody(body, options)).length
    for (const type of types.filter((one) => MAX_COMPRESSION_LEVEL[one] > 0)) {
      const [least, standard, most] = [
        await size({ type, level: 1 }),
        await size({ type }),
        await size({ type, level: MAX_COMPRESSION_LEVEL[type] })
      ]
      expect([type, most < least, most <= standard]).toEqual([type, true, true])
    }
  })

  it('is done by zlib when nothing is said', async () => {
    expect(zlib.inflateSync(await compressBody(Buffer.from('text'))).toString()).toBe('text')
  })
})

describe('a frame made to take memory', () => {
  /** Blocks of `size` times one byte, four bytes each. */
  const zstd = (header: string, blocks: number, size: number) => {
    const block = (isLast: number) => Buffer.from([...uint24((size << 3) | 2 | isLast), 65])
    return Buffer.concat([
      Buffer.from(`28b52ffd${header}`, 'hex'),
      ...Array.from({ length: blocks }, (_, at) => block(at === blocks - 1 ? 1 : 0))
    ])
  }

  it.each([
    ['of many repeated bytes', zstd('0058', 3000, 128 << 10)],
    ['that announces exbibytes', zstd('e0ffffffffffffff0f', 1, 10)],
    ['that wants a window of gibibytes', zstd('00a8', 1, 10)]
  ])('is refused before it has any: zstd %s', (_name, frame) => {
    const before = process.memoryUsage()
    expect(errorOf(() => messageBody(stored(frame, 'zstd'))).code).toBe('BODY_TOO_LARGE')
    const after = process.memoryUsage()
    expect(after.arrayBuffers + after.rss - before.arrayBuffers - before.rss).toBeLessThan(64 * MIB)
  })

  it('is read when it stays within the bound: zstd of repeated bytes without a length', () => {
    expect(messageBody(stored(zstd('0058', 3, 1000), 'zstd')).equals(Buffer.alloc(3000, 65))).toBe(true)
  })

  it('is refused when its blocks are longer than it says: LZ4', () => {
    const sequence = Buffer.concat([Buffer.from([0x1f, 65, 1, 0]), Buffer.alloc(300, 255), Buffer.from([0, 0x10, 66])])
    const frame = (body: Buffer) => Buffer.concat([Buffer.from('04224d18604082', 'hex'), uint32(body.length), body, uint32(0)])
    expect(messageBody(stored(frame(sequence.subarray(-2)), 'lz4')).toString()).toBe('B')
    expect(errorOf(() => messageBody(stored(frame(sequence), 'lz4'))).code).toBe('BODY_BROKEN')
  })
})

describe('what is not installed', () => {
  const without = (packageName: string, use: (wire: typeof import('../../../src/wire')) => void) => {
    jest.isolateModules(() => {
      jest.doMock(packageName, () => {
        throw new Error(`Cannot find module '${packageName}'`)
      })
      use(require('../../../src/wire') as typeof import('../../../src/wire'))
      jest.dontMock(packageName)
    })
  }

  it('is named by who would need it: lz4', () => {
    without('lz4-napi', (wire) => {
      const facts = { compression: 'lz4', missing: 'lz4-napi' }
      const advice = expect.stringContaining('npm install lz4-napi')
      expect(errorOf(() => wire.loadCompression('lz4'))).toMatchObject({ code: 'COMPRESSION_UNAVAILABLE', message: advice, facts })
      expect(errorOf(() => wire.compressBody(Buffer.alloc(9), { type: 'lz4' })).code).toBe('COMPRESSION_UNAVAILABLE')
      const record = wire.decodeRecord(storedBytes(Buffer.alloc(9), 'lz4'))
      expect(errorOf(() => wire.messageBody(record))).toMatchObject({ code: 'UNSUPPORTED_COMPRESSION', facts: { ...facts, topic: 'T' } })
      expect(errorOf(() => wire.decompressBody(record))).toMatchObject({ code: 'UNSUPPORTED_COMPRESSION', facts })
    })
  })

  // Both sides of what Node.js brings along: one of them on each release.
  it(`is named by who would need it: zstd on a Node.js ${nodeHasZstd ? 'that has it needs nothing' : 'without it'}`, () => {
    if (nodeHasZstd) {
      without('@bokuweb/zstd-wasm', (wire) => expect(wire.loadCompression('zstd')).toBeUndefined())
      return
    }
    without('@bokuweb/zstd-wasm', (wire) => {
      const missing = { compression: 'zstd', missing: '@bokuweb/zstd-wasm' }
      expect(errorOf(() => wire.loadCompression('zstd'))).toMatchObject({ code: 'COMPRESSION_UNAVAILABLE', facts: missing })
      const record = wire.decodeRecord(storedBytes(Buffer.from('28b52ffd0058190000616263', 'hex'), 'zstd'))
      expect(errorOf(() => wire.messageBody(record))).toMatchObject({ code: 'UNSUPPORTED_COMPRESSION', facts: missing })
    })
  })

  it(`is loaded once something asks for it${nodeHasZstd ? '' : ', and said to be missing until then'}`, async () => {
    let wire = {} as typeof import('../../../src/wire')
    jest.isolateModules(() => {
      wire = require('../../../src/wire') as typeof import('../../../src/wire')
    })
    const record = wire.decodeRecord(storedBytes(Buffer.from('28b52ffd0058190000616263', 'hex'), 'zstd'))
    const early = { code: 'UNSUPPORTED_COMPRESSION', facts: { missing: 'time to load' } }
    if (!nodeHasZstd) expect(errorOf(() => wire.messageBody(record))).toMatchObject(early)
    expect((await wire.decompressBody(record)).toString()).toBe('abc')
    expect(wire.messageBody(record).toString()).toBe('abc')
  })
})

function stored(body: Buffer, type: CompressionType): MessageRecord {
  return decodeRecord(storedBytes(body, type))
}

function storedBytes(body: Buffer, type: CompressionType): Buffer {
  const host = { host: '127.0.0.1', port: 1 }
  const content = { topic: 'T', queueId: 0, flag: 0, sysFlag: COMPRESSION_FLAGS[type], bornTimestamp: 0, bornHost: host, storeHost: host }
  const record = { ...content, reconsumeTimes: 0, preparedTransactionOffset: 0, body, properties: Buffer.alloc(0) }
  const target = Buffer.alloc(recordSize(record))
  writeRecord(target, 0, record, { queueOffset: 9, physicalOffset: 0, storeTimestamp: 0 })
  return target
}

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, state = 1; at < length; at++) {
    state = Math.imul(state, 1103515245) + 12345
    bytes[at] = state >>> 24
  }
  return bytes
}

function uint24(value: number): Buffer {
  return uint32(value).subarray(0, 3)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

async function promised<T>(action: () => T | Promise<T>): Promise<T> {
  return action()
}

interface Coded extends Error {
  readonly code: string
}

function errorOf(action: () => unknown): Coded {
  try {
    action()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error as Coded
    throw error
  }
  throw new Error('nothing was thrown')
}
