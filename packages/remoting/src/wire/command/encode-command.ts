import { LanguageCode, ReleaseVersion } from '../generated/peers'
import { headerFields, measureFields, writeBinaryFields, writeJsonFields } from '../header/write-header'
import { putBytes, putInt32, putInteger, putJsonText, putText, textBound } from '../put-bytes'
import { MAX_BINARY_CODE, type OutgoingCommand } from './command'

const EMPTY = Buffer.alloc(0)
/** Length word and header length. */
const PREFIX_BYTES = 8
/** Fixed members of a JSON header with the longest numbers; more than the binary form takes. */
const HEAD_BYTES = 200

/** An upper bound of the bytes of a whole frame: what {@link writeCommand} needs behind its offset. */
export function measureCommand(command: OutgoingCommand): number {
  return measureHead(command) + (command.body?.length ?? 0)
}

/** An upper bound of a frame without its body. */
export function measureHead(command: OutgoingCommand): number {
  const { remark, language, fields, table, header } = command
  let bytes = PREFIX_BYTES + HEAD_BYTES
  if (remark !== undefined) bytes += textBound(remark)
  if (typeof language === 'string') bytes += textBound(language)
  if (table !== undefined && header !== undefined) bytes += measureHeader(table, header)
  return fields === undefined ? bytes : bytes + measureFields(fields)
}

function measureHeader(table: NonNullable<OutgoingCommand['table']>, header: object): number {
  return table.hot === undefined ? measureFields(headerFields(table, header)) : table.hot.measure(header)
}

/**
 * Writes a whole frame, length word first, straight into `target`; returns where it ends. `target` must have {@link measureCommand} bytes
 * behind `offset`.
 *
 * A code that does not fit the binary header is written as JSON. Throws a `HeaderFieldError` for a header without a required field and a
 * `RangeError` for a target that is too small; the target holds nothing of use then.
 */
export function writeCommand(target: Buffer, offset: number, command: OutgoingCommand): number {
  const body = command.body ?? EMPTY
  const at = writeHead(target, offset, command, body.length)
  if (target.length - at < body.length) throw new RangeError('the target is too small')
  target.set(body, at)
  return at + body.length
}

/** {@link writeCommand} up to the body, of which only the length is needed: for bodies that are sent by reference. */
export function writeHead(target: Buffer, offset: number, command: OutgoingCommand, bodyBytes: number): number {
  const binary = command.serializeType === 'ROCKETMQ' && fitsBinary(command)
  const start = offset + PREFIX_BYTES
  const end = binary ? writeBinaryHead(target, start, command) : writeJsonHead(target, start, command)
  if (end > target.length) throw new RangeError('the target is too small')
  putInt32(target, offset, end - offset - 4 + bodyBytes)
  putInt32(target, offset + 4, ((binary ? 1 : 0) << 24) | (end - start))
  return end
}

/** A whole frame as a buffer of its own, with its length word. */
export function encodeCommand(command: OutgoingCommand): Buffer {
  const target = Buffer.allocUnsafe(measureCommand(command))
  return target.subarray(0, writeCommand(target, 0, command))
}

function fitsBinary(command: OutgoingCommand): boolean {
  return isInt16(command.code) && isInt16(command.version)
}

function isInt16(value: number): boolean {
  return value <= MAX_BINARY_CODE && value >= -MAX_BINARY_CODE - 1
}

function writeBinaryHead(target: Buffer, start: number, command: OutgoingCommand): number {
  target[start] = command.code >> 8
  target[start + 1] = command.code
  target[start + 2] = languageNumber(command.language)
  target[start + 3] = command.version >> 8
  target[start + 4] = command.version
  putInt32(target, start + 5, command.opaque)
  putInt32(target, start + 9, command.flag)
  const remarkEnd = putText(target, start + 17, command.remark ?? '')
  putInt32(target, start + 13, remarkEnd - start - 17)
  const end = writeBinaryExtFields(target, remarkEnd + 4, command)
  putInt32(target, remarkEnd, end - remarkEnd - 4)
  return end
}

function writeBinaryExtFields(target: Buffer, start: number, command: OutgoingCommand): number {
  const { table, header, fields } = command
  let at = start
  if (table !== undefined && header !== undefined) {
    at = table.hot === undefined ? writeBinaryFields(target, at, headerFields(table, header)) : table.hot.writeBinary(target, at, header)
  }
  return fields === undefined ? at : writeBinaryFields(target, at, fields)
}

const CODE = Buffer.from('{"code":')
const FIELDS = Buffer.from(',"extFields":{')
const FLAG = Buffer.from(',"flag":')
const LANGUAGE = Buffer.from(',"language":')
const OPAQUE = Buffer.from(',"opaque":')
const REMARK = Buffer.from(',"remark":')
const VERSION = Buffer.from(',"serializeTypeCurrentRPC":"JSON","version":')

/** Members in alphabetical order, as official peers write them; what is absent is left out. */
function writeJsonHead(target: Buffer, start: number, command: OutgoingCommand): number {
  const oldEscapes = command.version < ReleaseVersion.V5_4_0
  let at = putInteger(target, putBytes(target, start, CODE), command.code)
  if (command.header !== undefined || command.fields !== undefined)
    at = writeJsonExtFields(target, putBytes(target, at, FIELDS), command, oldEscapes)
  at = putInteger(target, putBytes(target, at, FLAG), command.flag)
  at = putBytes(target, at, LANGUAGE)
  at =
    typeof command.language === 'number' ? putInteger(target, at, command.language) : putJsonText(target, at, command.language, oldEscapes)
  at = putInteger(target, putBytes(target, at, OPAQUE), command.opaque)
  if (command.remark !== undefined) at = putJsonText(target, putBytes(target, at, REMARK), command.remark, oldEscapes)
  at = putInteger(target, putBytes(target, at, VERSION), command.version)
  target[at] = CLOSE
  return at + 1
}

const CLOSE = 0x7d

function writeJsonExtFields(target: Buffer, start: number, command: OutgoingCommand, oldEscapes: boolean): number {
  const { table, header, fields } = command
  let at = start
  if (table !== undefined && header !== undefined) {
    at =
      table.hot === undefined
        ? writeJsonFields(target, at, headerFields(table, header), oldEscapes)
        : table.hot.writeJson(target, at, header)
  }
  if (fields !== undefined) at = writeJsonFields(target, at, fields, oldEscapes)
  // The last comma makes way for the end; an empty map has none.
  if (at > start) at--
  target[at] = CLOSE
  return at + 1
}

const languageNumbers: ReadonlyMap<string, number> = new Map(Object.entries(LanguageCode))

/** Names that no release knows have no number: OTHER. */
function languageNumber(language: string | number): number {
  return typeof language === 'number' ? language : (languageNumbers.get(language) ?? LanguageCode.OTHER)
}
