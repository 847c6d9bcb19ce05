import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { decodeRecord, MessageSysFlag, type RecordContent, type RecordPlace, recordSize, writeRecord } from '../../../src/wire'
import { official } from './official'

const content: RecordContent = {
  topic: 'TopicTest',
  queueId: 3,
  flag: 0,
  sysFlag: 0,
  bornTimestamp: 1700000000000,
  bornHost: { host: '10.1.2.3', port: 40000 },
  storeHost: { host: '10.9.8.7', port: 10911 },
  reconsumeTimes: 0,
  preparedTransactionOffset: 77,
  body: Buffer.from('hello'),
  properties: Buffer.alloc(0)
}
const place: RecordPlace = { queueOffset: 42, physicalOffset: 1024, storeTimestamp: 1700000000123 }

function written(record: RecordContent, at: RecordPlace = place): Buffer {
  const target = Buffer.alloc(recordSize(record))
  expect(writeRecord(target, 0, record, at)).toBe(target.length)
  return target
}

describe('writing a record', () => {
  for (const { name, hex, input } of official.records) {
    it(`makes the bytes that the official encoder makes: ${name}`, () => {
      const record: RecordContent = {
        ...content,
        topic: input.topic,
        flag: input.flag,
        sysFlag: input.sysFlag,
        bornHost: { host: input.bornHost, port: 40000 },
        storeHost: { host: input.storeHost, port: 10911 },
        reconsumeTimes: input.reconsumeTimes,
        body: Buffer.from(input.body, 'hex'),
        properties: Buffer.from(input.properties)
      }
      const at = { queueOffset: input.queueOffset, physicalOffset: input.physicalOffset, storeTimestamp: place.storeTimestamp }
      expect(written(record, at).toString('hex')).toBe(hex)
    })
  }

  it('touches nothing around the record', () => {
    const size = recordSize(content)
    const target = Buffer.alloc(size + 20, 0xee)
    writeRecord(target, 7, content, place)
    expect(target.subarray(0, 7)).toEqual(Buffer.alloc(7, 0xee))
    expect(target.subarray(7 + size)).toEqual(Buffer.alloc(13, 0xee))
    expect(decodeRecord(target, 7).size).toBe(size)
  })

  it('sets the host length bits from the hosts, whatever the sender said', () => {
    const lying = MessageSysFlag.BORN_HOST_V6 | MessageSysFlag.STORE_HOST_V6
    expect(decodeRecord(written({ ...content, sysFlag: lying | 1 })).sysFlag).toBe(1)
    expect(decodeRecord(written({ ...content, bornHost: { host: '::1', port: 1 } })).sysFlag).toBe(MessageSysFlag.BORN_HOST_V6)
  })

  it('stores an IPv4 address that came mapped into IPv6 as IPv4', () => {
    const record = decodeRecord(written({ ...content, bornHost: { host: '::ffff:10.1.2.3', port: 40000 } }))
    expect(record.bornHost).toBe('10.1.2.3')
    expect(record.sysFlag).toBe(0)
  })

  it('refuses what does not fit its length fields, before writing', () => {
    expect(() => recordSize({ ...content, properties: Buffer.alloc(32768) })).toThrow(ProtocolError)
    expect(() => recordSize({ ...content, topic: 'é'.repeat(16384) })).toThrow(ProtocolError)
    expect(() => recordSize({ ...content, bornHost: { host: 'localhost', port: 1 } })).toThrow(ProtocolError)
    const small = Buffer.alloc(recordSize(content) - 1, 0xee)
    expect(() => writeRecord(small, 0, content, place)).toThrow(ProtocolError)
    expect(small).toEqual(Buffer.alloc(small.length, 0xee))
  })

  it('and reading it back gives what was written', () => {
    const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })
    const time = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
    const position = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    const host = fc.record({ host: fc.ipV4(), port: fc.nat(65535) })
    const arbitrary = fc.record({
      ...{ topic: fc.string({ unit: 'grapheme', maxLength: 120 }), queueId: int32, flag: int32, reconsumeTimes: int32 },
      ...{ sysFlag: int32.map((bits) => bits & ~(MessageSysFlag.BORN_HOST_V6 | MessageSysFlag.STORE_HOST_V6)) },
      ...{ bornTimestamp: time, bornHost: host, storeHost: host, preparedTransactionOffset: time },
      ...{ body: fc.uint8Array({ maxLength: 2000 }), properties: fc.uint8Array({ maxLength: 300 }) }
    })
    const where = fc.record({ queueOffset: position, physicalOffset: position, storeTimestamp: time })
    fc.assert(
      fc.property(arbitrary, where, (values, at) => {
        const record = { ...values, body: Buffer.from(values.body), properties: Buffer.from(values.properties) }
        const read = decodeRecord(written(record, at))
        expect({ queueOffset: read.queueOffset, physicalOffset: read.physicalOffset, storeTimestamp: read.storeTimestamp }).toEqual(at)
        expect([read.topic, read.queueId, read.flag, read.sysFlag]).toEqual([record.topic, record.queueId, record.flag, record.sysFlag])
        expect([read.bornTimestamp, read.reconsumeTimes]).toEqual([record.bornTimestamp, record.reconsumeTimes])
        expect(read.preparedTransactionOffset).toBe(record.preparedTransactionOffset)
        expect({ host: read.bornHost, port: read.bornPort }).toEqual(record.bornHost)
        expect({ host: read.storeHost, port: read.storePort }).toEqual(record.storeHost)
        expect(read.body.equals(record.body)).toBe(true)
        expect(read.propertiesBuffer.equals(record.properties)).toBe(true)
      })
    )
  })
})
