import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CodedError, ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../../test/random-runs'
import { decodeRecord, decodeRecords, hasValidCrc, type MessageRecord, messageBody } from '../../../src/wire'
import { official, officialBytes, officialRecord, sample, sample497 } from './official'

/** Every field, so that a getter that reads outside its record is found. */
function readAll(record: MessageRecord): unknown[] {
  return [
    [record.topic, record.queueId, record.queueOffset, record.physicalOffset, record.flag, record.sysFlag],
    [record.bornTimestamp, record.bornHost, record.bornPort, record.storeTimestamp, record.storeHost, record.storePort],
    [record.reconsumeTimes, record.preparedTransactionOffset, record.bodyCrc, record.body.toString('hex'), [...record.properties]],
    [record.propertiesBuffer.toString('hex'), record.size, record.offsetMessageId]
  ]
}

function only(buffer: Buffer): MessageRecord {
  const { records, error } = decodeRecords(buffer)
  if (error !== undefined) throw error
  const [record] = records
  if (record === undefined || records.length !== 1) throw new Error(`${records.length} records`)
  return record
}

describe('a message record', () => {
  for (const { name, hex, input, decoded } of official.records.filter((record) => record.decoded.inner === undefined)) {
    it(`is read as the official classes read it: ${name}`, () => {
      const record = only(Buffer.from(hex, 'hex'))
      expect(record.topic).toBe(input.topic)
      expect(record.queueId).toBe(decoded.queueId)
      expect(record.queueOffset).toBe(input.queueOffset)
      expect(record.physicalOffset).toBe(input.physicalOffset)
      expect(record.flag).toBe(input.flag)
      expect(record.bornTimestamp).toBe(1700000000000)
      expect([record.bornHost, record.bornPort]).toEqual([input.bornHost, 40000])
      expect(record.storeTimestamp).toBe(1700000000123)
      expect([record.storeHost, record.storePort]).toEqual([input.storeHost, 10911])
      expect(record.reconsumeTimes).toBe(input.reconsumeTimes)
      expect(record.preparedTransactionOffset).toBe(77)
      expect(record.bodyCrc).toBe(decoded.bodyCrc)
      expect(record.size).toBe(decoded.size)
      expect(record.offsetMessageId).toBe(decoded.offsetMessageId)
      expect(record.body.toString('hex')).toBe(input.body)
      expect(record.propertiesBuffer.toString()).toBe(input.properties)
      expect(new Map(record.properties)).toEqual(new Map(Object.entries(decoded.properties)))
      expect(hasValidCrc(record)).toBe(true)
    })
  }

  for (const [release, read] of [
    ['5.5.0', sample],
    ['4.9.7', sample497]
  ] as const) {
    for (const version of ['v4', 'v6']) {
      it(`of ${release} with ${version} hosts is read, message id and all`, () => {
        const record = only(Buffer.from(read(`hex.MessageExt.${version}`), 'hex'))
        expect(record.topic).toBe('TopicTest')
        expect(record.body.toString()).toBe('hello')
        expect(record.offsetMessageId).toBe(read(`offsetMsgId.${version}`))
        expect([...record.properties.keys()]).toEqual(['TAGS', 'UNIQ_KEY'])
      })
    }
  }

  it('is read from anywhere in a buffer', () => {
    const bytes = officialBytes('plain')
    const padded = Buffer.concat([Buffer.alloc(13, 0xee), bytes, Buffer.alloc(9, 0xee)])
    expect(readAll(decodeRecord(padded, 13))).toEqual(readAll(only(bytes)))
  })

  it('keeps its fields on memory of its own once detached', () => {
    const bytes = officialBytes('born IPv6')
    const record = only(bytes)
    const before = readAll(record)
    const detached = record.detach()
    bytes.fill(0)
    expect(readAll(detached)).toEqual(before)
  })

  it('that holds a batch is taken apart, offsets counting up', () => {
    const { decoded } = officialRecord('inner batch')
    const { records, error } = decodeRecords(officialBytes('inner batch'))
    expect(error).toBeUndefined()
    const inner = decoded.inner ?? []
    expect(records.map((record) => record.queueOffset)).toEqual(inner.map((one) => one.queueOffset))
    expect(records.map((record) => record.flag)).toEqual(inner.map((one) => one.flag))
    expect(records.map((record) => messageBody(record).toString())).toEqual(inner.map((one) => one.body))
    // The Java client adds WAIT to each when it takes them apart.
    const properties = inner.map((one) => Object.entries(one.properties).filter(([name]) => name !== 'WAIT'))
    expect(records.map((record) => [...record.properties].filter(([name]) => name !== 'WAIT'))).toEqual(properties)
    expect(records.map((record) => record.offsetMessageId)).toEqual(inner.map(() => decoded.offsetMessageId))
    expect(records.map(hasValidCrc)).toEqual([true, true])
    const [first] = records
    expect(first === undefined ? [] : readAll(first.detach())).toEqual(first === undefined ? undefined : readAll(first))
  })

  it('that holds a broken batch stops the reading there', () => {
    const inner = officialBytes('inner batch')
    // Inner size of the first message; the CRC is not looked at here.
    inner.writeInt32BE(44, decodeRecord(inner).body.byteOffset - inner.byteOffset)
    const { records, error } = decodeRecords(Buffer.concat([officialBytes('plain'), inner, officialBytes('plain')]))
    expect(records).toHaveLength(1)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error?.facts['recordOffset']).toBe(officialBytes('plain').length)
  })
})

describe('several records', () => {
  const bytes = officialBytes('plain')
  const four = Buffer.concat([bytes, officialBytes('topic of 128'), officialBytes('both IPv6'), bytes])

  it('are read one after another', () => {
    const { records, error } = decodeRecords(four)
    expect(error).toBeUndefined()
    expect(records.map((record) => record.topic.length)).toEqual([9, 128, 9, 9])
  })

  it('of an empty answer are none', () => {
    expect(decodeRecords(Buffer.alloc(0))).toEqual({ records: [] })
  })

  it('stop at the first broken one; those before it are kept and the error says where', () => {
    const broken = Buffer.from(four)
    broken.writeInt32BE(12345, bytes.length + 4)
    const { records, error } = decodeRecords(broken)
    expect(records).toHaveLength(1)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error?.facts).toMatchObject({ recordOffset: bytes.length, offset: bytes.length + 4, field: 'magicCode', value: 12345 })
  })

  it('cut anywhere give the whole ones and an error', () => {
    const ends = [0]
    for (const { size } of decodeRecords(four).records) ends.push((ends.at(-1) ?? 0) + size)
    for (let length = 0; length < four.length; length++) {
      const { records, error } = decodeRecords(four.subarray(0, length))
      const whole = ends.filter((end) => end <= length).length - 1
      expect(records).toHaveLength(whole)
      if (ends.includes(length)) expect(error).toBeUndefined()
      else expect(error?.facts['recordOffset']).toBe(ends[whole])
    }
  })
})

describe('a damaged record', () => {
  const cases: ReadonlyArray<readonly [string, string, (bytes: Buffer) => void]> = [
    ['totalSize', 'size 0', (bytes) => bytes.writeInt32BE(0, 0)],
    ['totalSize', 'a negative size', (bytes) => bytes.writeInt32BE(-155, 0)],
    ['totalSize', 'a size past the end', (bytes) => bytes.writeInt32BE(bytes.length + 1, 0)],
    ['totalSize', 'the largest size', (bytes) => bytes.writeInt32BE(0x7fffffff, 0)],
    ['propertiesLength', 'a size one too small', (bytes) => bytes.writeInt32BE(bytes.length - 1, 0)],
    ['magicCode', 'the magic of a file end', (bytes) => bytes.writeInt32BE(-875286124, 4)],
    ['queueOffset', 'a negative queue offset', (bytes) => bytes.writeInt32BE(-1, 20)],
    ['physicalOffset', 'an offset of 2^53', (bytes) => bytes.writeInt32BE(0x200000, 28)],
    ['bodyLength', 'host lengths that do not fit the rest', (bytes) => bytes.writeInt32BE(0x30, 36)],
    ['bodyLength', 'a negative body length', (bytes) => bytes.writeInt32BE(-1, 84)],
    ['bodyLength', 'a huge body length', (bytes) => bytes.writeInt32BE(0x7fffffff, 84)],
    ['topicLength', 'a negative topic length', (bytes) => bytes.writeInt8(-1, 93)],
    ['topicLength', 'a topic past the end', (bytes) => bytes.writeInt8(127, 93)],
    ['propertiesLength', 'properties past the end', (bytes) => bytes.writeInt16BE(bytes.readInt16BE(103) + 1, 103)],
    ['propertiesLength', 'properties that end early', (bytes) => bytes.writeInt16BE(0, 103)],
    ['propertiesLength', 'a negative properties length', (bytes) => bytes.writeInt16BE(-1, 103)]
  ]
  for (const [field, what, damage] of cases) {
    it(`with ${what} is refused by its ${field}`, () => {
      const bytes = officialBytes('plain')
      damage(bytes)
      // Room behind it: the record's own size must bind, not the end of the buffer.
      const { records, error } = decodeRecords(what.includes('past the end') ? bytes : Buffer.concat([bytes, Buffer.alloc(200)]))
      expect(records).toHaveLength(0)
      expect(error?.facts['field']).toBe(field)
      expect(typeof error?.facts['offset']).toBe('number')
    })
  }

  it('gives records that can be read, or a typed error, whatever byte is changed', () => {
    for (const name of ['plain', 'both IPv6', 'topic of 128', 'inner batch', 'zlib']) {
      const bytes = officialBytes(name)
      for (let at = 0; at < Math.min(bytes.length, 260); at++) {
        for (const value of [0x00, 0x7f, 0x80, 0xff]) {
          const mutant = Buffer.from(bytes)
          mutant[at] = value
          expectTypedOrReadable(mutant)
        }
      }
    }
  })

  it('gives records that can be read, or a typed error, whatever the bytes are', () => {
    const seeds = ['plain', 'both IPv6', 'topic of 255', 'inner batch', 'nothing in it'].map((name) => officialBytes(name))
    const mutation = fc.record({ seed: fc.nat(seeds.length - 1), edits: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }) })
    fc.assert(
      fc.property(mutation, fc.nat(300), ({ seed, edits }, cut) => {
        const mutant = Buffer.concat([seeds[seed] ?? Buffer.alloc(0), seeds[0] ?? Buffer.alloc(0)])
        for (const [at, value] of edits) if (at < mutant.length) mutant[at] = value
        expectTypedOrReadable(mutant.subarray(0, mutant.length - Math.min(cut, mutant.length)))
      }),
      runs(3000)
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => expectTypedOrReadable(Buffer.from(bytes))))
  })
})

function expectTypedOrReadable(bytes: Buffer): void {
  const { records, error } = decodeRecords(bytes)
  if (error !== undefined) expect(error).toBeInstanceOf(CodedError)
  for (const record of records) {
    readAll(record)
    try {
      messageBody(record, { maxBytes: 1024 * 1024 })
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(CodedError)
    }
  }
}
