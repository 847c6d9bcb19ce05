import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ByteReader, ByteWriter, CodedError, ProtocolError } from '../src/index'

const thrown = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** The bytes in the middle of a larger buffer: views rarely start at zero. */
const embedded = (bytes: Buffer): { whole: Buffer; start: number; end: number } => {
  const whole = Buffer.concat([Buffer.alloc(7, 0xee), bytes, Buffer.alloc(5, 0xee)])
  return { whole, start: 7, end: 7 + bytes.length }
}

describe('ByteReader', () => {
  it('reads big-endian integers of every size', () => {
    const bytes = Buffer.from('ff80fffe8000fffffffe80000000ffffffffffffffff001fffffffffffff', 'hex')
    const { whole, start, end } = embedded(bytes)
    const reader = new ByteReader(whole, start, end)
    expect(reader.int8('a')).toBe(-1)
    expect(reader.uint8('b')).toBe(0x80)
    expect(reader.int16('c')).toBe(-2)
    expect(reader.uint16('d')).toBe(0x8000)
    expect(reader.int32('e')).toBe(-2)
    expect(reader.uint32('f')).toBe(0x8000_0000)
    expect(reader.int64('g')).toBe(-1)
    expect(reader.int64('h')).toBe(Number.MAX_SAFE_INTEGER)
    expect(reader.remaining).toBe(0)
    reader.expectEnd('h')
  })

  it('refuses a 64-bit value that a number cannot hold, and can cut it instead', () => {
    const bytes = Buffer.from('0020000000000000' + '7fffffffffffffff' + '8000000000000000', 'hex')
    expect(thrown(() => new ByteReader(bytes).int64('offset'))).toMatchObject({
      code: 'PROTOCOL_ERROR',
      facts: { offset: 0, field: 'offset' }
    })
    const reader = new ByteReader(bytes, 8)
    expect(reader.int64Saturated('to')).toBe(Number.MAX_SAFE_INTEGER)
    expect(reader.int64Saturated('from')).toBe(Number.MIN_SAFE_INTEGER)
  })

  it('names offset and field when a value ends outside its range', () => {
    const { whole, start, end } = embedded(Buffer.from([0, 0, 0]))
    const reader = new ByteReader(whole, start, end)
    reader.skip(1, 'skipped')
    const error = thrown(() => reader.int32('queueId'))
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ facts: { offset: 8, field: 'queueId', remaining: 2 } })
    expect(reader.offset).toBe(8)
  })

  it('refuses a negative length without moving', () => {
    const reader = new ByteReader(Buffer.alloc(8))
    expect(thrown(() => reader.bytes(-1, 'body'))).toMatchObject({ facts: { field: 'body', length: -1 } })
    expect(thrown(() => reader.utf8(Number.NaN, 'topic'))).toBeInstanceOf(ProtocolError)
    expect(reader.offset).toBe(0)
  })

  it('reads text and views, and keeps a slice inside its bounds', () => {
    const { whole, start, end } = embedded(Buffer.from('héllo-rest'))
    const reader = new ByteReader(whole, start, end)
    expect(reader.utf8(6, 'text')).toBe('héllo')
    const slice = reader.slice(3, 'slice')
    expect(slice.bytes(3, 'part').toString()).toBe('-re')
    expect(thrown(() => slice.int8('beyond'))).toBeInstanceOf(ProtocolError)
    expect(thrown(() => reader.expectEnd('slice'))).toMatchObject({ facts: { remaining: 2 } })
  })

  it('replaces broken UTF-8, or refuses it when asked to', () => {
    const broken = Buffer.from([0x61, 0xc3, 0x28])
    expect(new ByteReader(broken).utf8(3, 'text')).toBe('a�(')
    expect(thrown(() => new ByteReader(broken).strictUtf8(3, 'topic'))).toMatchObject({ facts: { field: 'topic' } })
    expect(new ByteReader(Buffer.from('ok')).strictUtf8(2, 'topic')).toBe('ok')
  })

  it('refuses a range outside the buffer', () => {
    expect(thrown(() => new ByteReader(Buffer.alloc(4), 2, 5))).toBeInstanceOf(ProtocolError)
    expect(thrown(() => new ByteReader(Buffer.alloc(4), 3, 2))).toBeInstanceOf(ProtocolError)
  })
})

describe('ByteWriter', () => {
  it('writes what the reader reads, for any values', () => {
    const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
    fc.assert(
      fc.property(int(8), int(16), int(32), fc.maxSafeInteger(), fc.string({ unit: 'binary' }), (a, b, c, d, text) => {
        const writer = new ByteWriter({ initialBytes: 1 })
        writer.int8(a, 'a')
        writer.int16(b, 'b')
        writer.int32(c, 'c')
        writer.int64(d, 'd')
        const size = writer.utf8(text, 'text')
        const reader = new ByteReader(writer.toBuffer())
        expect([reader.int8('a'), reader.int16('b'), reader.int32('c'), reader.int64('d')]).toEqual([a, b, c, d])
        expect(reader.strictUtf8(size, 'text')).toBe(text)
      })
    )
  })

  it('fills a reserved length afterwards', () => {
    const writer = new ByteWriter()
    const at = writer.reserve(4, 'length')
    writer.bytes(Buffer.from('body'), 'body')
    writer.patchInt32(at, 4)
    expect(writer.view().toString('hex')).toBe('00000004626f6479')
    expect(thrown(() => writer.patchInt32(6, 1))).toBeInstanceOf(ProtocolError)
  })

  it('grows to its bound and not beyond', () => {
    const writer = new ByteWriter({ initialBytes: 1, maxBytes: 10 })
    writer.bytes(Buffer.alloc(10), 'body')
    const error = thrown(() => writer.int8(1, 'more'))
    expect(error).toBeInstanceOf(CodedError)
    expect(error).toMatchObject({ facts: { field: 'more', maxBytes: 10 } })
    expect(writer.length).toBe(10)
  })

  it('refuses numbers outside their type', () => {
    const writer = new ByteWriter()
    for (const value of [2 ** 31, -(2 ** 31) - 1, 1.5, Number.NaN]) {
      expect(thrown(() => writer.int32(value, 'queueId'))).toMatchObject({ facts: { field: 'queueId', value } })
    }
    expect(thrown(() => writer.int64(2 ** 53, 'offset'))).toBeInstanceOf(ProtocolError)
    expect(writer.length).toBe(0)
  })

  it('starts again after clear', () => {
    const writer = new ByteWriter()
    writer.int32(1, 'a')
    writer.clear()
    writer.int8(2, 'b')
    expect([...writer.view()]).toEqual([2])
  })
})
