import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  appendProperties,
  decodeProperties,
  encodeProperties,
  findProperty,
  formatProperties,
  isReservedProperty,
  MessagePropertiesError,
  MessageProperty,
  withoutProperty
} from '../../../src/wire'
import { official, officialRecord } from './official'

function errorOf(action: () => unknown): MessagePropertiesError {
  try {
    action()
  } catch (error) {
    if (error instanceof MessagePropertiesError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const legalText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => text.replaceAll('\u0001', '-').replaceAll('\u0002', '-'))
const legalProperties = fc.uniqueArray(fc.tuple(legalText, legalText), { selector: ([name]) => name, maxLength: 12 })

describe('message properties', () => {
  for (const { text, parsed } of official.properties) {
    it(`are read as the official decoder reads them: ${JSON.stringify(text)}`, () => {
      expect(decodeProperties(text)).toEqual(new Map(Object.entries(parsed)))
      expect(decodeProperties(Buffer.from(text))).toEqual(new Map(Object.entries(parsed)))
    })

    it(`are found one by one as they are read together: ${JSON.stringify(text)}`, () => {
      for (const name of ['a', 'ab', 'b', 'c', '__proto__', 'constructor', '标签']) {
        expect(findProperty(Buffer.from(text), name)).toBe(decodeProperties(text).get(name))
      }
    })
  }

  it('are written as the official releases write them, with and without the last separator', () => {
    const entries = Object.entries({ TAGS: 'TagA', UNIQ_KEY: '0A0102030001000000000000000000' })
    expect(formatProperties(entries)).toBe(officialRecord('plain').input.properties)
    expect(formatProperties(entries, { trailingSeparator: false })).toBe(officialRecord('without trailing separator').input.properties)
    expect(encodeProperties(new Map()).length).toBe(0)
    expect(formatProperties([], { trailingSeparator: false })).toBe('')
  })

  it('come back as they were written', () => {
    fc.assert(
      fc.property(legalProperties, fc.boolean(), (entries, trailingSeparator) => {
        const encoded = encodeProperties(entries, { trailingSeparator })
        expect([...decodeProperties(encoded)]).toEqual(entries.map(([name, value]) => [wellFormed(name), wellFormed(value)]))
      })
    )
  })

  it('that would forge others, or that no reader finds again, are refused', () => {
    for (const [name, value] of [
      ['a\u0001b', 'c'],
      ['a\u0002', 'c'],
      ['a', 'b\u0001'],
      ['a', '\u0002REAL_TOPIC\u0001x'],
      ['', 'x'],
      ['x', '']
    ] as const) {
      expect(errorOf(() => encodeProperties([[name, value]])).code).toBe('PROPERTY_ILLEGAL')
    }
  })

  it('are counted in bytes, not characters', () => {
    expect(encodeProperties([['k', 'x'.repeat(32767 - 3)]])).toHaveLength(32767)
    const error = errorOf(() => encodeProperties([['k', 'x'.repeat(32767 - 2)]]))
    expect(error).toMatchObject({ code: 'PROPERTIES_TOO_LARGE', facts: { bytes: 32768, maxBytes: 32767 } })
    expect(errorOf(() => encodeProperties([['k', '签'.repeat(11000)]])).code).toBe('PROPERTIES_TOO_LARGE')
  })

  it('named after object internals are only names', () => {
    const parsed = decodeProperties('__proto__\u0001x\u0002toString\u0001y\u0002')
    expect(parsed.get('__proto__')).toBe('x')
    expect(decodeProperties('').get('toString')).toBeUndefined()
    expect(isReservedProperty('constructor')).toBe(false)
  })

  it('of an unfinished or broken text never throw', () => {
    const soup = fc.array(fc.constantFrom('\u0001', '\u0002', 'a', '标', '\ud800'), { maxLength: 40 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(soup, (text) => {
        const bytes = Buffer.from(text)
        const all = decodeProperties(bytes)
        for (const [name, value] of all) if (!name.includes('\u0001')) expect(findProperty(bytes, name)).toBe(value)
        for (const name of all.keys()) expect(decodeProperties(withoutProperty(bytes, name)).has(name)).toBe(false)
      })
    )
  })
})

describe('changing encoded properties', () => {
  it('puts in the separator that 4.9.7 leaves out', () => {
    expect(appendProperties(Buffer.from('a\u0001b'), [['c', 'd']]).toString()).toBe('a\u0001b\u0002c\u0001d\u0002')
    expect(appendProperties(Buffer.from('a\u0001b\u0002'), [['c', 'd']]).toString()).toBe('a\u0001b\u0002c\u0001d\u0002')
    expect(appendProperties(Buffer.alloc(0), [['c', 'd']]).toString()).toBe('c\u0001d\u0002')
    expect(appendProperties(Buffer.from('a\u0001b'), []).toString()).toBe('a\u0001b')
  })

  it('lets what is appended win', () => {
    const encoded = appendProperties(Buffer.from('TRACE_ON\u0001false\u0002'), [['TRACE_ON', 'true']])
    expect(decodeProperties(encoded).get('TRACE_ON')).toBe('true')
    expect(findProperty(encoded, 'TRACE_ON')).toBe('true')
  })

  it('refuses to grow beyond the limit', () => {
    expect(errorOf(() => appendProperties(Buffer.alloc(32766, 'x'), [['c', 'd']])).code).toBe('PROPERTIES_TOO_LARGE')
  })

  it('takes one out, all its copies, and leaves the rest as it was', () => {
    const encoded = Buffer.from('POP_CK\u0001x\u0002a\u0001b\u0002POP_CK\u0001y\u0002MY_POP_CK\u0001z\u0002POP_CK\u0001last')
    expect(withoutProperty(encoded, 'POP_CK').toString()).toBe('a\u0001b\u0002MY_POP_CK\u0001z\u0002')
    expect(withoutProperty(encoded, 'absent')).toBe(encoded)
  })
})

describe('property names', () => {
  it('are all different', () => {
    const names = Object.values(MessageProperty)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toHaveLength(75)
  })

  it('that the broker sets are reserved, a user\u2019s own are not', () => {
    for (const name of ['REAL_TOPIC', 'TRAN_MSG', 'PGROUP', 'POP_CK', 'UNIQ_KEY', '__CRC32#', 'TAGS'])
      expect(isReservedProperty(name)).toBe(true)
    for (const name of ['order', 'tags', '__SHARDINGKEY', '']) expect(isReservedProperty(name)).toBe(false)
  })
})

/** UTF-8 has no lone surrogates: they arrive as U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}
