import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../test/random-runs'
import { BodyReader } from '../../src/wire/body/index'
import * as generated from '../../src/wire/generated/bodies'
import { type BodyType, decodeBody, encodeBody, JsonObject, type JsonStyle, type JsonValue, readJson } from '../../src/wire/index'
import { References } from '../../src/wire/json/reference'
import { samples } from './json-arbitrary'
import { dialects, recorded, Sample } from './json-sample'
import { treeOf } from './json-tree'

const styles: readonly JsonStyle[] = [{}, { standard: true }, { escapes: 'fastjson' }, { standard: true, escapes: 'fastjson' }]
const types = Object.values(generated).filter((one): one is BodyType<object> => typeof one === 'object' && 'read' in one && 'write' in one)
const recordedTexts = dialects.flatMap((dialect) => [...recorded(dialect).written, ...recorded(dialect).read].map(({ text }) => text))

/** How often a value is read; the body, or how it is refused. */
function visits(type: BodyType<unknown>, text: string): number {
  let count = 0
  class Counting extends BodyReader {
    override read<Value>(of: BodyType<Value>, json: JsonValue, parent: JsonValue, step: string | number): Value | undefined {
      count++
      return super.read(of, json, parent, step)
    }
  }
  try {
    new Counting(readJson(text), text.length).readRoot(type)
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
  }
  return count
}

describe('a typed body', () => {
  it.each(styles)('reads as what was written, in %j', (style) => {
    fc.assert(
      fc.property(samples, (sample) => {
        const bytes = encodeBody(Sample, sample, style)
        expect(treeOf(decodeBody(Sample, bytes))).toEqual(treeOf(sample))
        expect(encodeBody(Sample, decodeBody(Sample, bytes), style)).toEqual(bytes)
      }),
      runs(60)
    )
  })

  it('of any class, out of any document, is read or refused with a ProtocolError, in steps bounded by its length', () => {
    const pieces = recordedTexts.flatMap((text) => [text, ...(text.match(/"[\w$]+":[^,{[]+/g) ?? []).map((member) => `{${member}}`)])
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.constantFrom(...pieces), fc.nat(), fc.string({ maxLength: 6 }), (type, text, at, put) => {
        const place = at % (text.length + 1)
        const document = text.slice(0, place) + put + text.slice(place)
        try {
          expect(visits(type, document)).toBeLessThanOrEqual(1001 + 16 * document.length)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      runs(5000)
    )
  })

  it('whose members are of another kind is read or refused with a ProtocolError', () => {
    const values = [
      'null',
      'true',
      '1',
      '1.5',
      '9223372036854775808',
      '"x"',
      '""',
      '[]',
      '[[]]',
      '[null]',
      '{}',
      '{"a":{}}',
      '{{}:1}',
      '{0:[]}',
      '{"$ref":"$"}',
      '{"$ref":".."}',
      '{"$ref":"@"}'
    ]
    for (const type of types) {
      const names = new Set([...(encodeNames(type).match(/"[\w$]+":/g) ?? []), '"table":', '"topic":', '"offsetTable":'])
      for (const name of names) for (const value of values) visits(type, `{${name}${value}}`)
    }
  })

  it.each([
    [
      'references to one large object',
      (size: number) => `{"child":{"names":[${'"x",'.repeat(size)}]},"children":[${'{"$ref":"$.child"},'.repeat(size)}]}`
    ],
    ['references that double', () => doubling()],
    [
      'many paths through a large map',
      (size: number) =>
        `{"childrenByText":{${many(size, (at) => `"k${at}":{}`)}},"children":[${many(size, (at) => `{"$ref":"$.childrenByText.k${at}"}`)}]}`
    ],
    [
      'many paths to nothing',
      (size: number) =>
        `{"childrenByText":{${many(size, (at) => `"k${at}":{}`)}},"children":[${'{"$ref":"$.childrenByText.none"},'.repeat(size)}]}`
    ],
    ['long paths', (size: number) => `{"children":[${`{"$ref":"$${'.a'.repeat(400)}"},`.repeat(size / 100)}]}`],
    ['one endless path', (size: number) => `{"child":{"$ref":"$${'.a\\\\b'.repeat(100 * size)}"}}`],
    [
      'keys in text',
      (size: number) =>
        `{"samplesByQueue":{${many(size, (at) => `"{\\"topic\\":\\"t\\",\\"brokerName\\":\\"b\\",\\"queueId\\":${at}}":{"$ref":"$.samplesByQueue.x"}`)}}}`
    ]
  ])('with %s costs no more than its length allows', (_, make) => {
    for (const size of [100, 10_000]) {
      const text = make(size)
      expect(visits(Sample, text)).toBeLessThanOrEqual(1001 + 16 * text.length)
    }
  })
})

describe('references', () => {
  it('look at each member of a document once, however many paths lead through it', () => {
    let looks = 0
    const members = Array.from({ length: 1000 }, (_, at) => ({ key: `k${at}`, value: at % 2 === 0 }))
    const counted = new Proxy(members, {
      get: (target, name) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) looks++
        return Reflect.get(target, name)
      }
    })
    const references = new References(new JsonObject(counted))
    for (let at = 0; at < 2000; at++) expect(references.resolve(`$.k${at}`, [])).toBe(at < 1000 ? at % 2 === 0 : undefined)
    expect(looks).toBe(1000)
  })
})

function many(count: number, one: (at: number) => string): string {
  return Array.from({ length: count }, (_value, at) => one(at)).join(',')
}

function doubling(): string {
  const levels = many(25, (at) => `"k${at}":{"children":[{"$ref":"$.childrenByText.k${at + 1}"},{"$ref":"$.childrenByText.k${at + 1}"}]}`)
  return `{"childrenByText":{${levels}}}`
}

/** The names of a class, as its own writer gives them for an empty body. */
function encodeNames(type: BodyType<object>): string {
  try {
    return encodeBody(type, decodeBody(type, Buffer.from('{}'))).toString()
  } catch {
    return ''
  }
}
