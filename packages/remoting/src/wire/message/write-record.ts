import { ProtocolError } from 'net-ts-protocol-kit'
import { bodyCrc } from './crc'
import { type HostAddress, ipBytes } from './host-address'
import { writeInt32, writeInt64 } from './integers'
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
  const topicBytes = topicText(content.topic).length
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
  const topic = topicText(content.topic)
  writeInt32(target, at, size)
  writeInt32(target, at + 4, topic.length > MAX_V1_TOPIC_BYTES ? RecordMagic.V2 : RecordMagic.V1)
  writeInt32(target, at + 8, bodyCrc(content.body))
  writeInt32(target, at + 12, content.queueId)
  writeInt32(target, at + 16, content.flag)
  writeInt64(target, at + 20, place.queueOffset)
  writeInt64(target, at + 28, place.physicalOffset)
  writeInt32(target, at + 36, hostFlags(content.sysFlag, bornIp, storeIp))
  writeInt64(target, at + 40, content.bornTimestamp)
  let next = writeHost(target, at + 48, bornIp, content.bornHost.port)
  writeInt64(target, next, place.storeTimestamp)
  next = writeHost(target, next + 8, storeIp, content.storeHost.port)
  writeInt32(target, next, content.reconsumeTimes)
  writeInt64(target, next + 4, content.preparedTransactionOffset)
  writeVariablePart(target, next + 12, content, topic)
  return size
}

function hostFlags(sysFlag: number, bornIp: Buffer, storeIp: Buffer): number {
  const others = sysFlag & ~(MessageSysFlag.BORN_HOST_V6 | MessageSysFlag.STORE_HOST_V6)
  return others | (bornIp.length === 16 ? MessageSysFlag.BORN_HOST_V6 : 0) | (storeIp.length === 16 ? MessageSysFlag.STORE_HOST_V6 : 0)
}

function writeHost(target: Buffer, at: number, ip: Buffer, port: number): number {
  for (let i = 0; i < ip.length; i++) target[at + i] = ip[i] as number
  writeInt32(target, at + ip.length, port)
  return at + ip.length + 4
}

function writeVariablePart(target: Buffer, at: number, content: RecordContent, topic: Buffer): void {
  writeInt32(target, at, content.body.length)
  let next = at + 4 + content.body.copy(target, at + 4)
  if (topic.length > MAX_V1_TOPIC_BYTES) target[next++] = topic.length >>> 8
  target[next++] = topic.length
  next += topic.copy(target, next)
  target[next++] = content.properties.length >>> 8
  target[next++] = content.properties.length
  content.properties.copy(target, next)
}

/** Encoded topics kept: a broker writes the same few again and again. */
const MAX_KNOWN = 4096
const MAX_KNOWN_TOPIC_BYTES = 255
const known = new Map<string, Buffer>()

function topicText(topic: string): Buffer {
  const found = known.get(topic)
  if (found !== undefined) return found
  const bytes = Buffer.from(topic)
  if (bytes.length > MAX_TOPIC_BYTES) throw tooLong('topic', bytes.length, MAX_TOPIC_BYTES)
  if (bytes.length > MAX_KNOWN_TOPIC_BYTES) return bytes
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(topic, bytes)
  return bytes
}

function tooLong(field: string, bytes: number, maxBytes: number): ProtocolError {
  return new ProtocolError(`${field} do not fit a record`, { field, bytes, maxBytes })
}
