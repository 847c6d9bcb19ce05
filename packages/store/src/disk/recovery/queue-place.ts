import {
  type DelayLevelTable,
  decodeProperties,
  javaStringHashCode,
  MessageProperty,
  RecordField,
  RecordMagic,
  recordBodyAt,
  recordStoreTimeAt,
  SystemTopic
} from '@rocketmq-ts/remoting/wire'
import { int8At, int16At, int32At, positionAt } from '../../big-endian'
import { isQueued } from '../../check-request'

/** What a record says of its place in a queue. One object is used for all: nothing is made per record. */
export class QueuePlace {
  topic = ''
  queueId = 0
  queueOffset = 0
  /** What its entry carries for filtering. */
  tagsCode = 0
  storeTimestamp = 0
  readonly #delays: DelayLevelTable
  readonly #topics = new KnownTexts()

  constructor(delays: DelayLevelTable) {
    this.#delays = delays
  }

  /** Reads a valid record. Whether it has a place: prepared and rolled-back transaction messages have none (read in store/…/DefaultMessageStore.java, `CommitLogDispatcherBuildConsumeQueue`). */
  read(bytes: Buffer, at: number, size: number): boolean {
    const sysFlag = int32At(bytes, at + RecordField.SYS_FLAG)
    this.storeTimestamp = positionAt(bytes, recordStoreTimeAt(at, sysFlag))
    if (!isQueued(sysFlag)) return false
    this.queueId = int32At(bytes, at + RecordField.QUEUE_ID)
    this.queueOffset = positionAt(bytes, at + RecordField.QUEUE_OFFSET)
    const bodyAt = recordBodyAt(at, sysFlag)
    const topicLengthAt = bodyAt + int32At(bytes, bodyAt - 4)
    const isV2 = int32At(bytes, at + RecordField.MAGIC) === RecordMagic.V2
    const topicAt = topicLengthAt + (isV2 ? 2 : 1)
    const topicEnd = topicAt + (isV2 ? int16At(bytes, topicLengthAt) : int8At(bytes, topicLengthAt))
    this.topic = this.#topics.text(bytes, topicAt, topicEnd)
    this.tagsCode = this.#tagsCode(bytes, topicEnd + 2, at + size)
    return true
  }

  /** As `checkMessageAndReturnSize` in store/…/CommitLog.java tells it. */
  #tagsCode(bytes: Buffer, from: number, to: number): number {
    if (this.topic === SystemTopic.SCHEDULE) {
      const level = delayLevel(bytes.subarray(from, to))
      if (level > 0) return this.storeTimestamp + this.#delays.delayMs(level)
    }
    return tagsCodeIn(bytes, from, to)
  }
}

const SLOTS = 1024
const MULTIPLIER = 31

/** Texts that come again and again, found by their bytes: a third of the time of decoding them. A newcomer takes the slot of another. */
class KnownTexts {
  readonly #texts = new Array<string>(SLOTS).fill('')
  readonly #bytes = new Array<Uint8Array>(SLOTS).fill(new Uint8Array())

  text(bytes: Buffer, from: number, to: number): string {
    let hash = to - from
    for (let at = from; at < to; at += 1 + ((to - at) >> 2)) hash = (Math.imul(hash, MULTIPLIER) + (bytes[at] as number)) | 0
    const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1)
    if (isSame(this.#bytes[slot] as Uint8Array, bytes, from, to)) return this.#texts[slot] as string
    const text = bytes.toString('utf8', from, to)
    this.#texts[slot] = text
    this.#bytes[slot] = Uint8Array.prototype.slice.call(bytes, from, to)
    return text
  }
}

function isSame(known: Uint8Array, bytes: Buffer, from: number, to: number): boolean {
  if (known.length !== to - from) return false
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false
  return true
}

const NAME_END = 1
const PROPERTY_END = 2
const TAGS = Buffer.from(`${MessageProperty.TAGS}\u0001`)

function delayLevel(properties: Buffer): number {
  const text = decodeProperties(properties).get(MessageProperty.DELAY_TIME_LEVEL) ?? ''
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : 0
}

/** Hash of the tag among the properties, the last if there are several; 0 without one. */
function tagsCodeIn(bytes: Buffer, from: number, to: number): number {
  let code = 0
  for (let at = from; at < to; ) {
    const end = propertyEnd(bytes, at, to)
    if (startsWithTags(bytes, at, end)) code = hashOf(bytes, at + TAGS.length, end)
    at = end + 1
  }
  return code
}

function propertyEnd(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] !== PROPERTY_END) at++
  return at
}

/** An empty tag is none, as readers of properties drop it. */
function startsWithTags(bytes: Buffer, at: number, end: number): boolean {
  if (end - at <= TAGS.length || bytes[at + TAGS.length - 1] !== NAME_END) return false
  for (let i = 0; i < TAGS.length; i++) if (bytes[at + i] !== TAGS[i]) return false
  return true
}

/** Java's `String.hashCode`, straight from the bytes while they are ASCII. */
function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    if (byte > 0x7f) return javaStringHashCode(bytes.toString('utf8', from, to))
    hash = (Math.imul(hash, 31) + byte) | 0
  }
  return hash
}
