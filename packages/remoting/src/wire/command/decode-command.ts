import { ProtocolError } from 'net-ts-protocol-kit'
import { LanguageCode } from '../generated/peers'
import { internedText } from '../interned'
import { CommandFlag, type CommandLimits, type RemotingCommand, type SerializeType } from './command'
import { fieldIndex } from './field-index'
import { fieldText, unescapeText } from './json-text'
import { type ResolvedCommandLimits, resolveLimits } from './limits'
import { type ReadHead, readJsonHead } from './read-json-head'
import { binaryFieldsStart, int32, REMARK_LENGTH_AT, scanBinaryFields } from './scan-binary'
import { jsonHead, rescanJsonFields, scanJsonHead } from './scan-json'

/**
 * Reads a command from a frame without its length word. The whole header is checked here, its ext fields are read when asked for; the body is
 * a view into the frame.
 *
 * Throws a `ProtocolError`, and nothing else: the frame is broken and its connection of no more use.
 * Read in remoting/…/protocol/RemotingCommand.java and RocketMQSerializable.java.
 */
export function decodeCommand(frame: Buffer, limits?: CommandLimits): RemotingCommand {
  const resolved = resolveLimits(limits)
  const headerEnd = headerEndOf(frame, resolved)
  const type = frame[0]
  if (type === JSON_TYPE) return decodeJson(frame, headerEnd, resolved)
  if (type === BINARY_TYPE) return decodeBinary(frame, headerEnd, resolved)
  throw new ProtocolError(`unknown serialize type ${type}`, { offset: 0, field: 'serializeType' })
}

const JSON_TYPE = 0
const BINARY_TYPE = 1
const HEADER_START = 4
const EMPTY = Buffer.alloc(0)

function headerEndOf(frame: Buffer, limits: ResolvedCommandLimits): number {
  if (frame.length < HEADER_START) throw new ProtocolError('frame is too short for a header', { offset: 0, frameBytes: frame.length })
  const headerBytes = int32(frame, 0) & 0xffffff
  if (headerBytes > frame.length - HEADER_START) {
    throw new ProtocolError('header is longer than its frame', { offset: 0, headerBytes, frameBytes: frame.length })
  }
  if (headerBytes > limits.maxHeaderBytes + Math.max(limits.maxPropertiesBytes, limits.maxBatchIdsBytes)) {
    throw new ProtocolError('header is too long', { headerBytes, limit: limits.maxHeaderBytes })
  }
  return HEADER_START + headerBytes
}

function decodeBinary(frame: Buffer, headerEnd: number, limits: ResolvedCommandLimits): RemotingCommand {
  const fieldsStart = binaryFieldsStart(frame, headerEnd)
  scanBinaryFields(frame, fieldsStart, headerEnd, limits)
  fieldIndex.checkTotal(headerEnd - HEADER_START, limits)
  const remarkEnd = fieldsStart - 4
  return new ScannedCommand(
    (int32(frame, 2) << 16) >> 16,
    languageName(frame[6] as number),
    (((frame[7] as number) << 24) >> 16) | (frame[8] as number),
    int32(frame, 9),
    int32(frame, 13),
    remarkEnd === REMARK_LENGTH_AT + 4 ? undefined : internedText(frame, REMARK_LENGTH_AT + 4, remarkEnd),
    'ROCKETMQ',
    frame,
    fieldsStart === headerEnd ? -1 : fieldsStart,
    headerEnd,
    limits
  )
}

function decodeJson(frame: Buffer, headerEnd: number, limits: ResolvedCommandLimits): RemotingCommand {
  if (!scanJsonHead(frame, HEADER_START, headerEnd, limits)) return decodeOtherJson(frame, headerEnd, limits)
  fieldIndex.checkTotal(headerEnd - HEADER_START, limits)
  const { remarkStart, remarkEnd } = jsonHead
  return new ScannedCommand(
    jsonHead.code,
    internedText(frame, jsonHead.languageStart, jsonHead.languageEnd),
    jsonHead.version,
    jsonHead.opaque,
    jsonHead.flag,
    remarkStart < 0
      ? undefined
      : jsonHead.remarkEscaped === 0
        ? internedText(frame, remarkStart, remarkEnd)
        : unescapeText(frame, remarkStart, remarkEnd),
    'JSON',
    frame,
    jsonHead.fieldsStart,
    headerEnd,
    limits
  )
}

/** What the scan leaves over: rare, and read plainly. */
export function decodeOtherJson(frame: Buffer, headerEnd: number, limits: ResolvedCommandLimits): RemotingCommand {
  return new ReadCommand(readJsonHead(frame.toString('utf8', HEADER_START, headerEnd), limits), bodyOf(frame, headerEnd))
}

function bodyOf(frame: Buffer, headerEnd: number): Buffer {
  return headerEnd === frame.length ? EMPTY : frame.subarray(headerEnd)
}

const languageNames: readonly string[] = Object.entries(LanguageCode).reduce<string[]>((names, [name, code]) => {
  names[code] = name
  return names
}, [])

function languageName(code: number): string | number {
  return languageNames[code] ?? code
}

/** A command that still knows where its ext fields lie in its frame. */
export class ScannedCommand implements RemotingCommand {
  readonly code: number
  readonly language: string | number
  readonly version: number
  readonly opaque: number
  readonly flag: number
  readonly remark: string | undefined
  readonly serializeType: SerializeType
  readonly #frame: Buffer
  readonly #fieldsStart: number
  readonly #headerEnd: number
  readonly #limits: ResolvedCommandLimits
  #stamp: number
  #fields: ReadonlyMap<string, string> | undefined
  #body: Buffer | undefined

  constructor(
    code: number,
    language: string | number,
    version: number,
    opaque: number,
    flag: number,
    remark: string | undefined,
    serializeType: SerializeType,
    frame: Buffer,
    fieldsStart: number,
    headerEnd: number,
    limits: ResolvedCommandLimits
  ) {
    this.code = code
    this.language = language
    this.version = version
    this.opaque = opaque
    this.flag = flag
    this.remark = remark
    this.serializeType = serializeType
    this.#frame = frame
    this.#fieldsStart = fieldsStart
    this.#headerEnd = headerEnd
    this.#limits = limits
    this.#stamp = fieldIndex.stamp
  }

  get isResponse(): boolean {
    return (this.flag & CommandFlag.RESPONSE) !== 0
  }

  get isOneway(): boolean {
    return (this.flag & CommandFlag.ONEWAY) !== 0
  }

  get body(): Buffer {
    this.#body ??= bodyOf(this.#frame, this.#headerEnd)
    return this.#body
  }

  get fields(): ReadonlyMap<string, string> | undefined {
    if (this.#fieldsStart < 0) return undefined
    this.#fields ??= this.#readFields()
    return this.#fields
  }

  /** Makes the field index that of this command; the frame that its spans point into. */
  index(): Buffer {
    if (this.#stamp !== fieldIndex.stamp) this.#scanAgain()
    return this.#frame
  }

  #scanAgain(): void {
    const [frame, start, end] = [this.#frame, this.#fieldsStart, this.#headerEnd]
    if (start < 0) fieldIndex.clear()
    else if (this.serializeType === 'JSON') rescanJsonFields(frame, start, end, this.#limits)
    else scanBinaryFields(frame, start, end, this.#limits)
    this.#stamp = fieldIndex.stamp
  }

  #readFields(): ReadonlyMap<string, string> {
    const frame = this.index()
    const fields = new Map<string, string>()
    const spans = fieldIndex.spans
    for (let place = 0; place < fieldIndex.count * 4; place += 4) {
      const key = internedText(frame, spans[place] as number, spans[place + 1] as number)
      fields.set(key, fieldText(frame, spans[place + 2] as number, spans[place + 3] as number))
    }
    return fields
  }
}

class ReadCommand implements RemotingCommand {
  readonly code: number
  readonly language: string | number
  readonly version: number
  readonly opaque: number
  readonly flag: number
  readonly remark: string | undefined
  readonly fields: ReadonlyMap<string, string> | undefined
  readonly body: Buffer
  readonly serializeType = 'JSON'

  constructor(head: ReadHead, body: Buffer) {
    this.code = head.code
    this.language = head.language
    this.version = head.version
    this.opaque = head.opaque
    this.flag = head.flag
    this.remark = head.remark
    this.fields = head.fields
    this.body = body
  }

  get isResponse(): boolean {
    return (this.flag & CommandFlag.RESPONSE) !== 0
  }

  get isOneway(): boolean {
    return (this.flag & CommandFlag.ONEWAY) !== 0
  }
}
