import fc from 'fast-check'
import Long from 'long'
import type { Sample } from './json-sample'

const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromString(String(value))),
  fc.constantFrom(Long.MAX_VALUE, Long.MIN_VALUE, Long.ZERO, Long.fromString('9007199254740993'))
)
const int = fc.integer()
const oddText = fc.constantFrom(
  '',
  '主题',
  '🚀',
  '\u0000\u001f\u007f\u009f',
  '\u2028\u2029\ufeff',
  '/\\"\'',
  '{"a":1}',
  '$ref',
  '@type',
  'null',
  '0'
)
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), oddText)
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const mode = fc.constantFrom('FIRST', 'SECOND', 'THIRD')
/** The reader of 5.5.0 fails on astral characters in a name, and each reader has its own idea of a name `$ref` or `@type`. */
const name = text
  .map((value) => [...value].filter((character) => character.length === 1).join(''))
  .filter((value) => value !== '$ref' && value !== '@type')
const queue = fc.record({ topic: text, brokerName: text, queueId: int })

function mapOf<Key, Value>(key: fc.Arbitrary<Key>, value: fc.Arbitrary<Value>): fc.Arbitrary<ReadonlyMap<Key, Value>> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((pairs) => new Map(pairs))
}

function pairsOf<Key, Value>(key: fc.Arbitrary<Key>, value: fc.Arbitrary<Value>): fc.Arbitrary<ReadonlyArray<readonly [Key, Value]>> {
  return fc.uniqueArray(fc.tuple(key, value), { maxLength: 3, selector: ([one]) => JSON.stringify(one) })
}

/** Samples with any of their members, children at most three levels deep. */
export const samples: fc.Arbitrary<Sample> = fc.letrec<{ readonly sample: Sample }>((tie) => {
  const child = tie('sample')
  const members = {
    text,
    number: int,
    big: long,
    ratio: finite,
    /** Short enough to be the same text as float and as double. */
    share: fc.integer({ min: -9999, max: 9999 }).map((value) => value / 8),
    yes: fc.boolean(),
    octet: fc.integer({ min: -128, max: 127 }),
    small: fc.integer({ min: -32768, max: 32767 }),
    letter: fc.constantFrom('a', '主', '"', '\\', '\n'),
    counter: long,
    mode,
    bytes: fc.uint8Array({ maxLength: 9 }).map((value) => Buffer.from(value)),
    longs: fc.array(long, { maxLength: 3 }),
    names: fc.array(text, { maxLength: 3 }),
    codes: fc.uniqueArray(int, { maxLength: 3 }),
    modes: fc.array(mode, { maxLength: 3 }),
    table: mapOf(name, text),
    longsByText: mapOf(name, long),
    byInt: mapOf(int, long),
    byLong: mapOf(fc.maxSafeInteger(), text),
    byMode: mapOf(mode, text),
    byFlag: mapOf(fc.constantFrom('true', 'false'), text),
    byQueue: pairsOf(queue, long),
    byBroker: pairsOf(fc.record({ name: text, id: long }), text),
    offsets: mapOf(name, mapOf(int, long)),
    nested: mapOf(name, pairsOf(queue, long)),
    properties: mapOf(name, text),
    child,
    children: fc.array(child, { maxLength: 2 }),
    childrenByText: mapOf(name, child),
    childrenByInt: mapOf(int, child),
    samplesByQueue: pairsOf(queue, child)
  }
  const leaf = fc.record({ text, big: long }, { requiredKeys: [] })
  return { sample: fc.oneof({ maxDepth: 2, depthSize: 'small' }, leaf, fc.record(members, { requiredKeys: [] })) as fc.Arbitrary<Sample> }
}).sample
