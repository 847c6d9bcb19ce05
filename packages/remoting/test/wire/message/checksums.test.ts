import { crc32 } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../../test/random-runs'
import { bodyCrc, bodyCrcBetween, javaStringHashCode, tagsCode } from '../../../src/wire'
import { combineCrc32 } from '../../../src/wire/message/combine-crc'
import { continueCrc32, tableCrc32 } from '../../../src/wire/message/crc'
import { official, sample } from './official'

describe('a hash or checksum', () => {
  it('of a text is Java’s', () => {
    for (const [text, hash] of Object.entries(official.hashes)) expect(javaStringHashCode(text)).toBe(hash)
    expect(tagsCode('TagA')).toBe(Number(sample('tagsCode.TagA')))
    expect(tagsCode('标签')).toBe(Number(sample('tagsCode.nonAscii')))
    expect(tagsCode(undefined)).toBe(0)
  })

  it('of a body is Java’s, at every length', () => {
    expect(bodyCrc(Buffer.from('hello'))).toBe(Number(sample('crc32.hello')))
    expect(bodyCrc(Buffer.from('The quick brown fox'))).toBe(Number(sample('crc32.quick')))
    for (const { length, crc } of official.crcs) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 31 + length)
      expect(bodyCrc(bytes)).toBe(crc)
      expect(tableCrc32(bytes) & 0x7fffffff).toBe(crc)
    }
  })

  it('by table is zlib’s', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => expect(tableCrc32(bytes)).toBe(crc32(bytes))))
  })

  it('of a stretch of bytes is that of a view of them', () => {
    const whole = Buffer.from(Uint8Array.from({ length: 3000 }, (_, i) => i * 31 + 7).buffer, 100, 2500)
    for (const [from, to] of [
      [0, 0],
      [3, 250],
      [7, 300],
      [1, 1900],
      [0, 2500]
    ] as const) {
      expect(bodyCrcBetween(whole, from, to)).toBe(bodyCrc(whole.subarray(from, to)))
    }
  })

  it('of two pieces is that of the whole, with the second read on or not read at all', () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.nat(5_000_000).map((bytes) => new Uint8Array(bytes).fill(bytes))
    )
    fc.assert(
      fc.property(fc.uint8Array(), pieces, (first, second) => {
        const whole = crc32(Buffer.concat([first, second])) | 0
        expect(combineCrc32(crc32(first), crc32(second), second.length) | 0).toBe(whole)
        expect(continueCrc32(crc32(first), Buffer.concat([first, second]), first.length, first.length + second.length)).toBe(whole)
      }),
      runs(100)
    )
  })

  it('of two pieces is right for more lengths than are kept', () => {
    const first = crc32('first')
    for (const length of [...Array(5000).keys(), 0, 1, 2]) {
      const second = Buffer.alloc(length, length)
      expect(combineCrc32(first, crc32(second), length)).toBe(crc32(Buffer.concat([Buffer.from('first'), second])) | 0)
    }
  })
})
