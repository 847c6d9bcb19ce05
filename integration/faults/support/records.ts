import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

interface Recorded {
  readonly records: ReadonlyArray<{ readonly name: string; readonly recordHex: string }>
}

const fixture = join(__dirname, '..', '..', '..', 'fixtures', '5.5.0', 'message-records.json')
const { records } = JSON.parse(readFileSync(fixture, 'utf8')) as Recorded

/** A message of the topic `orders` as 5.5.0 has written it, with IPv4 hosts. */
const official = Buffer.from(records.find(({ name }) => name === 'hosts-v4-v4')?.recordHex ?? '', 'hex')

/** Places in a record (layout read in common/…/message/MessageDecoder.java). */
export const RecordAt = { TOTAL: 0, MAGIC: 4, CRC: 8, QUEUE_OFFSET: 20, SYS_FLAG: 36, BODY_LENGTH: 84, BODY: 88 } as const

export const COMPRESSED_BY_ZLIB = 0x301

/** The official record with another body at another offset: its lengths and checksum are those of that body. */
export function recordAt(queueOffset: number, body: Buffer | string, sysFlag = 0): Buffer {
  const bytes = Buffer.from(body)
  const tail = official.subarray(RecordAt.BODY + official.readInt32BE(RecordAt.BODY_LENGTH))
  const record = Buffer.concat([official.subarray(0, RecordAt.BODY), bytes, tail])
  record.writeInt32BE(record.length, RecordAt.TOTAL)
  record.writeInt32BE(crc32(bytes) & 0x7fff_ffff, RecordAt.CRC)
  record.writeInt32BE(0, 12)
  record.writeBigInt64BE(BigInt(queueOffset), RecordAt.QUEUE_OFFSET)
  record.writeInt32BE(sysFlag, RecordAt.SYS_FLAG)
  record.writeInt32BE(bytes.length, RecordAt.BODY_LENGTH)
  return record
}

/** A record with one int32 overwritten. */
export function withInt32(record: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(record)
  changed.writeInt32BE(value | 0, at)
  return changed
}
