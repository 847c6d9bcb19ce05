import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../../test/random-runs'
import { type BatchMessage, decodeBatch, decodeProperties, encodeBatch, encodeProperties } from '../../../src/wire'
import { sample, sample497 } from './official'

const official = Buffer.from(sample('hex.batch'), 'hex')

function twoMessages(trailingSeparator: boolean): BatchMessage[] {
  const properties = (entries: [string, string][]) => encodeProperties(entries, { trailingSeparator })
  return [
    {
      flag: 0,
      body: Buffer.from('one'),
      properties: properties([
        ['KEYS', 'k1'],
        ['TAGS', 'TagA']
      ])
    },
    { flag: 0, body: Buffer.from('two'), properties: properties([['WAIT', 'true']]) }
  ]
}

function problemOf(buffer: Buffer, limits = {}): ProtocolError {
  try {
    decodeBatch(buffer, limits)
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
  throw new Error('the batch was accepted')
}

describe('a message batch', () => {
  it('is written as the official clients write it', () => {
    expect(encodeBatch(twoMessages(true)).toString('hex')).toBe(sample('hex.batch'))
    expect(encodeBatch(twoMessages(false)).toString('hex')).toBe(sample497('hex.batch'))
  })

  it('of either release is read', () => {
    for (const hex of [sample('hex.batch'), sample497('hex.batch')]) {
      const messages = decodeBatch(Buffer.from(hex, 'hex'))
      expect(messages.map((message) => message.body.toString())).toEqual(['one', 'two'])
      expect(messages.map((message) => Object.fromEntries(decodeProperties(message.properties)))).toEqual([
        { KEYS: 'k1', TAGS: 'TagA' },
        { WAIT: 'true' }
      ])
    }
  })

  it('cut anywhere is refused whole, also when whole messages are left', () => {
    const firstSize = official.readInt32BE(0)
    for (let length = 0; length < official.length; length++) {
      if (length === firstSize) expect(decodeBatch(official.subarray(0, length))).toHaveLength(1)
      else expect(problemOf(official.subarray(0, length)).facts['index']).toBe(length < firstSize ? 0 : 1)
    }
  })

  const damages: ReadonlyArray<readonly [string, string, (bytes: Buffer, at: number) => void]> = [
    ['totalSize', 'size 0', (bytes, at) => bytes.writeInt32BE(0, at)],
    ['totalSize', 'a negative size', (bytes, at) => bytes.writeInt32BE(-1, at)],
    ['totalSize', 'a size past the end', (bytes, at) => bytes.writeInt32BE(bytes.length, at)],
    ['bodyLength', 'a negative body length', (bytes, at) => bytes.writeInt32BE(-1, at + 16)],
    ['bodyLength', 'a huge body length', (bytes, at) => bytes.writeInt32BE(0x7fffffff, at + 16)],
    ['propertiesLength', 'properties that end elsewhere', (bytes, at) => bytes.writeInt16BE(3, at + 23)],
    ['propertiesLength', 'a negative properties length', (bytes, at) => bytes.writeInt16BE(-1, at + 23)]
  ]
  for (const [field, what, damage] of damages) {
    it(`whose second message has ${what} is refused whole`, () => {
      const bytes = Buffer.from(official)
      damage(bytes, bytes.readInt32BE(0))
      expect(problemOf(bytes).facts).toMatchObject({ field, index: 1 })
    })
  }

  it('with nothing in it is refused', () => {
    expect(problemOf(Buffer.alloc(0)).facts['field']).toBe('count')
  })

  it('with too many messages or too long a body is refused', () => {
    expect(problemOf(official, { maxMessages: 1 }).facts['field']).toBe('count')
    expect(decodeBatch(official, { maxMessages: 2, maxBodyBytes: 3 })).toHaveLength(2)
    expect(problemOf(official, { maxBodyBytes: 2 }).facts).toMatchObject({ field: 'bodyLength', index: 0 })
    const empty = encodeBatch(Array.from({ length: 16_385 }, () => ({ flag: 0, body: Buffer.alloc(0), properties: Buffer.alloc(0) })))
    expect(problemOf(empty).facts['field']).toBe('count')
  })

  it('cannot be written with properties that do not fit', () => {
    expect(() => encodeBatch([{ flag: 0, body: Buffer.alloc(0), properties: Buffer.alloc(32768) }])).toThrow(ProtocolError)
  })

  it('comes back as it was written', () => {
    const message = fc.record({
      flag: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
      body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      properties: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes))
    })
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), (messages) => {
        const read = decodeBatch(encodeBatch(messages))
        expect(read.map(({ flag, body, properties }) => [flag, body.toString('hex'), properties.toString('hex')])).toEqual(
          messages.map(({ flag, body, properties }) => [flag, body.toString('hex'), properties.toString('hex')])
        )
      })
    )
  })

  it('of any bytes is read or refused by a ProtocolError', () => {
    const edits = fc.array(fc.tuple(fc.nat(official.length - 1), fc.nat(255)), { maxLength: 5 })
    fc.assert(
      fc.property(edits, (changes) => {
        const mutant = Buffer.from(official)
        for (const [at, value] of changes) mutant[at] = value
        try {
          decodeBatch(mutant)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      runs(2000)
    )
  })
})
