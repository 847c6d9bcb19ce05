import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  decodeBatch,
  decodeProperties,
  decodeRecord,
  decodeRecords,
  encodeBatch,
  ipBytes,
  loadCompression,
  MessageSysFlag,
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

beforeAll(async () => {
  await loadCompression('zstd')
})

describe.each(recordedReleases)('messages as %s writes them', (release) => {
  const records = recordings<RecordedRecord>(release, 'message-records')

  it.each(records.map((record) => [record.name, record] as const))('the record %s reads as Java reads it', (_name, record) => {
    expect(asUnpacked(asRecorded(decodeRecord(Buffer.from(record.recordHex, 'hex'))))).toEqual(asUnpacked(record.decoded))
  })

  it.each(stored(records))('the record %s is written byte for byte from what was read of it', (_name, record) => {
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
    const { records: read, error } = decodeRecords(Buffer.concat(records.map(({ recordHex }) => Buffer.from(recordHex, 'hex'))))
    expect(error).toBeUndefined()
    expect(read.map(({ size }) => size)).toEqual(records.map(({ decoded }) => decoded.storeSize))
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
  return records.filter(({ name }) => !/^(zlib|lz4|zstd)/.test(name)).map((record) => [record.name, record] as const)
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
