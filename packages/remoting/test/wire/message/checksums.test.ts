import { crc32 } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { bodyCrc, javaStringHashCode, tagsCode } from '../../../src/wire'
import { tableCrc32 } from '../../../src/wire/message/crc'
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
})
