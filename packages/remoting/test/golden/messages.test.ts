import { describe, expect, it } from '@jest/globals'
import {
  decodeBatch,
  decodeProperties,
  decodeRecord,
  decodeRecords,
  encodeBatch,
  ipBytes,
  MessageSysFlag,
  messageBody,
  offsetMessageId,
  parseOffsetMessageId,
  parseUniqueKey,
  tagsCode,
  verifyCrc,
  writeRecord
} from '../../src/wire/index'
import { type RecordedBatchMessage, type RecordedLong, type RecordedMessage, recordedReleases, recordings } from './fixtures'
import { asRecorded, asRecordedBatchMessage } from './recorded-body'

interface RecordedRecord {
  readonly name: string
  readonly class: 'MessageDecoder' | 'MessageExtEncoder'
  readonly decoded: RecordedMessage
  readonly recordHex: string
}

interface RecordedBatch {
  readonly name: string
  readonly decoded: readonly RecordedBatchMessage[]
  readonly batchHex: string
}

interface RecordedId {
  readonly name: 'offset message id' | 'unique key'
  readonly id: string
  readonly decoded: {
    readonly addressHex: string
    readonly port: number
    readonly physicalOffset: RecordedLong
    readonly processId: number
    readonly timeDiffMs: RecordedLong
    readonly counter: number
  }
}

/** Bodies in these forms stay packed: their packers are no part of Node. */
const PACKED_OTHERWISE = ['lz4', 'zstd']

describe.each(recordedReleases)('messages as %s writes them', (release) => {
  const records = recordings<RecordedRecord>(release, 'message-records')
  const readable = records.filter(({ name }) => !PACKED_OTHERWISE.includes(name))

  it.each(readable.map((record) => [record.name, record] as const))('the record %s reads as Java reads it', (_name, record) => {
    expect(asUnpacked(asRecorded(decodeRecord(Buffer.from(record.recordHex, 'hex'))))).toEqual(asUnpacked(record.decoded))
  })

  it.each(PACKED_OTHERWISE)('a record whose body is packed by %s reads up to its body, which is refused', (name) => {
    const record = records.find((one) => one.name === name) as RecordedRecord
    const read = decodeRecord(Buffer.from(record.recordHex, 'hex'))
    expect([read.topic, read.queueOffset, read.properties.get('TAGS')]).toEqual(['orders', 42, 'created'])
    expect(() => messageBody(read)).toThrow(/compress/i)
  })

  it.each(stored(readable))('the record %s is written byte for byte from what was read of it', (_name, record) => {
    const bytes = Buffer.from(record.recordHex, 'hex')
    const read = decodeRecord(bytes)
    const target = Buffer.alloc(bytes.length)
    const content = {
      ...fieldsOf(read),
      bornHost: { host: read.bornHost, port: read.bornPort },
      storeHost: { host: read.storeHost, port: read.storePort },
      properties: read.propertiesBuffer
    }
    expect(writeRecord(target, 0, content, read)).toBe(bytes.length)
    expect(target.toString('hex')).toBe(record.recordHex)
  })

  it('all records in a row come apart again, whatever their kind', () => {
    const { records: read, error } = decodeRecords(Buffer.concat(readable.map(({ recordHex }) => Buffer.from(recordHex, 'hex'))))
    expect(error).toBeUndefined()
    expect(read.map(({ size }) => size)).toEqual(readable.map(({ decoded }) => decoded.storeSize))
  })

  it('a record that is cut anywhere is refused', () => {
    const bytes = Buffer.from((records[0] as RecordedRecord).recordHex, 'hex')
    for (let end = 0; end < bytes.length; end++) expect(() => decodeRecord(bytes.subarray(0, end))).toThrow()
  })

  it('the checksum that the store wrote is that of the stored body', () => {
    for (const { recordHex, class: writer } of records.filter(({ class: one }) => one === 'MessageExtEncoder')) {
      expect([writer, verifyCrc(decodeRecord(Buffer.from(recordHex, 'hex')))]).toEqual([writer, undefined])
    }
  })

  const batches = recordings<RecordedBatch>(release, 'message-batches')
  it.each(batches.map((batch) => [batch.name, batch] as const))(
    'the batch %s reads as Java reads it and is written back',
    (_name, batch) => {
      const read = decodeBatch(Buffer.from(batch.batchHex, 'hex'))
      expect(read.map(asRecordedBatchMessage)).toEqual(batch.decoded)
      expect(read.map(({ properties }) => decodeProperties(properties).size)).toEqual(
        batch.decoded.map(({ properties }) => Object.keys(properties).length)
      )
      expect(encodeBatch(read).toString('hex')).toBe(batch.batchHex)
    }
  )

  const ids = recordings<RecordedId>(release, 'message-ids')
  it('offset message ids say where Java says the message is, and are made the same', () => {
    for (const { id, decoded } of ids.filter(({ name }) => name === 'offset message id')) {
      const read = parseOffsetMessageId(id)
      expect([ipBytes(read.host).toString('hex'), read.port, String(read.physicalOffset)]).toEqual([
        decoded.addressHex,
        decoded.port,
        decoded.physicalOffset.$long
      ])
      expect(offsetMessageId(read.host, read.port, read.physicalOffset)).toBe(id)
    }
  })

  it('unique keys say what Java says of their maker', () => {
    for (const { id, decoded } of ids.filter(({ name }) => name === 'unique key')) {
      const { host, processId, timeDiffMs, counter } = parseUniqueKey(id) ?? { host: '' }
      const address = ipBytes(host).toString('hex')
      expect([id, address, processId, String(timeDiffMs), counter]).toEqual([
        id,
        decoded.addressHex,
        decoded.processId,
        decoded.timeDiffMs.$long,
        decoded.counter
      ])
    }
  })

  it('tags have the hash codes that Java gives them', () => {
    const tags = recordings<{ tag: string; tagsCode: number }>(release, 'tag-hash-codes')
    expect(tags.map(({ tag }) => [tag, tagsCode(tag)])).toEqual(tags.map(({ tag, tagsCode: hash }) => [tag, hash]))
  })
})

/** Java reads no body where an empty one is, and 5.5.0 clears the bit of a body that it unpacked; 4.9.7 does not. */
function asUnpacked(record: RecordedMessage): RecordedMessage {
  return { ...record, sysFlag: record.sysFlag & ~MessageSysFlag.COMPRESSED, body: record.body ?? { length: 0, hex: '' } }
}

/** What the store wrote; the message decoder's records have the checksum of the body before it was packed. */
function stored(records: readonly RecordedRecord[]): (readonly [string, RecordedRecord])[] {
  return records.filter(({ name }) => !name.startsWith('zlib')).map((record) => [record.name, record] as const)
}

function fieldsOf({
  topic,
  queueId,
  flag,
  sysFlag,
  bornTimestamp,
  reconsumeTimes,
  preparedTransactionOffset,
  body
}: ReturnType<typeof decodeRecord>) {
  return { topic, queueId, flag, sysFlag, bornTimestamp, reconsumeTimes, preparedTransactionOffset, body }
}
