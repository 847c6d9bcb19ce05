import { ProtocolError } from 'net-ts-protocol-kit'
import { bodyCrc } from './crc'
import { type HostAddress, ipBytes } from './host-address'
import { writeInt64 } from './int64'
import { MAX_PROPERTIES_BYTES, MAX_V1_TOPIC_BYTES, MIN_RECORD_BYTES, RecordMagic } from './record-layout'
import { MessageSysFlag } from './sys-flags'

/** What a record says that is known before it has a place. */
export interface RecordContent {
  readonly topic: string
  readonly queueId: number
  /** The sender's own int32. */
  readonly flag: number
  /** Bits of `MessageSysFlag`; the two that tell the lengths of the hosts are set from the hosts. */
  readonly sysFlag: number
  /** Milliseconds. */
  readonly bornTimestamp: number
  readonly bornHost: HostAddress
  readonly storeHost: HostAddress
  readonly reconsumeTimes: number
  readonly preparedTransactionOffset: number
  /** As it is to be stored, maybe compressed. */
  readonly body: Buffer
  /** Encoded properties, at most 32,767 bytes. */
  readonly properties: Buffer
}

/** Where and when a record is stored. */
export interface RecordPlace {
  readonly queueOffset: number
  readonly physicalOffset: number
  /** Milliseconds. */
  readonly storeTimestamp: number
}

const MAX_TOPIC_BYTES = 32767

/**
 * Bytes that `writeRecord` will write for it.
 *
 * @throws ProtocolError when topic or properties do not fit their length fields, or a host is no IP address.
 */
export function recordSize(content: RecordContent): number {
  const topicBytes = Buffer.byteLength(content.topic)
  if (topicBytes > MAX_TOPIC_BYTES) throw tooLong('topic', topicBytes, MAX_TOPIC_BYTES)
  const propertiesBytes = content.properties.length
  if (propertiesBytes > MAX_PROPERTIES_BYTES) throw tooLong('properties', propertiesBytes, MAX_PROPERTIES_BYTES)
  const hosts = ipBytes(content.bornHost.host).length + ipBytes(content.storeHost.host).length - 8
  const topicLengthSize = topicBytes > MAX_V1_TOPIC_BYTES ? 1 : 0
  return MIN_RECORD_BYTES + hosts + topicLengthSize + topicBytes + content.body.length + propertiesBytes
}

/**
 * Writes a record in commit log layout at `at` and returns its size. `size` spares measuring again who has asked
 * `recordSize` (read in store/…/MessageExtEncoder.java).
 *
 * @throws ProtocolError as `recordSize`, or when `target` is too small.
 */
export function writeRecord(target: Buffer, at: number, content: RecordContent, place: RecordPlace, size = recordSize(content)): number {
  if (target.length - at < size) throw new ProtocolError('no room for the record', { offset: at, size, room: target.length - at })
  const bornIp = ipBytes(content.bornHost.host)
  const storeIp = ipBytes(content.storeHost.host)
  const topicBytes = Buffer.byteLength(content.topic)
  target.writeInt32BE(size, at)
  target.writeInt32BE(topicBytes > MAX_V1_TOPIC_BYTES ? RecordMagic.V2 : RecordMagic.V1, at + 4)
  target.writeInt32BE(bodyCrc(content.body), at + 8)
  target.writeInt32BE(content.queueId, at + 12)
  target.writeInt32BE(content.flag | 0, at + 16)
  writeInt64(target, at + 20, place.queueOffset)
  writeInt64(target, at + 28, place.physicalOffset)
  target.writeInt32BE(hostFlags(content.sysFlag, bornIp, storeIp), at + 36)
  writeInt64(target, at + 40, content.bornTimestamp)
  let next = writeHost(target, at + 48, bornIp, content.bornHost.port)
  writeInt64(target, next, place.storeTimestamp)
  next = writeHost(target, next + 8, storeIp, content.storeHost.port)
  target.writeInt32BE(content.reconsumeTimes, next)
  writeInt64(target, next + 4, content.preparedTransactionOffset)
  writeVariablePart(target, next + 12, content, topicBytes)
  return size
}

function hostFlags(sysFlag: number, bornIp: Buffer, storeIp: Buffer): number {
  const others = sysFlag & ~(MessageSysFlag.BORN_HOST_V6 | MessageSysFlag.STORE_HOST_V6)
  return others | (bornIp.length === 16 ? MessageSysFlag.BORN_HOST_V6 : 0) | (storeIp.length === 16 ? MessageSysFlag.STORE_HOST_V6 : 0)
}

function writeHost(target: Buffer, at: number, ip: Buffer, port: number): number {
  for (let i = 0; i < ip.length; i++) target[at + i] = ip[i] as number
  target.writeInt32BE(port, at + ip.length)
  return at + ip.length + 4
}

function writeVariablePart(target: Buffer, at: number, content: RecordContent, topicBytes: number): void {
  target.writeInt32BE(content.body.length, at)
  let next = at + 4 + content.body.copy(target, at + 4)
  if (topicBytes > MAX_V1_TOPIC_BYTES) next = target.writeInt16BE(topicBytes, next)
  else next = target.writeInt8(topicBytes, next)
  next += target.write(content.topic, next, 'utf8')
  next = target.writeInt16BE(content.properties.length, next)
  content.properties.copy(target, next)
}

function tooLong(field: string, bytes: number, maxBytes: number): ProtocolError {
  return new ProtocolError(`${field} do not fit a record`, { field, bytes, maxBytes })
}
