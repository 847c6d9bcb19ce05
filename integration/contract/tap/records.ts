import { crc32 } from 'node:zlib'

/**
 * Message records in the body of a pull answer, as far as faults need them: cutting them apart and changing bytes in place
 * (layout read in common/…/message/MessageDecoder.java).
 */
export function cutRecords(body: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at + 4 <= body.length; at += body.readInt32BE(at))
    records.push(Buffer.from(body.subarray(at, at + body.readInt32BE(at))))
  return records
}

/** Where a record's body and properties lie. Hosts are IPv4 here, and topics short. */
function layout(record: Buffer): { readonly bodyAt: number; readonly bodyEnd: number; readonly propertiesAt: number } {
  const bodyAt = 88
  const bodyEnd = bodyAt + record.readInt32BE(84)
  return { bodyAt, bodyEnd, propertiesAt: bodyEnd + 1 + record.readInt8(bodyEnd) + 2 }
}

/** Where the value of a property begins, or −1. The last property may lack its separator. */
function valueAt(record: Buffer, name: string, value: string): number {
  const { propertiesAt } = layout(record)
  const properties = `\x02${record.toString('latin1', propertiesAt)}\x02`
  const at = properties.indexOf(`\x02${name}\x01${Buffer.from(value).toString('latin1')}\x02`)
  return at < 0 ? -1 : propertiesAt + at + name.length + 1
}

export function hasProperty(record: Buffer, name: string, value: string): boolean {
  return valueAt(record, name, value) >= 0
}

/** Replaces a property's value by one of as many bytes. */
export function withProperty(record: Buffer, name: string, value: string, other: string): Buffer {
  const at = valueAt(record, name, value)
  if (at < 0 || Buffer.byteLength(other) !== Buffer.byteLength(value)) return record
  const changed = Buffer.from(record)
  changed.write(other, at)
  return changed
}

/** Changes a byte of the body and makes the checksum fit, so that only whole equality can notice. */
export function withOtherBody(record: Buffer): Buffer {
  const changed = Buffer.from(record)
  const { bodyAt, bodyEnd } = layout(changed)
  const middle = bodyAt + ((bodyEnd - bodyAt) >> 1)
  changed[middle] = (changed[middle] ?? 0) ^ 1
  changed.writeInt32BE(crc32(changed.subarray(bodyAt, bodyEnd)) & 0x7fffffff, 8)
  return changed
}

/** How often the record says that its message was already tried. */
export function reconsumeTimesOf(record: Buffer): number {
  return record.readInt32BE(72)
}

export function withReconsumeTimes(record: Buffer, times: number): Buffer {
  const changed = Buffer.from(record)
  changed.writeInt32BE(times, 72)
  return changed
}
