/** Names of samples of our own class that read otherwise here, with the reason. All others read as in Java. */
export const readsOtherwise: ReadonlyMap<string, string> = new Map([
  ['half a pair', 'no UTF-8 has half a pair: Java puts a question mark in its place, Node.js U+FFFD'],
  ['map by long', 'keys beyond 2^53 are refused: broker ids and queue ids are numbers here'],
  ['map with null key', 'the name null is text here; no release has such a key'],
  ['itself', 'an object that holds itself is refused, and no body of the releases does'],
  ['its parent', 'as above'],
  ['its grandparent', 'as above'],
  ['an ancestor through a list', 'as above']
])

export const readsOtherwiseThanFastjson1: ReadonlyMap<string, string> = new Map([
  ['bits', 'fastjson 1 does not write which bits are set'],
  ['no bits', 'as above'],
  ['bits beyond a word', 'as above'],
  ['a map twice', 'fastjson 1 does not read its own reference to a map of texts; here it is what was written first'],
  ['only a name $ref', 'a reference to where it stands is refused'],
  ['names that look like others', 'fastjson 1 drops or refuses a key @type'],
  ['only a name @type', 'as above']
])

export const readsOtherwiseThanFastjson2: ReadonlyMap<string, string> = new Map([
  ['only a name $ref', 'a reference to where it stands is refused']
])

/** What is not written back byte for byte, though it reads the same. */
export const writtenOtherwise: ReadonlyMap<string, string> = new Map([
  ['map by boolean', 'true and false as names are written in quotes; no release has such a map'],
  ['map with null key', 'so is null'],
  ['map with null object key', 'so is null'],
  ['by a name of another script', 'fastjson 1 forgets to escape what is in a reference'],
  ['double 4.9E-324', 'JavaScript has fewer digits for the smallest double'],
  ['null items', 'left out'],
  ...['NaN', 'Infinity', '-Infinity'].flatMap((value) =>
    [`double ${value}`, `float ${value}`].map((name) => [name, 'null is left out'] as const)
  )
])

/** What nobody writes and all three readers take all the same. */
export const refusedHere = new Set([
  // A body that is missing.
  'nothing',
  'null',
  'a zero byte after it',
  // Objects that hold themselves.
  '$ref to the root',
  '$ref @',
  // Fractions cut off, booleans as numbers, digits in groups.
  'byInt with a fraction',
  'byInt with a key of no digits',
  'number: 1.5',
  'big: 1.5',
  'number: true',
  'number: "1,000"',
  'big: "1,000"',
  'yes: 2',
  // Letters behind numbers, which fastjson writes only with class names.
  ...['number', 'big', 'ratio'].flatMap((member) => ['L', 'S', 'B', 'F', 'D'].map((letter) => `${member}: 1${letter}`)),
  // Keys beyond 2^53, or without what a queue has.
  'byLong with quoted keys',
  'byQueue with part of an object',
  'byQueue with an empty object',
  // Containers where text is wanted, and text where a list is.
  'map with containers as values',
  'text: {}',
  'text: {"a":1}',
  'text: []',
  'names: "a"',
  'names: "[\\"a\\"]"',
  'names: ["a" "b"]',
  'escape "\\\\x4"'
])

/** Read here, and differently. */
export const otherHere: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  // Names that a later release adds are kept.
  ['mode: "OTHER"', { mode: 'OTHER' }],
  ['modes: [0,"SECOND",null,"OTHER"]', { modes: ['FIRST', 'SECOND', 'OTHER'] }],
  // A set is a list here.
  ['codes: [1,1,"2",null]', { codes: { $set: [1, 1, 2] } }],
  ['longs: [null]', { longs: [] }]
])

const queue = { $map: [[2147483648, { $long: '5' }]] }

/** Taken here, but by none of the three in this way. */
export const onlyHere: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['a number as name', { text: 'x' }],
  ['an object as unknown name', { text: 'x' }],
  ['byInt beyond int', { byInt: queue }],
  [
    'byMode by ordinal',
    {
      byMode: {
        $map: [
          ['0', 'a'],
          ['1', 'b']
        ]
      }
    }
  ],
  ['$ref that is not the only member', { child: { text: 'a' }, twin: { text: 'b' } }],
  ['$ref ../..', { text: 'a', child: { text: 'b', child: { text: 'c', child: {} } } }],
  ['text: 1e2', { text: '1e2' }],
  ['mode: "1"', { mode: '1' }],
  ['mode: 9', { mode: '9' }],
  ['mode: -1', { mode: '-1' }],
  ['mode: true', { mode: 'true' }],
  ['bits: "CQI="', { bits: { $bits: [0, 3, 9] } }],
  ['bits: ""', { bits: { $bits: [] } }],
  ['offsets: {"a@b":null}', { offsets: {} }]
])
