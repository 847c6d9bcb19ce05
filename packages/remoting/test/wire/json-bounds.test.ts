import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../test/random-runs'
import { type JsonKey, JsonNumber, JsonObject, type JsonStyle, type JsonValue, readJson, writeJson } from '../../src/wire/index'
import { dialects, recorded } from './json-sample'

const MIB = 1 << 20
const recordedTexts = dialects.flatMap((dialect) => [...recorded(dialect).written, ...recorded(dialect).read].map(({ text }) => text))
const styles: readonly JsonStyle[] = [{}, { standard: true }, { escapes: 'fastjson' }]

const numbers = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('0', '-0', '1.50', '1E400', '123456789012345678901234567890', 'NaN')
)
const texts = fc.string({ unit: 'binary', maxLength: 10 })

const documents = fc.letrec<{ readonly value: JsonValue; readonly object: JsonObject }>((tie) => {
  const scalar = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    texts,
    numbers.map((text) => new JsonNumber(text))
  )
  const key: fc.Arbitrary<JsonKey> = fc.oneof(
    { maxDepth: 4 },
    texts,
    fc.integer().map((value) => new JsonNumber(String(value))),
    tie('object')
  )
  const member = fc.record({ key, value: tie('value') })
  return {
    object: fc.array(member, { maxLength: 4 }).map((members) => new JsonObject(members)),
    value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 4 }), tie('object'))
  }
}).value

/** A recorded text with a few places changed, cut out or doubled. */
const mutated = fc
  .tuple(
    fc.constantFrom(...recordedTexts),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(20),
        fc.oneof(texts, fc.constantFrom('{', '}', '[', ']', ':', ',', '"', "'", '\\', '/*', '*/', '//', '\\u', 'e', '-', '{"$ref":"$"}'))
      ),
      {
        minLength: 1,
        maxLength: 5
      }
    )
  )
  .map(([text, changes]) => changes.reduce((before, [at, cut, put]) => changed(before, at % (before.length + 1), cut, put), text))

function changed(text: string, at: number, cut: number, put: string): string {
  const kept = text.slice(0, at) + put + text.slice(at + cut)
  return cut === 20 ? kept + text.slice(0, 500) : kept
}

/** The offsets of all steps, in order; a refusal is fine. */
function stepsOf(text: string): readonly number[] {
  const steps: number[] = []
  try {
    readJson(text, { maxDepth: 1000 }, (offset) => steps.push(offset))
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
  }
  return steps
}

describe('a JSON document', () => {
  it.each(styles)('reads as what was written, in %j', (style) => {
    fc.assert(
      fc.property(documents, (document) => {
        const text = writeJson(document, style)
        expect(writeJson(readJson(text), style)).toBe(text)
        if (style.standard !== true) expect(readJson(text)).toEqual(document)
      }),
      runs(500)
    )
  })

  it('of an official release, changed anywhere, is read or refused with a ProtocolError, in few steps and always forwards', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const steps = stepsOf(text)
        expect(steps.length).toBeLessThanOrEqual(2 * text.length + 2)
        expect(steps.every((offset, index) => offset >= (steps[index - 1] ?? 0) && offset <= text.length)).toBe(true)
      }),
      runs(5000)
    )
  })

  it('cut anywhere is read or refused with a ProtocolError', () => {
    for (const text of new Set(recordedTexts)) {
      for (let end = 0; end < Math.min(text.length, 400); end++) stepsOf(text.slice(0, end))
    }
  })

  it.each([
    ['a text', `"${'x'.repeat(16 * MIB)}"`],
    ['a text of escapes', `"${'\\n'.repeat(2 * MIB)}"`],
    ['digits', '1'.repeat(16 * MIB)],
    ['spaces', `${' '.repeat(16 * MIB)}1`],
    ['a comment', `/*${'*'.repeat(16 * MIB)}*/1`],
    ['many comments', `${'/**/'.repeat(2 * MIB)}1`],
    ['many line comments', `${'//\n'.repeat(2 * MIB)}1`],
    ['commas', `[1${','.repeat(4 * MIB)}]`],
    ['a name', `{${'n'.repeat(16 * MIB)}:1}`]
  ])('may be long in one place: %s', (_, text) => {
    expect(readJson(text)).not.toBeNull()
  })

  it.each([
    ['a text without an end', `"${'x'.repeat(16 * MIB)}`],
    ['a comment without an end', `[${'1,'.repeat(1000)}/*${'/*'.repeat(4 * MIB)}`],
    ['a name without a colon', `{${'n'.repeat(16 * MIB)}`],
    ['too many values', `[${'0,'.repeat(2 * MIB)}]`],
    ['too many names', `{${'a:0,'.repeat(2 * MIB)}}`],
    ['too deep by keys', '{'.repeat(4 * MIB)]
  ])('that is %s is refused, however long', (_, text) => {
    expect(() => readJson(text)).toThrow(ProtocolError)
  })

  it('of any depth that was read is written too, without a stack', () => {
    const depth = 100_000
    const lists = `${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(writeJson(readJson(lists, { maxDepth: depth }))).toBe(lists)
    const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    expect(writeJson(readJson(objects, { maxDepth: depth }))).toBe(objects)
    const keys = `${'{'.repeat(depth)}${':1}'.repeat(depth).slice(2)}`
    expect(writeJson(readJson(keys, { maxDepth: depth }))).toBe(keys)
  })

  it('with keys in keys does not grow by being written in the standard form of fastjson 1', () => {
    const keys = `${'{'.repeat(60)}${':1}'.repeat(60).slice(2)}`
    expect(writeJson(readJson(keys), { standard: true, escapes: 'fastjson' }).length).toBeLessThan(3 * keys.length)
  })
})
