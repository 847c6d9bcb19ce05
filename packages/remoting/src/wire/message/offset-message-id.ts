import { ProtocolError } from 'net-ts-protocol-kit'
import { type HostAddress, ipBytes, ipText } from './host-address'
import { isPosition, readInt64, writeInt64 } from './integers'

/** Where a message is stored: what an offset message id says. */
export interface OffsetMessageId extends HostAddress {
  readonly physicalOffset: number
}

/**
 * The id that brokers give a stored message: store host, port and commit log offset as upper-case hex, 32 characters for
 * IPv4 and 56 for IPv6 (read in common/…/message/MessageDecoder.java).
 *
 * @throws ProtocolError when the host is no IP address.
 */
export function offsetMessageId(host: string, port: number, physicalOffset: number): string {
  const ip = ipBytes(host)
  const bytes = Buffer.alloc(ip.length + 12)
  ip.copy(bytes)
  bytes.writeInt32BE(port | 0, ip.length)
  writeInt64(bytes, ip.length + 4, physicalOffset)
  return bytes.toString('hex').toUpperCase()
}

/**
 * Reads an offset message id. Whoever connects to the address in it must first know it as a broker's.
 *
 * @throws ProtocolError when the text is no such id.
 */
export function parseOffsetMessageId(id: string): OffsetMessageId {
  if ((id.length !== 32 && id.length !== 56) || !/^[0-9a-fA-F]+$/.test(id)) {
    throw new ProtocolError('not an offset message id: 32 or 56 hex digits are', { field: 'msgId', value: id.slice(0, 64) })
  }
  const bytes = Buffer.from(id, 'hex')
  const ipLength = bytes.length - 12
  const port = bytes.readInt32BE(ipLength)
  if (port < 0 || port > 65535) throw new ProtocolError('offset message id has an impossible port', { field: 'port', value: port })
  if (!isPosition(bytes, ipLength + 4))
    throw new ProtocolError('offset message id has an impossible offset', { field: 'physicalOffset', value: id })
  return { host: ipText(bytes, 0, ipLength), port, physicalOffset: readInt64(bytes, ipLength + 4) }
}
