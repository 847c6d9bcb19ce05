import { ProtocolError } from 'net-ts-protocol-kit'

/** An IP address as text and a port: who sent a message, or which broker stored it. */
export interface HostAddress {
  /** IPv4 or IPv6 text. A host name has no place in a record. */
  readonly host: string
  readonly port: number
}

/** Parsed addresses kept; a broker sees its own and those of its clients again and again. */
const MAX_KNOWN = 4096
const MAX_KNOWN_LENGTH = 64
const known = new Map<string, Buffer>()

/**
 * The 4 or 16 bytes of an IP address. IPv4 mapped into IPv6 (`::ffff:1.2.3.4`) counts as IPv4, as in Java's
 * `InetAddress.getByAddress`; a zone (`%eth0`) is dropped. The answer is shared: do not write into it.
 *
 * @throws ProtocolError when the text is no IP address.
 */
export function ipBytes(host: string): Buffer {
  const found = known.get(host)
  if (found !== undefined) return found
  const parsed = parseIp(host)
  if (parsed === undefined) throw new ProtocolError('not an IP address', { field: 'host', value: host.slice(0, 64) })
  if (host.length > MAX_KNOWN_LENGTH) return parsed
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(host, parsed)
  return parsed
}

/** The text of `length` (4 or 16) address bytes at `at`: dotted for IPv4, RFC 5952 for IPv6. */
export function ipText(bytes: Uint8Array, at: number, length: number): string {
  if (length === 4) return ipv4Text(bytes, at)
  if (isMappedIpv4(bytes, at)) return ipv4Text(bytes, at + 12)
  return ipv6Text(bytes, at)
}

function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

function isMappedIpv4(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== 0) return false
  return bytes[at + 10] === 0xff && bytes[at + 11] === 0xff
}

function ipv6Text(bytes: Uint8Array, at: number): string {
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[at + i] ?? 0) << 8) | (bytes[at + i + 1] ?? 0))
  const zeros = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (zeros.length < 2) return hex.join(':')
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (end < groups.length && groups[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
  }
  return best
}

function parseIp(host: string): Buffer | undefined {
  if (!host.includes(':')) return parseIpv4(host)
  const zone = host.indexOf('%')
  const parsed = parseIpv6(zone < 0 ? host : host.slice(0, zone))
  return parsed !== undefined && isMappedIpv4(parsed, 0) ? parsed.subarray(12) : parsed
}

function parseIpv4(text: string): Buffer | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const bytes = Buffer.alloc(4)
  for (const [i, part] of parts.entries()) {
    const value = digits(part, 10, 3)
    if (value === undefined || value > 255) return undefined
    bytes[i] = value
  }
  return bytes
}

function parseIpv6(text: string): Buffer | undefined {
  const gap = text.indexOf('::')
  if (gap >= 0 && text.indexOf('::', gap + 1) >= 0) return undefined
  const head = parseGroups(gap < 0 ? text : text.slice(0, gap), gap < 0)
  const tail = gap < 0 ? [] : parseGroups(text.slice(gap + 2), true)
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  if (gap < 0 ? missing !== 0 : missing < 2) return undefined
  return Buffer.from([...head, ...new Array<number>(missing).fill(0), ...tail])
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  const bytes: number[] = []
  if (text === '') return bytes
  const groups = text.split(':')
  for (const [i, group] of groups.entries()) {
    if (mayEndInIpv4 && i === groups.length - 1 && group.includes('.')) {
      const ipv4 = parseIpv4(group)
      return ipv4 === undefined ? undefined : [...bytes, ...ipv4]
    }
    const value = digits(group, 16, 4)
    if (value === undefined) return undefined
    bytes.push(value >> 8, value & 0xff)
  }
  return bytes
}

function digits(text: string, radix: number, maxLength: number): number | undefined {
  if (text.length === 0 || text.length > maxLength) return undefined
  let value = 0
  for (const char of text) {
    const digit = Number.parseInt(char, radix)
    if (Number.isNaN(digit)) return undefined
    value = value * radix + digit
  }
  return value
}
