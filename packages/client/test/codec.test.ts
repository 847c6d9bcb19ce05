import { describe, expect, it } from '@jest/globals'
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
