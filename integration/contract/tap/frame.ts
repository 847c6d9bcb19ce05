/**
 * One remoting command as it is on the wire. The tap reads and writes frames with this file alone, so that what it counts and
 * breaks does not depend on the code under test (layouts read in remoting/…/protocol/RemotingCommand.java and
 * RocketMQSerializable.java).
 */
export interface Frame {
  readonly encoding: 'json' | 'binary'
  readonly code: number
  readonly language: string | number
  readonly version: number
  readonly opaque: number
  readonly flag: number
  readonly remark: string | undefined
  readonly fields: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Codes that rows, rules and counters speak of. */
export const Code = {
  PULL_MESSAGE: 11,
  QUERY_MESSAGE: 12,
  QUERY_CONSUMER_OFFSET: 14,
  UPDATE_CONSUMER_OFFSET: 15,
  UPDATE_AND_CREATE_TOPIC: 17,
  SEARCH_OFFSET_BY_TIMESTAMP: 29,
  GET_MAX_OFFSET: 30,
  GET_MIN_OFFSET: 31,
  VIEW_MESSAGE_BY_ID: 33,
  HEART_BEAT: 34,
  CONSUMER_SEND_MSG_BACK: 36,
  GET_CONSUMER_LIST_BY_GROUP: 38,
  NOTIFY_CONSUMER_IDS_CHANGED: 40,
  GET_ROUTEINFO_BY_TOPIC: 105,
  SEND_MESSAGE: 10,
  SEND_MESSAGE_V2: 310,
  SEND_BATCH_MESSAGE: 320
} as const

export const Answer = { SUCCESS: 0, SYSTEM_ERROR: 1, PULL_NOT_FOUND: 19, PULL_RETRY_IMMEDIATELY: 20, QUERY_NOT_FOUND: 22 } as const

export const isAnswer = (frame: Frame): boolean => (frame.flag & 1) !== 0
export const isOneway = (frame: Frame): boolean => (frame.flag & 2) !== 0

/** An answer to a request, as a broker would give it. */
export function answerTo(request: Frame, code: number, fields: Readonly<Record<string, string>> = {}, body = Buffer.alloc(0)): Frame {
  return { ...request, code, fields, body, remark: undefined, flag: 1, language: request.encoding === 'json' ? 'JAVA' : 0 }
}

/** Reads one whole frame, its length field included. */
export function decodeFrame(bytes: Buffer): Frame {
  const word = bytes.readUInt32BE(4)
  const headerEnd = 8 + (word & 0xffffff)
  const header = bytes.subarray(8, headerEnd)
  const body = bytes.subarray(headerEnd)
  return word >>> 24 === 0 ? jsonFrame(header, body) : binaryFrame(header, body)
}

/** Writes a frame in its own encoding. */
export function encodeFrame(frame: Frame): Buffer {
  const header = frame.encoding === 'json' ? jsonHeader(frame) : binaryHeader(frame)
  const start = Buffer.alloc(8)
  start.writeUInt32BE(4 + header.length + frame.body.length, 0)
  start.writeUInt32BE(header.length + (frame.encoding === 'json' ? 0 : 1 << 24), 4)
  return Buffer.concat([start, header, frame.body])
}

function jsonFrame(header: Buffer, body: Buffer): Frame {
  const { code, language, version, opaque, flag, remark, extFields } = JSON.parse(header.toString('utf8'))
  const fields = Object.fromEntries(Object.entries(extFields ?? {}).map(([name, value]) => [name, String(value)]))
  return { encoding: 'json', code, language, version, opaque, flag, remark: remark ?? undefined, fields, body }
}

function jsonHeader({ code, language, version, opaque, flag, remark, fields }: Frame): Buffer {
  return Buffer.from(
    JSON.stringify({ code, language, version, opaque, flag, remark, extFields: fields, serializeTypeCurrentRPC: 'JSON' }),
    'utf8'
  )
}

function binaryFrame(header: Buffer, body: Buffer): Frame {
  const remarkEnd = 17 + header.readInt32BE(13)
  const fields: Record<string, string> = {}
  for (let at = remarkEnd + 4; at < remarkEnd + 4 + header.readInt32BE(remarkEnd); ) {
    const keyEnd = at + 2 + header.readInt16BE(at)
    const valueEnd = keyEnd + 4 + header.readInt32BE(keyEnd)
    fields[header.toString('utf8', at + 2, keyEnd)] = header.toString('utf8', keyEnd + 4, valueEnd)
    at = valueEnd
  }
  return {
    encoding: 'binary',
    code: header.readInt16BE(0),
    language: header.readUInt8(2),
    version: header.readInt16BE(3),
    opaque: header.readInt32BE(5),
    flag: header.readInt32BE(9),
    remark: remarkEnd === 17 ? undefined : header.toString('utf8', 17, remarkEnd),
    fields,
    body
  }
}

function binaryHeader({ code, language, version, opaque, flag, remark, fields }: Frame): Buffer {
  const start = Buffer.alloc(13)
  start.writeInt16BE(code, 0)
  start.writeUInt8(Number(language), 2)
  start.writeInt16BE(version, 3)
  start.writeInt32BE(opaque, 5)
  start.writeInt32BE(flag, 9)
  const entries = Object.entries(fields).flatMap(([name, value]) => [sized(name, 2), sized(value, 4)])
  return Buffer.concat([start, sized(remark ?? '', 4), sized(Buffer.concat(entries), 4)])
}

function sized(value: string | Buffer, lengthBytes: 2 | 4): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(bytes.length, 0, lengthBytes)
  return Buffer.concat([length, bytes])
}
