import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../../test/random-runs'
import {
  appendProperties,
  decodeRecord,
  encodeProperties,
  MAX_PROPERTIES_BYTES,
  RECORD_CRC_BYTES,
  type RecordContent,
  recordCrcState,
  recordSize,
  sealedRecordSize,
  sealRecord,
  withRecordCrc,
  writeRecord,
  writeSealedRecord
} from '../../../src/wire'

const kept = readFileSync(join(__dirname, 'fixtures', 'record-crc-5.5.0.json'), 'utf8')
const official = (JSON.parse(kept) as { readonly records: ReadonlyArray<{ readonly name: string; readonly recordHex: string }> }).records

const host = { host: '10.9.8.7', port: 10911 }
const place = { queueOffset: 42, physicalOffset: 1024, storeTimestamp: 1700000000123 }
const plain: RecordContent = {
  topic: 'orders',
  queueId: 3,
  flag: 5,
  sysFlag: 0,
  bornTimestamp: 1700000000000,
  bornHost: { ...host, port: 40000 },
  storeHost: host,
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
  body: Buffer.from('hello'),
  properties: encodeProperties([['TAGS', 'created']])
}

function written(content: RecordContent): Buffer {
  const target = Buffer.alloc(recordSize(content))
  writeRecord(target, 0, content, place)
  return target
}

function sealed(content: RecordContent): Buffer {
  const bytes = written(withRecordCrc(content))
  sealRecord(bytes, 0, bytes.length)
  return bytes
}

describe('the checksum of a whole record', () => {
  it.each(official)('is valid in what 5.5.0 appends, and found wrong when anything is changed: $name', ({ recordHex }) => {
    const bytes = Buffer.from(recordHex, 'hex')
    expect(recordCrcState(bytes)).toBe('valid')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      // A change of the property's name leaves none; one of a length leaves no record.
      expect([at, stateOrError(changed)]).not.toEqual([at, 'valid'])
    }
  })

  it.each(official)('is written byte for byte as 5.5.0 appends it: $name', ({ recordHex }) => {
    const bytes = Buffer.from(recordHex, 'hex')
    const read = decodeRecord(bytes)
    const { topic, queueId, flag, sysFlag, bornTimestamp, reconsumeTimes, preparedTransactionOffset, body } = read
    const properties = read.propertiesBuffer.subarray(0, read.propertiesBuffer.length - RECORD_CRC_BYTES)
    const hosts = { bornHost: { host: read.bornHost, port: read.bornPort }, storeHost: { host: read.storeHost, port: read.storePort } }
    const content = { topic, queueId, flag, sysFlag, bornTimestamp, reconsumeTimes, preparedTransactionOffset, body, properties, ...hosts }
    expect(sealed(content).toString('hex')).toBe(recordHex)
  })

  it('takes the place of one that the message had from before', () => {
    const twice = sealed({ ...plain, properties: decodeRecord(sealed(plain)).propertiesBuffer })
    expect(twice.equals(sealed(plain))).toBe(true)
    expect([...decodeRecord(twice).properties.keys()]).toEqual(['TAGS', '__CRC32#'])
  })

  it('is not there unless somebody wrote it', () => {
    expect(recordCrcState(written(plain))).toBe('none')
    expect(recordCrcState(written({ ...plain, properties: Buffer.alloc(0) }))).toBe('none')
    expect(recordCrcState(written({ ...plain, properties: encodeProperties([['x__CRC32#', '0123456789']]) }))).toBe('none')
  })

  it('is wrong where it is not the end of the record, has another form, or is no number', () => {
    const withProperties = (properties: Buffer) => recordCrcState(written({ ...plain, properties }))
    const own = decodeRecord(sealed(plain)).propertiesBuffer
    expect(withProperties(appendProperties(own, [['KEYS', 'o-1']]))).toBe('wrong')
    for (const value of ['1', '12345678901', '123456789x', '-123456789', '９876543210']) {
      expect([value, withProperties(encodeProperties([['__CRC32#', value]]))]).toEqual([value, 'wrong'])
    }
    expect(withProperties(encodeProperties([['__CRC32#', '0000000000']], { trailingSeparator: false }))).toBe('wrong')
  })

  it('is of the record it is in, wherever that lies in a buffer', () => {
    const record = sealed(plain)
    const around = Buffer.concat([Buffer.alloc(7, 1), record, Buffer.alloc(9, 2)])
    expect(recordCrcState(around, 7)).toBe('valid')
    const target = Buffer.alloc(around.length, 0xee)
    const size = writeRecord(target, 7, withRecordCrc(plain), place)
    sealRecord(target, 7, size)
    expect([target.subarray(7, 7 + size).equals(record), target[6], target[7 + size]]).toEqual([true, 0xee, 0xee])
  })

  it('holds for any content', () => {
    const texts = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,9}$/), fc.stringMatching(/^[a-z0-9 ]{1,20}$/)), { maxLength: 6 })
    fc.assert(
      fc.property(texts, fc.uint8Array(), fc.nat(), (properties, body, queueId) => {
        const content = { ...plain, queueId, body: Buffer.from(body), properties: encodeProperties(properties) }
        expect(recordCrcState(sealed(content))).toBe('valid')
        expect(recordCrcState(written(content))).toBe('none')
      }),
      runs(100)
    )
  })

  it('is the same when it is written in one go, whatever the properties end with or held before', () => {
    const names = fc.oneof(fc.stringMatching(/^[a-z]{1,9}$/), fc.constantFrom('__CRC32#', 'x__CRC32#', '__CRC32'))
    const texts = fc.array(fc.tuple(names, fc.stringMatching(/^[a-z0-9 ]{1,20}$/)), { maxLength: 9 })
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(70_000).map((bytes) => new Uint8Array(bytes).fill(bytes))
    )
    const topics = fc.constantFrom('t', 'orders', 'o'.repeat(127), 'o'.repeat(128))
    fc.assert(
      fc.property(texts, fc.boolean(), bodies, topics, fc.nat(40), (texts, trailingSeparator, body, topic, at) => {
        const content = { ...plain, topic, body: Buffer.from(body), properties: encodeProperties(texts, { trailingSeparator }) }
        const expected = sealed(content)
        const target = Buffer.alloc(at + expected.length + 3, 0xee)
        expect(writeSealedRecord(target, at, content, place)).toBe(expected.length)
        expect(sealedRecordSize(content)).toBe(expected.length)
        expect(target.subarray(at, at + expected.length).equals(expected)).toBe(true)
        expect(
          [target.subarray(0, at), target.subarray(at + expected.length)].every((around) => around.every((byte) => byte === 0xee))
        ).toBe(true)
      }),
      runs(200)
    )
  })

  it('finds an older one in long properties too', () => {
    const properties = encodeProperties([
      ['x', 'x'.repeat(400)],
      ['__CRC32#', '1'],
      ['y', 'y']
    ])
    const target = Buffer.alloc(sealedRecordSize({ ...plain, properties }))
    writeSealedRecord(target, 0, { ...plain, properties }, place)
    expect(target.equals(sealed({ ...plain, properties }))).toBe(true)
  })

  it('takes room that the properties may not have left', () => {
    const filled = encodeProperties([['x', 'x'.repeat(MAX_PROPERTIES_BYTES - RECORD_CRC_BYTES - 3)]])
    expect(recordCrcState(sealed({ ...plain, properties: filled }))).toBe('valid')
    const fuller = encodeProperties([['x', 'x'.repeat(MAX_PROPERTIES_BYTES - RECORD_CRC_BYTES - 2)]])
    expect(() => withRecordCrc({ ...plain, properties: fuller })).toThrow(/32767/)
    expect(() => sealedRecordSize({ ...plain, properties: fuller })).toThrow(/do not fit/)
    expect(sealedRecordSize({ ...plain, properties: filled })).toBe(sealed({ ...plain, properties: filled }).length)
  })

  it('of what is no record is a protocol error', () => {
    const record = sealed(plain)
    for (let end = 0; end < record.length; end++) expect(() => recordCrcState(record.subarray(0, end))).toThrow(ProtocolError)
  })
})

function stateOrError(bytes: Buffer): string {
  try {
    return recordCrcState(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return 'no record'
    throw error
  }
}
