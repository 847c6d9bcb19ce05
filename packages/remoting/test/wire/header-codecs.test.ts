import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import Long from 'long'
import { runs } from '../../../../test/random-runs'
import { readHeader } from '../../src/wire/header/header-of'
import {
  decodeCommand,
  encodeCommand,
  type HeaderField,
  HeaderFieldError,
  type HeaderFieldType,
  type HeaderTable,
  HeaderTables,
  headerOf,
  type OutgoingCommand,
  RequestCode,
  type SerializeType,
  writeCommand
} from '../../src/wire/index'

const tables: readonly HeaderTable[] = Object.values<HeaderTable>(HeaderTables)
const hotTables = tables.filter((table) => table.hot !== undefined)
const ENCODINGS: readonly SerializeType[] = ['JSON', 'ROCKETMQ']
const HEAD = { code: 1, language: 'JAVA', version: 513, opaque: 7, flag: 0 } as const

/** Any header of a table: every type with its corners, optional fields there or not. */
function headers(table: HeaderTable): fc.Arbitrary<object> {
  const required = table.fields.filter((field) => field.required).map((field) => field.name)
  return fc.record(Object.fromEntries(table.fields.map((field) => [field.name, values(field)])), {
    requiredKeys: required,
    noNullPrototype: true
  })
}

function values(field: HeaderField): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'string':
      return fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('TopicTest', 'a\u0001b\u0002', '"\\/\n\u007f\u2028', '主题😀', 'x'.repeat(300))
      )
    case 'int':
      return fc.oneof(fc.integer(), fc.constantFrom(-2147483648, 2147483647, 0, -1))
    case 'bool':
      return fc.boolean()
    case 'position':
      return fc.oneof(
        fc.maxSafeInteger().map((value) => Math.max(value, field.min)),
        fc.constantFrom(Number.MAX_SAFE_INTEGER, 0, field.min)
      )
    case 'bound':
      return fc.oneof(fc.maxSafeInteger(), fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER))
    case 'opaque':
      return fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-5n, 5n)).map((value) => Long.fromString(String(value)))
  }
}

/** Headers of few values, so that most of one is what the one before had. */
function fewHeaders(table: HeaderTable): fc.Arbitrary<object> {
  const required = table.fields.filter((field) => field.required).map((field) => field.name)
  const few: Readonly<Record<HeaderFieldType, readonly unknown[]>> = {
    string: ['a', 'b', ''],
    int: [0, 1],
    bool: [true, false],
    position: [0, 1],
    bound: [0, 1],
    opaque: [Long.ZERO, Long.ONE]
  }
  const members = table.fields.map((field) => [field.name, fc.constantFrom<unknown>(...few[field.type])])
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: required, noNullPrototype: true })
}

/** The same table without codecs of its own. */
function withoutHot(table: HeaderTable): HeaderTable {
  return { ...table, hot: undefined }
}

function frameOf(table: HeaderTable, header: object, serializeType: SerializeType): Buffer {
  const command: OutgoingCommand = { ...HEAD, serializeType, table, header }
  return encodeCommand(command).subarray(4)
}

const every = tables.flatMap((table) => ENCODINGS.map((encoding) => [table.name, encoding, table] as const))
const hot = hotTables.flatMap((table) => ENCODINGS.map((encoding) => [table.name, encoding, table] as const))

describe('typed headers', () => {
  it.each(every)('%s in %s reads as it was written', (_name, encoding, table) => {
    fc.assert(
      fc.property(headers(table), (header) => {
        expect(headerOf(decodeCommand(frameOf(table, header, encoding)), table)).toEqual(header)
      }),
      runs(200, 2000)
    )
  })

  it.each(every)('%s in %s is written back from its fields as it came', (_name, encoding, table) => {
    fc.assert(
      fc.property(headers(table), (header) => {
        const frame = frameOf(table, header, encoding)
        expect(encodeCommand(decodeCommand(frame)).subarray(4)).toEqual(frame)
      }),
      runs(50, 500)
    )
  })

  it.each(hot)('the generated codec of %s writes in %s what the generic one writes', (_name, encoding, table) => {
    fc.assert(
      fc.property(headers(table), (header) => {
        expect(decodeCommand(frameOf(table, header, encoding)).fields).toEqual(
          decodeCommand(frameOf(withoutHot(table), header, encoding)).fields
        )
      }),
      runs(500, 10_000)
    )
  })

  it.each(hot)('the generated codec of %s writes in %s the same when little changes between headers', (_name, encoding, table) => {
    fc.assert(
      fc.property(fc.array(fewHeaders(table), { minLength: 5, maxLength: 20 }), (sequence) => {
        for (const header of sequence) expect(headerOf(decodeCommand(frameOf(table, header, encoding)), table)).toEqual(header)
      }),
      runs(300, 3000)
    )
  })

  it.each(hot)('the generated codec of %s in %s is not misled by a target that was too small', (_name, encoding, table) => {
    const [header] = fc.sample(headers(table), { numRuns: 1, seed: 7 })
    const command: OutgoingCommand = { ...HEAD, serializeType: encoding, table, header: { ...header, topic: `only here ${encoding}` } }
    const generic = encodeCommand({ ...command, table: withoutHot(table) })
    for (let size = 0; size < generic.length; size += 3) expect(() => writeCommand(Buffer.alloc(size), 0, command)).toThrow(RangeError)
    expect(encodeCommand(command)).toEqual(generic)
  })

  it.each(hot)('the generated codec of %s reads in %s what the generic one reads, also from odd values', (_name, encoding, table) => {
    const texts = fc.oneof(
      fc.constantFrom('', '0', '-0', '+5', '007', '-1', '2147483648', '9007199254740991', '9007199254740992', '-9223372036854775808'),
      fc.constantFrom(
        '9223372036854775808',
        '1e3',
        '1.0',
        ' 1',
        'true',
        'TRUE',
        'False',
        'yes',
        '\u0031',
        '主',
        '"1"',
        '-',
        '00000000000000000012'
      ),
      fc.string({ maxLength: 8 })
    )
    const keys = fc.oneof(
      fc.constantFrom(...table.fields.map((field) => field.wire)),
      fc.constantFrom('a', 'q', 'queueIx', 'topit', 'nsx', 'MSG_REGIOM', '__proto__')
    )
    const known = new Set(table.fields.map((field) => field.wire))
    fc.assert(
      fc.property(headers(table), fc.array(fc.tuple(keys, texts), { maxLength: 6 }), (header, odd) => {
        const fields = new Map(decodeCommand(frameOf(table, header, encoding)).fields)
        for (const [key, value] of odd) fields.set(key, value)
        const command = decodeCommand(encodeCommand({ ...HEAD, serializeType: encoding, fields }).subarray(4))
        expect(known.size).toBeGreaterThan(0)
        expect(outcome(() => headerOf(command, table))).toEqual(outcome(() => readHeader(fields, table)))
      }),
      runs(2000, 50_000)
    )
  })

  it('fields in any order and twice read as the last one says', () => {
    const table = RequestCode.PULL_MESSAGE.response.header
    const header = '"maxOffset":"9","minOffset":"1","maxOffset":"8","x":"y","nextBeginOffset":"5","suggestWhichBrokerId":"0"'
    const json = Buffer.from(`{"code":0,"extFields":{${header}},"flag":1,"language":"JAVA","opaque":7,"version":513}`)
    const frame = Buffer.concat([Buffer.of(0, 0, json.length >> 8, json.length), json])
    expect(headerOf(decodeCommand(frame), table)).toEqual({ suggestWhichBrokerId: 0, nextBeginOffset: 5, minOffset: 1, maxOffset: 8 })
  })
})

/** What a reader gave, or that it refused: which of two bad fields it names first is its own affair. */
function outcome(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(HeaderFieldError)
    return 'refused'
  }
}

describe('a bad header field', () => {
  const table = RequestCode.SEND_MESSAGE_V2.request.header
  const sound = new Map(Object.entries({ a: 'PG', b: 'T', c: 'TBW102', d: '4', e: '1', f: '0', g: '1700000000000', h: '0' }))

  function refusal(changes: Readonly<Record<string, string | undefined>>, encoding: SerializeType): unknown {
    const fields = new Map(sound)
    for (const [key, value] of Object.entries(changes)) value === undefined ? fields.delete(key) : fields.set(key, value)
    const command = decodeCommand(encodeCommand({ ...HEAD, serializeType: encoding, fields }).subarray(4))
    try {
      return headerOf(command, table)
    } catch (error) {
      return error
    }
  }

  it.each(ENCODINGS)('is named with its reason, and the frame stays sound (%s)', (encoding) => {
    expect(refusal({}, encoding)).toMatchObject({ topic: 'T', queueId: 1 })
    expect(refusal({ b: undefined }, encoding)).toMatchObject({
      code: 'INVALID_FIELD',
      retriable: false,
      header: 'SendMessageRequestHeaderV2',
      field: 'b',
      reason: 'is missing'
    })
    expect(refusal({ e: 'one' }, encoding)).toMatchObject({ field: 'e', reason: 'is not an int' })
    expect(refusal({ e: '2147483648' }, encoding)).toMatchObject({ field: 'e' })
    expect(refusal({ g: '9007199254740992' }, encoding)).toMatchObject({ field: 'g', reason: expect.stringContaining('2^53') })
    expect(refusal({ g: '-2' }, encoding)).toMatchObject({ field: 'g' })
    expect(refusal({ m: 'yes' }, encoding)).toMatchObject({ field: 'm', reason: 'is not a boolean' })
  })

  it('a header without a required field, or with a fraction, is not written', () => {
    const header = { topic: 'T', queueId: 1 }
    const broken = { topic: 'T' }
    const search = RequestCode.GET_MAX_OFFSET.request.header
    expect(encodeCommand({ ...HEAD, serializeType: 'JSON', table: search, header }).length).toBeGreaterThan(0)
    expect(() => encodeCommand({ ...HEAD, serializeType: 'JSON', table: search, header: broken })).toThrow(HeaderFieldError)
    expect(() => encodeCommand({ ...HEAD, serializeType: 'JSON', table: search, header: { topic: 'T', queueId: 0.5 } })).toThrow(
      HeaderFieldError
    )
    expect(() => encodeCommand({ ...HEAD, serializeType: 'ROCKETMQ', table, header: broken })).toThrow(HeaderFieldError)
  })
})
