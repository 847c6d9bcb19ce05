import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../test/random-runs'
import { decodeOtherJson } from '../../src/wire/command/decode-command'
import { DEFAULT_COMMAND_LIMITS } from '../../src/wire/command/limits'
import { decodeCommand, encodeCommand, HeaderFieldError, headerOf, type RemotingCommand, RequestCode } from '../../src/wire/index'
import { countedBytes } from './counted-bytes'
import { jsonFrame, officialFrames } from './official-samples'

const frames = officialFrames()

/** A byte is seen by the scan, by the check of its field's name, and where it is made a text; a broken one by the dialect reader as well. */
const MOST_VISITS = 4

/** Reads a frame as far as any receiver would. */
function readAll(frame: Buffer): void {
  const command = decodeCommand(frame)
  for (const row of [RequestCode.SEND_MESSAGE_V2, RequestCode.GET_ROUTEINFO_BY_TOPIC]) {
    try {
      headerOf(command, row.request.header)
    } catch (error) {
      expect(error).toBeInstanceOf(HeaderFieldError)
    }
  }
  encodeCommand(command)
}

/** Nothing but a protocol error may come out. */
function readHostile(frame: Buffer): void {
  try {
    readAll(frame)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
}

function binaryFrame(fields: Buffer, { remark = 0, fieldsLength = fields.length } = {}): Buffer {
  const header = Buffer.alloc(21)
  header.writeInt32BE(remark, 13)
  header.writeInt32BE(fieldsLength, 17)
  const length = Buffer.of(1, 0, 0, 0)
  length.writeUIntBE(21 + fields.length, 1, 3)
  return Buffer.concat([length, header, fields])
}

function binaryField(key: string, valueLength: number, value = Buffer.alloc(Math.max(valueLength, 0), 0x61)): Buffer {
  const head = Buffer.alloc(2 + Buffer.byteLength(key) + 4)
  head.writeUInt16BE(Buffer.byteLength(key), 0)
  head.write(key, 2)
  head.writeInt32BE(valueLength, head.length - 4)
  return Buffer.concat([head, value])
}

/** What a reader makes of a header, in plain values; `undefined` when it refuses. */
function headOf(read: () => RemotingCommand): unknown {
  try {
    const { code, language, version, opaque, flag, remark, fields } = read()
    return { code, language, version, opaque, flag, remark, fields: fields && [...fields] }
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
    return undefined
  }
}

describe('a broken frame', () => {
  it('cut at any place throws a protocol error or is a shorter command', () => {
    for (const frame of frames) {
      const headerEnd = 4 + (frame.readInt32BE(0) & 0xffffff)
      for (let end = 0; end < frame.length; end++) {
        if (end < headerEnd) expect(() => decodeCommand(frame.subarray(0, end))).toThrow(ProtocolError)
        else readAll(frame.subarray(0, end))
      }
    }
  })

  it('with a header cut at any place, and its length set to that, throws a protocol error', () => {
    for (const frame of frames) {
      const headerBytes = frame.readInt32BE(0) & 0xffffff
      for (let length = 0; length < headerBytes; length++) {
        const cut = Buffer.from(frame.subarray(0, 4 + length))
        cut.writeUIntBE(length, 1, 3)
        expect(() => decodeCommand(cut)).toThrow(ProtocolError)
      }
    }
  })

  it('with bytes changed throws nothing but a protocol error', () => {
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    const run = fc.tuple(fc.constantFrom(...frames), fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.nat({ max: 3 }))
    fc.assert(
      fc.property(run, ([frame, mutations, drop]) => {
        const changed = Buffer.from(frame.subarray(0, frame.length - drop))
        for (const [at, value] of mutations) changed[at % changed.length] = value
        readHostile(changed)
      }),
      runs(50_000, 1_000_000)
    )
  })

  it('with bytes changed has each of its bytes visited a few times at most', () => {
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    const run = fc.tuple(fc.constantFrom(...frames), fc.array(mutation, { maxLength: 6 }))
    let most = 0
    fc.assert(
      fc.property(run, ([frame, mutations]) => {
        const changed = Buffer.from(frame)
        for (const [at, value] of mutations) changed[at % changed.length] = value
        const counted = countedBytes(changed)
        readHostile(counted.bytes)
        most = Math.max(most, counted.visited / changed.length)
      }),
      runs(2000)
    )
    expect(most).toBeGreaterThan(0.5)
    expect(most).toBeLessThan(MOST_VISITS)
  })

  it.each([1000, 10_000, 60_000])('of %i bytes of fields has each of them visited a few times at most', (bytes) => {
    const names = Array.from({ length: 200 }, (_, index) => binaryField(`k${index}`, Math.floor(bytes / 200) - 10))
    const text = JSON.stringify({ code: 1, extFields: { i: '\\u0001'.repeat(bytes / 6), k: 'x' }, flag: 0, opaque: 1, version: 1 })
    for (const frame of [binaryFrame(Buffer.concat(names)), jsonFrame(text)]) {
      const counted = countedBytes(frame)
      readHostile(counted.bytes)
      expect(counted.visited).toBeLessThan(MOST_VISITS * frame.length)
    }
  })

  it('in JSON that the scan takes is read the same by the dialect reader', () => {
    const mutation = fc.tuple(fc.nat(), fc.constantFrom(...'{}[]":,\\\'u0019aetn- \u0001\u00e9'))
    const run = fc.tuple(fc.constantFrom(...frames.filter((frame) => frame[0] === 0)), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    let compared = 0
    fc.assert(
      fc.property(run, ([frame, mutations]) => {
        const changed = Buffer.from(frame)
        const headerEnd = 4 + (frame.readInt32BE(0) & 0xffffff)
        for (const [at, text] of mutations) changed[4 + (at % (headerEnd - 4))] = text.charCodeAt(0)
        const scanned = headOf(() => decodeCommand(changed))
        if (scanned === undefined) return
        compared++
        expect(scanned).toEqual(headOf(() => decodeOtherJson(changed, headerEnd, DEFAULT_COMMAND_LIMITS)))
      }),
      runs(10_000, 500_000)
    )
    expect(compared).toBeGreaterThan(100)
  })

  it('of random bytes behind a plausible start throws nothing but a protocol error', () => {
    const run = fc.tuple(fc.constantFrom(0, 1), fc.uint8Array({ maxLength: 80 }))
    fc.assert(
      fc.property(run, ([type, bytes]) => {
        readHostile(Buffer.concat([Buffer.of(type, 0, 0, bytes.length), bytes]))
      }),
      runs(5000, 500_000)
    )
  })

  it.each([2, 3, 127, 128, 255])('of serialize type %i is refused', (type) => {
    const frame = Buffer.from(frames[0] ?? Buffer.alloc(0))
    frame[0] = type
    expect(() => decodeCommand(frame)).toThrow('serialize type')
  })

  it.each(Array.from({ length: 25 }, (_, bit) => bit).flatMap((bit) => [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]))(
    'that claims a header of %i bytes is refused',
    (length) => {
      const frame = Buffer.from(frames[0] ?? Buffer.alloc(0))
      const real = frame.readInt32BE(0) & 0xffffff
      frame.writeUIntBE(length % 0x1000000, 1, 3)
      if (length % 0x1000000 !== real) expect(() => decodeCommand(frame)).toThrow(ProtocolError)
      else expect(decodeCommand(frame).code).toBe(105)
    }
  )
})

describe('a hostile binary header', () => {
  it('with sound lengths is read', () => {
    expect(decodeCommand(binaryFrame(Buffer.concat([binaryField('k', 1), binaryField('l', 0)]))).fields).toEqual(
      new Map([
        ['k', 'a'],
        ['l', '']
      ])
    )
  })

  it.each([
    ['a negative remark length', binaryFrame(Buffer.alloc(0), { remark: -1 })],
    ['the largest remark length', binaryFrame(Buffer.alloc(0), { remark: 0x7fffffff })],
    ['a remark into the body', Buffer.concat([binaryFrame(Buffer.alloc(0), { remark: 1 }), Buffer.alloc(100)])],
    ['a negative length of ext fields', binaryFrame(Buffer.alloc(0), { fieldsLength: -1 })],
    ['ext fields into the body', Buffer.concat([binaryFrame(binaryField('k', 1), { fieldsLength: 100 }), Buffer.alloc(100)])],
    ['ext fields shorter than the header', binaryFrame(binaryField('k', 1), { fieldsLength: 3 })],
    ['a negative value length', binaryFrame(binaryField('k', -1))],
    ['the smallest value length', binaryFrame(binaryField('k', -2147483648))],
    ['the largest value length', binaryFrame(binaryField('k', 0x7fffffff, Buffer.alloc(4)))],
    ['a value past the header', Buffer.concat([binaryFrame(binaryField('k', 9, Buffer.alloc(4))), Buffer.alloc(100)])],
    ['a name past the header', binaryFrame(Buffer.of(0xff, 0xff, 0x61))],
    ['an empty name', binaryFrame(binaryField('', 1))],
    ['one byte behind the last field', binaryFrame(Buffer.concat([binaryField('k', 1), Buffer.of(0)]))],
    ['257 ext fields', binaryFrame(Buffer.concat(Array.from({ length: 257 }, (_, index) => binaryField(`k${index}`, 1))))],
    ['a name of 256 bytes', binaryFrame(binaryField('k'.repeat(256), 1))],
    ['a value over 32 KiB', binaryFrame(binaryField('k', 32 * 1024 + 1))],
    ['properties over 256 KiB', binaryFrame(binaryField('i', 256 * 1024 + 1))],
    ['ids of a batch over 1 MiB', binaryFrame(binaryField('msgId', 1024 * 1024 + 1))]
  ])('with %s is refused', (_what, frame) => {
    expect(() => decodeCommand(frame)).toThrow(ProtocolError)
  })

  it('at its limits is read', () => {
    const many = Buffer.concat(Array.from({ length: 256 }, (_, index) => binaryField(`k${index}`, 1)))
    expect(decodeCommand(binaryFrame(many)).fields?.size).toBe(256)
    expect(decodeCommand(binaryFrame(binaryField('k'.repeat(255), 32 * 1024))).fields?.get('k'.repeat(255))).toHaveLength(32 * 1024)
  })

  it('may have the ids of a large batch in either encoding', () => {
    const ids = Array.from({ length: 16_384 }, () => '7F00000100002A9F0000000000000000').join(',')
    const binary = binaryFrame(binaryField('msgId', ids.length))
    expect(decodeCommand(binary).fields?.get('msgId')).toHaveLength(ids.length)
    const json = jsonFrame(`{"code":0,"extFields":{"msgId":"${ids}","queueId":"1"},"flag":1,"language":"JAVA","opaque":7,"version":1}`)
    expect(decodeCommand(json).fields?.get('msgId')).toBe(ids)
  })

  it('takes its limits from the caller', () => {
    const frame = binaryFrame(Buffer.concat([binaryField('k', 3), binaryField('l', 3)]))
    expect(() => decodeCommand(frame, { maxFields: 1 })).toThrow('too many')
    expect(() => decodeCommand(frame, { maxValueBytes: 2 })).toThrow('too long')
    expect(() => decodeCommand(frame, { maxHeaderBytes: 20, maxPropertiesBytes: 100, maxBatchIdsBytes: 100 })).toThrow('too long')
    const many = Buffer.concat(Array.from({ length: 900 }, (_, index) => binaryField(`k${index}`, 1)))
    expect(decodeCommand(binaryFrame(many), { maxFields: 1000 }).fields?.size).toBe(900)
  })
})

describe('a hostile JSON header', () => {
  const around = (fields: string, more = '') =>
    jsonFrame(`{"code":1,"extFields":{${fields}},"flag":0,"language":"JAVA","opaque":7,"version":1${more}}`)
  const properties = `${'a\\u0001b\\u0002'.repeat(8191)}abc`

  it('is read with the longest properties a message may have, and one byte more', () => {
    expect(decodeCommand(around(`"i":"${properties}"`)).fields?.get('i')).toHaveLength(32_767)
    expect(decodeCommand(around(`"properties":"${properties}d"`)).fields?.get('properties')).toHaveLength(32_768)
    expect(decodeCommand(around(`"i": "${properties}"`)).fields?.get('i')).toHaveLength(32_767)
  })

  it.each([
    ['a long value that is not the properties', around(`"x":"${'a'.repeat(32 * 1024 + 1)}"`)],
    [
      'more than 64 KiB around the properties',
      around(`"x":"${'a'.repeat(32_000)}","y":"${'b'.repeat(32_000)}","z":"${'c'.repeat(2000)}","i":"${properties}"`)
    ],
    ['properties beyond every use', around(`"i":"${'\\u0001'.repeat(50_000)}"`)],
    ['257 ext fields', around(Array.from({ length: 257 }, (_, index) => `"k${index}":""`).join(','))],
    ['257 ext fields with spaces', around(Array.from({ length: 257 }, (_, index) => `"k${index}": ""`).join(','))],
    ['a name of 256 bytes', around(`"${'k'.repeat(256)}":""`)],
    ['depth', around('', `,"x":${'['.repeat(40)}${']'.repeat(40)}`)],
    ['depth without end', jsonFrame('['.repeat(60_000))],
    ['a million small values', jsonFrame(`{"code":1,"x":[${'1,'.repeat(30_000)}]}`)]
  ])('with %s is refused', (_what, frame) => {
    expect(() => decodeCommand(frame)).toThrow(ProtocolError)
  })

  it('named like parts of an object harms nothing', () => {
    const command = decodeCommand(around('"__proto__":"a","constructor":"b","prototype":"c","toString":"d"'))
    expect([...(command.fields ?? [])]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['prototype', 'c'],
      ['toString', 'd']
    ])
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
    readAll(around('"__proto__":{"x":"y"}'.replace('{"x":"y"}', '"y"'), ',"__proto__":{"polluted":"1"}'))
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
