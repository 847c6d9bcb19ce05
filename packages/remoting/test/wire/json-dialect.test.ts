import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../test/random-runs'
import { JsonNumber, JsonObject, type JsonValue, readJson, writeJson } from '../../src/wire/index'
import { javaDouble, quote } from '../../src/wire/json/write-json'
import { officialValue, officialValues } from './official-samples'

const documents = officialValues('json.').filter(([name]) => name !== 'json.parsing' && !name.endsWith('.pretty'))

/** A document as plain JavaScript values, for comparing. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text)
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof JsonObject)
    return Object.fromEntries(value.members.map(({ key, value: item }) => [String(plain(key as JsonValue)), plain(item)]))
  return value
}

describe('the JSON of official code', () => {
  it.each(documents)('%s (%s) is read and written back byte for byte', (name, writtenBy, json) => {
    const standard = name.includes('standard') || name.includes('BrowserCompatible')
    const style = { standard, escapes: writtenBy.includes('5.5.0') ? 'fastjson2' : 'fastjson' } as const
    expect(writeJson(readJson(json), style)).toBe(json)
  })

  it('pretty forms of every release say the same as the compact one', () => {
    const compact = (release: string) => writeJson(readJson(officialValue('json.ConsumerOffsetSerializeWrapper', release)))
    for (const release of ['4.9.7', '5.3.3', '5.5.0']) {
      expect(writeJson(readJson(officialValue('json.ConsumerOffsetSerializeWrapper.pretty', release)))).toBe(compact(release))
    }
  })

  it('doubles are printed as Java prints them', () => {
    const expected = officialValue('json.doubles', '5.5.0').match(/[\d.E-]+(?=[,}])|null/g)
    expect([0, 1e8, 1e-7, 1 / 3, Number.NaN, 123456.5].map(javaDouble)).toEqual(expected)
  })

  it('escapes are those of either library', () => {
    const text = "\u0001\t\n\u2028\u007f\\ \u4e3b /<'"
    const inside = (release: string) => officialValue('json.escapes.default', release).slice('{"table":{"a":'.length, -2)
    expect(quote(text)).toBe(inside('5.5.0'))
    expect(quote(text, { escapes: 'fastjson' })).toBe(inside('4.9.7'))
  })
})

describe('the JSON reader', () => {
  it('accepts what fastjson accepts on input', () => {
    expect(plain(readJson(`{'a':'x',b:"y",0:"z",/* no */}`.replace('/* no */', '')))).toEqual({ a: 'x', b: 'y', 0: 'z' })
    expect(plain(readJson('[1,2,,3,]'))).toEqual([1, 2, 3])
    expect(readJson('')).toBeNull()
    expect(readJson('"\\u4e3b\\x41\\0\\v\\/\\\'"')).toBe("\u4e3bA\0\v/'")
  })

  it('agrees with JSON.parse on every standard document', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const json = JSON.stringify(value)
        expect(JSON.stringify(JSON.parse(writeJson(readJson(json))))).toBe(JSON.stringify(JSON.parse(json)))
      })
    )
  })

  it.each([
    '{',
    '[',
    '"',
    '{"a"',
    '{"a":',
    '{"a":1',
    '[1',
    '"\\',
    '"\\u12',
    '{"a":1}}',
    '[1 2]',
    '{:1}',
    '-',
    'tru',
    '1 2',
    '{"a":1 "b":2}',
    '{[1]:2}'
  ])('refuses %s with a place', (json) => {
    expect(() => readJson(json)).toThrow(ProtocolError)
  })

  it('refuses depth and number of values beyond its limits, without a stack', () => {
    expect(() => readJson('['.repeat(1_000_000))).toThrow('deeper than 64')
    expect(() => readJson('{'.repeat(1_000_000))).toThrow('deeper than 64')
    expect(readJson(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeDefined()
    expect(() => readJson(`[${'1,'.repeat(50)}]`, { maxValues: 50 })).toThrow('too many values')
    expect(readJson('['.repeat(20_000) + ']'.repeat(20_000), { maxDepth: 20_000 })).toBeDefined()
  })

  it('throws nothing but a ProtocolError, whatever the text', () => {
    const fragments = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      "'",
      '\\',
      '\\u00',
      '1',
      '-',
      '.',
      'e9',
      'null',
      'tr',
      ' ',
      '\u0000',
      '$ref',
      '__proto__'
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 40 }), (parts) => {
        try {
          readJson(parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      runs(5000)
    )
  })
})
