import { createHash } from 'node:crypto'
import type { Message, MessageOptions } from '@rocketmq-ts/client'
import { seededRandom } from 'net-ts-protocol-kit'
import type { JavaMessage, ReceivedByJava } from './java-members'

/** What a message says, whoever sends it, and whoever shows it. */
export interface Parcel {
  /** A property that tells parcels apart. */
  readonly uid: string
  readonly body: Buffer
  readonly tag?: string
  readonly keys?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
  readonly flag?: number
}

/** The same as plain values, for comparison. */
export interface Content {
  readonly uid: string
  readonly tag: string | undefined
  readonly keys: string
  readonly properties: Readonly<Record<string, string>>
  readonly flag: number
  readonly bodyLength: number
  readonly bodySha256: string
}

const MiB = 1024 * 1024

/** Tags with one hash, texts of many scripts, and bodies around every size at which something changes. */
export function assortedParcels(): readonly Parcel[] {
  const said: Parcel[] = [
    { uid: 'plain', body: Buffer.from('hello') },
    { uid: 'Aa', tag: 'Aa', body: Buffer.from('a') },
    { uid: 'BB', tag: 'BB', body: Buffer.from('b') },
    { uid: 'chinese', tag: '订单创建', keys: ['订单-1'], properties: { 客户: '张三', 城市: '上海' }, body: Buffer.from('{"订单":"一"}') },
    { uid: 'emoji', tag: '🍣', keys: ['🍣', '👩‍👩‍👧'], properties: { '🎁': '🎉🎊', mood: '😀' }, body: Buffer.from('🍣🍱🍙') },
    {
      uid: 'escapes',
      keys: ['k"1\\'],
      properties: { quote: '"', backslash: '\\', slash: '/', tab: 'a\tb', html: '<&>' },
      body: Buffer.from([0, 1, 2])
    },
    { uid: 'many-keys', keys: Array.from({ length: 20 }, (_, index) => `key-${index}`), body: Buffer.from('k') },
    { uid: 'flag', flag: -7, body: Buffer.from('f') },
    { uid: 'long-property', properties: { long: 'x'.repeat(16 * 1024) }, body: Buffer.from('p') }
  ]
  const sizes = [1, 4095, 4096, 4097, 65_536, MiB, 4 * MiB].map((size) => ({ uid: `text-${size}`, body: textOf(size) }))
  // What zlib cannot shrink grows a little, and must still fit.
  const noise = [1, 4096, MiB, 4 * MiB - 8192].map((size) => ({ uid: `noise-${size}`, body: noiseOf(size) }))
  return [...said, ...sizes, ...noise]
}

function textOf(size: number): Buffer {
  return Buffer.alloc(size, '{"id":"o-1","客户":"张三","total":42} ')
}

function noiseOf(size: number): Buffer {
  const random = seededRandom(size)
  return Buffer.from(Uint8Array.from({ length: size }, () => Math.floor(random() * 256)))
}

export function forJava(topic: string, { uid, properties, ...rest }: Parcel): JavaMessage {
  return { topic, ...rest, properties: { ...properties, uid } }
}

export function forOurs({ uid, body: _body, properties, ...rest }: Parcel): MessageOptions {
  return { ...rest, properties: { ...properties, uid } }
}

/** What the receiver must see. */
export function contentOf({ uid, tag, keys = [], properties = {}, flag = 0, body }: Parcel): Content {
  return { uid, tag, keys: keys.join(' '), properties, flag, bodyLength: body.length, bodySha256: sha256(body) }
}

export function contentSeenByJava({ tag, keys, properties, flag, bodyLength, bodySha256 }: ReceivedByJava): Content {
  const own = ownProperties(Object.entries(properties))
  return { uid: properties['uid'] ?? '', tag: tag ?? undefined, keys: keys ?? '', properties: own, flag, bodyLength, bodySha256 }
}

export function contentSeenByUs({ tag, keys, properties, flag, body }: Message): Content {
  const own = ownProperties([...properties])
  const rest = { flag, bodyLength: body.length, bodySha256: sha256(body) }
  return { uid: properties.get('uid') ?? '', tag, keys: keys.join(' '), properties: own, ...rest }
}

/** What a client or a broker adds is in capitals; what a test adds has its own meaning. */
function ownProperties(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.filter(([name]) => name !== 'uid' && !/^[A-Z_]+$/.test(name)))
}

export function byUid(contents: readonly Content[]): readonly Content[] {
  return [...contents].sort((a, b) => (a.uid < b.uid ? -1 : 1))
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
