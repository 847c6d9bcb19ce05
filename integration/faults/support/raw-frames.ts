/**
 * Frames written by hand, so that nothing of the code under test decides what an attacker can send (layout read in
 * remoting/…/protocol/RemotingCommand.java and RocketMQSerializable.java).
 */
export interface RawRequest {
  readonly code: number
  readonly fields?: Readonly<Record<string, unknown>>
  readonly body?: Buffer | string
  readonly opaque?: number
  /** 2: one-way. */
  readonly flag?: number
  /** Version ordinal; 513 is 5.5.0. */
  readonly version?: number
}

export const RESPONSE = 1
export const ONEWAY = 2
export const VERSION_5_5_0 = 513

/** A whole frame with a JSON header. */
export function jsonFrame({ code, fields = {}, body = '', opaque = 1, flag = 0, version = VERSION_5_5_0 }: RawRequest): Buffer {
  const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
  const header = { code, extFields: texts, flag, language: 'JAVA', opaque, serializeTypeCurrentRPC: 'JSON', version }
  return headerFrame(JSON.stringify(header), Buffer.from(body))
}

/** A whole frame around any header bytes; `type` 0 is JSON, 1 the binary form. */
export function headerFrame(header: Buffer | string, body: Buffer = Buffer.alloc(0), type = 0): Buffer {
  const bytes = Buffer.from(header)
  return lengthPrefixed(Buffer.concat([typedLength(type, bytes.length), bytes, body]))
}

/** Serialize type and header length in one word. */
export function typedLength(type: number, length: number): Buffer {
  const word = Buffer.alloc(4)
  word.writeUInt32BE(((type << 24) | (length & 0xff_ffff)) >>> 0)
  return word
}

export function lengthPrefixed(content: Buffer): Buffer {
  return Buffer.concat([int32(content.length), content])
}

/** Only the length of a frame. */
export function int32(value: number): Buffer {
  const word = Buffer.alloc(4)
  word.writeInt32BE(value | 0)
  return word
}

/** A binary header with its ext fields as raw bytes; lengths may lie. */
export function binaryFrame(fields: Buffer, { remarkLength = 0, fieldsLength = fields.length, code = 105 } = {}): Buffer {
  const header = Buffer.alloc(21)
  header.writeInt16BE(code, 0)
  header.writeInt16BE(VERSION_5_5_0, 3)
  header.writeInt32BE(1, 5)
  header.writeInt32BE(remarkLength, 13)
  header.writeInt32BE(fieldsLength, 17)
  return headerFrame(Buffer.concat([header, fields]), Buffer.alloc(0), 1)
}

/** One ext field of the binary form; `valueLength` may lie. */
export function binaryField(key: string, value: string, { keyLength = key.length, valueLength = value.length } = {}): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(keyLength & 0xffff)
  return Buffer.concat([head, Buffer.from(key), int32(valueLength), Buffer.from(value)])
}

/** An answer as it came. */
export interface RawAnswer {
  readonly code: number
  readonly remark: string | undefined
  readonly opaque: number
  readonly flag: number
  readonly fields: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Reads the content of a frame with a JSON header. */
export function readAnswer(content: Buffer): RawAnswer {
  const headerEnd = 4 + (content.readUInt32BE(0) & 0xff_ffff)
  const { code, remark, opaque, flag, extFields } = JSON.parse(content.toString('utf8', 4, headerEnd))
  return { code, remark: remark ?? undefined, opaque, flag, fields: extFields ?? {}, body: content.subarray(headerEnd) }
}
