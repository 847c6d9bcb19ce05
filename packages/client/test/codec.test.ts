import { describe, expect, it, jest } from '@jest/globals'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { bytes, defineTopic, json, OptionsError, SchemaIssuesError, text } from '../src/index'

/** A schema by hand: whole numbers, doubled on the way in. */
const doubled: StandardSchemaV1<number, { readonly twice: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      Number.isInteger(value)
        ? { value: { twice: 2 * (value as number) } }
        : { issues: [{ message: 'no whole number', path: ['a', { key: 'b' }] }] }
  }
}

describe('codecs', () => {
  it('turn text and bytes into bodies and back', () => {
    expect(text().decode(Buffer.from(text().encode('纸😀')))).toBe('纸😀')
    expect(bytes().encode('纸')).toEqual(Buffer.from('纸'))
    const body = Buffer.from([0, 255])
    expect(bytes().decode(body)).toBe(body)
    expect(bytes().encode(body)).toBe(body)
  })

  it.each([
    ['gbk', '订单 €', 'b6a9b5a52080'],
    ['GB18030', '订单 😀', 'b6a9b5a5209439fc36'],
    ['gb2312', '中文', 'd6d0cec4'],
    ['big5', '中文', 'a4a4a4e5'],
    ['shift_jis', '日本 ｱ', '93fa967b20b1'],
    ['euc-jp', '日本', 'c6fccbdc'],
    ['euc-kr', '한국', 'c7d1b1b9'],
    ['windows-1251', 'Да', 'c4e0'],
    ['latin1', 'é', 'e9'],
    ['utf-16le', '纸', 'b87e'],
    ['UTF8', '纸', 'e7bab8'],
    ['utf-8', '', '']
  ])('turn text into %s and back', (charset, value, hex) => {
    const codec = text(charset)
    expect(Buffer.from(codec.encode(value)).toString('hex')).toBe(hex)
    expect(codec.decode(Buffer.from(hex, 'hex'))).toBe(value)
  })

  it('write in a charset what others of this machine read', () => {
    for (const charset of ['gbk', 'gb18030', 'big5', 'shift_jis', 'euc-kr']) {
      const value = '中一二三人日本'.slice(0, 5)
      expect([charset, new TextDecoder(charset).decode(text(charset).encode(value))]).toEqual([charset, value])
    }
  })

  it('do not send text that its charset cannot write', () => {
    expect(() => text('gbk').encode('订单 🍣')).toThrow('gbk cannot write')
    expect(() => text('latin1').encode('纸')).toThrow(RangeError)
    expect(() => text('gb18030').encode('订单 🍣')).not.toThrow()
  })

  it('read whatever bytes there are in a charset', () => {
    for (const charset of ['gbk', 'gb18030', 'shift_jis', 'utf-16', 'euc-jp']) {
      for (const body of [Buffer.alloc(0), Buffer.from([0xff]), Buffer.alloc(1000, 0x81), Buffer.from('8130', 'hex')]) {
        expect(typeof text(charset).decode(body)).toBe('string')
      }
    }
  })

  it('have no charset that does not exist, and say what is missing for one that does', () => {
    expect(() => text('klingon')).toThrow(OptionsError)
    expect(() => text('klingon')).toThrow('there is no charset "klingon"')
    expect(() => text(7 as unknown as string)).toThrow('there is no charset 7')
    jest.isolateModules(() => {
      jest.doMock('iconv-lite', () => {
        throw new Error("Cannot find module 'iconv-lite'")
      })
      const without = require('../src/codec') as typeof import('../src/codec')
      expect(() => without.text('gbk')).toThrow('charset gbk needs the package iconv-lite: npm install iconv-lite')
      expect(without.text().decode(Buffer.from('纸'))).toBe('纸')
      jest.dontMock('iconv-lite')
    })
  })

  it('turn values into JSON and back', () => {
    const codec = json<{ a: number }>()
    expect(codec.encode({ a: 1 })).toEqual(Buffer.from('{"a":1}'))
    expect(codec.decode(Buffer.from('{"a":1}'))).toEqual({ a: 1 })
    expect(() => codec.decode(Buffer.from('{'))).toThrow(SyntaxError)
  })

  it('do not send what has no JSON form', () => {
    expect(() => json<unknown>().encode(undefined)).toThrow('no JSON form')
    expect(() => json<unknown>().encode(() => 1)).toThrow('no JSON form')
  })

  it('validate both ways with a schema: what is sent is its input, what is received its output', () => {
    const codec = json(doubled)
    expect(codec.encode(4)).toEqual(Buffer.from('4'))
    expect(codec.decode(Buffer.from('4'))).toEqual({ twice: 8 })
    expect(() => codec.encode(1.5)).toThrow(SchemaIssuesError)
    expect(() => codec.decode(Buffer.from('"x"'))).toThrow('a.b: no whole number')
  })

  it('refuse a schema that validates asynchronously', () => {
    const later: StandardSchemaV1<number> = {
      '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('later')) }
    }
    expect(() => json(later).decode(Buffer.from('1'))).toThrow('synchronous')
  })
})

describe('topics', () => {
  it('have names that brokers accept', () => {
    expect(defineTopic('a-Z_0%|', text()).name).toBe('a-Z_0%|')
    for (const name of ['', ' ', 'a b', 'ä', 'x'.repeat(128)]) expect(() => defineTopic(name, text())).toThrow(OptionsError)
  })
})
