import { ProtocolError } from 'net-ts-protocol-kit'
import { crc32 } from './crc'
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
  return recordSizeWith(content, content.properties.length)
}

/** As `recordSize`, when the properties will have another length. */
export function recordSizeWith(content: RecordContent, propertiesBytes: number): number {
  const topicBytes = topicText(content.topic).length
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
  const { body, properties } = content
  const bodyAt = writeHead(target, at, content, place, { size, bodyCrc: crc32(body) })
  target.set(body, bodyAt)
  const propertiesAt = writeTopic(target, bodyAt + body.length, content.topic)
  target.set(properties, writePropertiesLength(target, propertiesAt, properties.length))
  return size
}

/** What the head of a record says of the whole. */
export interface RecordSums {
  readonly size: number
  /** CRC-32 of the body. */
  readonly bodyCrc: number
}

/** All that comes before the body, its length included. Returns where the body begins. */
export function writeHead(target: Buffer, at: number, content: RecordContent, place: RecordPlace, { size, bodyCrc }: RecordSums): number {
  if (target.length - at < size) throw new ProtocolError('no room for the record', { offset: at, size, room: target.length - at })
  const bornIp = ipBytes(content.bornHost.host)
  const storeIp = ipBytes(content.storeHost.host)
  writeInt32(target, at, size)
  writeInt32(target, at + 4, topicText(content.topic).length > MAX_V1_TOPIC_BYTES ? RecordMagic.V2 : RecordMagic.V1)
  writeInt32(target, at + 8, bodyCrc & 0x7fffffff)
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
  writeInt32(target, next + 12, content.body.length)
  return next + 16
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

/** The topic and its length. Returns what is behind them. */
export function writeTopic(target: Buffer, at: number, topic: string): number {
  const bytes = topicText(topic)
  let next = at
  if (bytes.length > MAX_V1_TOPIC_BYTES) target[next++] = bytes.length >>> 8
  target[next++] = bytes.length
  for (let i = 0; i < bytes.length; i++) target[next + i] = bytes[i] as number
  return next + bytes.length
}

/** Returns where the properties begin. */
export function writePropertiesLength(target: Buffer, at: number, bytes: number): number {
  target[at] = bytes >>> 8
  target[at + 1] = bytes
  return at + 2
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
