import { deflateSync, inflateSync } from 'node:zlib'
import { ProtocolError } from 'net-ts-protocol-kit'
import { decodeBody, encodeBody } from './body/codec'
import { list, stringMap, text } from './body/index'
import {
  DataVersion,
  RegisterBrokerBody,
  TOPIC_FILTER_TYPE,
  type TopicConfig,
  TopicConfigAndMappingSerializeWrapper,
  TopicQueueMappingInfo
} from './generated/bodies'
import { ReleaseVersion } from './generated/peers'
import { bodyCrc } from './message/crc'
import { parseInt32 } from './numbers'

/** What the header and the sender's version say of a registration's body. */
export interface RegistrationForm {
  /** The header's `compressed`. A body that begins like a zlib stream is taken as compressed in any case: 5.x brokers say `false` of it. */
  readonly compressed?: boolean | undefined
  /** The command's version. */
  readonly version: number
}

/** What a registration may cost. */
export interface RegistrationLimits {
  /** Bytes of the body after inflating. Default 16 MiB. */
  readonly maxBytes?: number
  /** Default 50,000. */
  readonly maxTopics?: number
}

const NO_VERSION: DataVersion = { timestamp: 0, counter: 0 }
/** First byte of a zlib stream with the usual window; JSON never begins so. */
const ZLIB_START = 0x78

/**
 * The body of REGISTER_BROKER, in JSON or in the compressed form. Check {@link hasRegistrationCrc} first.
 *
 * Throws a `ProtocolError` for anything else: answer with an error, the frame itself was sound.
 * Read in remoting/…/protocol/body/RegisterBrokerBody.java and namesrv/…/processor/DefaultRequestProcessor.java.
 */
export function readRegistration(body: Buffer, form: RegistrationForm, limits: RegistrationLimits = {}): RegisterBrokerBody {
  const { maxBytes = 16 * 1024 * 1024, maxTopics = 50_000 } = limits
  if (body.length === 0)
    return { topicConfigSerializeWrapper: { topicConfigTable: new Map(), dataVersion: NO_VERSION }, filterServerList: [] }
  const compressed = form.compressed === true || body[0] === ZLIB_START
  const registration = compressed ? readPieces(inflate(body, maxBytes), form.version, maxTopics) : readPlain(body, form.version, maxBytes)
  if (registration.topicConfigSerializeWrapper.topicConfigTable.size > maxTopics) tooManyTopics(maxTopics)
  return registration
}

/** Whether the body is what the header's `bodyCrc32` says of it; 0 and none check nothing. */
export function hasRegistrationCrc(body: Buffer, bodyCrc32: number | undefined): boolean {
  return bodyCrc32 === undefined || bodyCrc32 === 0 || bodyCrc(body) === bodyCrc32
}

/** The bytes of a registration. In the compressed form topics lose `order` and `topicSysFlag`, and attributes with spaces do not reach official readers. */
export function writeRegistration(registration: RegisterBrokerBody, compressed = false): Buffer {
  return compressed ? deflateSync(Buffer.concat(writePieces(registration)), { level: 9 }) : encodeBody(RegisterBrokerBody, registration)
}

/** Brokers before 3.0.11 send their topics without anything around them. */
function readPlain(body: Buffer, version: number, maxBytes: number): RegisterBrokerBody {
  if (body.length > maxBytes) throw new ProtocolError('registration is too long', { bytes: body.length, limit: maxBytes })
  if (version >= ReleaseVersion.V3_0_11) return decodeBody(RegisterBrokerBody, body)
  return { topicConfigSerializeWrapper: decodeBody(TopicConfigAndMappingSerializeWrapper, body), filterServerList: [] }
}

function inflate(body: Buffer, maxBytes: number): Buffer {
  try {
    return inflateSync(body, { maxOutputLength: maxBytes })
  } catch (error) {
    throw new ProtocolError('registration does not inflate', { bytes: body.length, limit: maxBytes }, error)
  }
}

function readPieces(bytes: Buffer, version: number, maxTopics: number): RegisterBrokerBody {
  const pieces = new PieceReader(bytes)
  const dataVersion = decodeBody(DataVersion, pieces.next())
  const topics = pieces.list(maxTopics).map((piece) => readTopic(piece.toString('utf8')))
  const filterServerList = decodeBody(list(text), pieces.next())
  const mappings =
    version < ReleaseVersion.V5_0_0 ? undefined : pieces.list(maxTopics).map((piece) => decodeBody(TopicQueueMappingInfo, piece))
  return {
    topicConfigSerializeWrapper: {
      topicConfigTable: new Map(topics.map((topic) => [topic.topicName, topic])),
      dataVersion,
      topicQueueMappingInfoMap: mappings && new Map(mappings.map((mapping) => [mapping.topic ?? '', mapping]))
    },
    filterServerList
  }
}

function writePieces({ topicConfigSerializeWrapper: wrapper, filterServerList }: RegisterBrokerBody): readonly Buffer[] {
  const topics = [...wrapper.topicConfigTable.values()]
  const mappings = [...(wrapper.topicQueueMappingInfoMap?.values() ?? [])]
  return [
    piece(encodeBody(DataVersion, wrapper.dataVersion)),
    int32Bytes(topics.length),
    ...topics.map((topic) => piece(Buffer.from(topicText(topic), 'utf8'))),
    piece(encodeBody(list(text), filterServerList)),
    int32Bytes(mappings.length),
    ...mappings.map((mapping) => piece(encodeBody(TopicQueueMappingInfo, mapping)))
  ]
}

const ATTRIBUTES = stringMap(text)

/** Name, read and write queues, permission, filter type, and since 5.0 the attributes. Read in common/…/TopicConfig.java. */
function readTopic(line: string): TopicConfig {
  const [topicName = '', read, write, perm, filterType = '', ...rest] = line.split(' ')
  const attributes = readAttributes(rest.join(' '))
  return {
    topicName: topicName === '' ? badTopic(line) : topicName,
    readQueueNums: parseInt32(read ?? '') ?? badTopic(line),
    writeQueueNums: parseInt32(write ?? '') ?? badTopic(line),
    perm: parseInt32(perm ?? '') ?? badTopic(line),
    topicFilterType: TOPIC_FILTER_TYPE.find((name) => name === filterType) ?? badTopic(line),
    topicSysFlag: 0,
    order: false,
    ...(attributes && { attributes })
  }
}

/** Attributes that cannot be read are left out, as official readers do. */
function readAttributes(json: string): ReadonlyMap<string, string> | undefined {
  if (json === '') return undefined
  try {
    return decodeBody(ATTRIBUTES, Buffer.from(json, 'utf8'))
  } catch {
    return undefined
  }
}

function topicText(topic: TopicConfig): string {
  const { topicName, readQueueNums, writeQueueNums, perm, topicFilterType, attributes } = topic
  const fixed = [topicName, readQueueNums, writeQueueNums, perm, topicFilterType].join(' ')
  return attributes === undefined ? fixed : `${fixed} ${ATTRIBUTES.write(attributes, {})}`
}

/** Walks pieces with their length in front; every length is checked against what is left. */
class PieceReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  next(): Buffer {
    const length = this.#int32()
    if (length < 0 || length > this.#bytes.length - this.#at)
      throw new ProtocolError('registration: a length does not fit', { offset: this.#at })
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  list(max: number): readonly Buffer[] {
    const count = this.#int32()
    if (count < 0 || count > max) tooManyTopics(max)
    return Array.from({ length: count }, () => this.next())
  }

  #int32(): number {
    if (this.#bytes.length - this.#at < 4) throw new ProtocolError('registration ends too early', { offset: this.#at })
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }
}

function piece(bytes: Buffer): Buffer {
  return Buffer.concat([int32Bytes(bytes.length), bytes])
}

function int32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function tooManyTopics(limit: number): never {
  throw new ProtocolError('registration has too many topics', { limit })
}

function badTopic(line: string): never {
  throw new ProtocolError(`registration: not a topic: ${line.slice(0, 200)}`, { field: 'topicConfigTable' })
}
