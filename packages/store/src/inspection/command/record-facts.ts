import { isUtf8 } from 'node:buffer'
import { CodedError, MessageProperty, type MessageRecord, messageBody } from '@rocketmq-ts/remoting/wire'
import { timeText } from './time-text'

/** How much of messages is shown. */
export interface Shown {
  readonly hasBodies: boolean
  readonly maxBodyBytes: number
}

/** What may be decompressed to be shown in part, bytes. */
const MAX_DECOMPRESSED_BYTES = 32 * 1024 * 1024

/** Some of a body as it can be printed. */
export interface BodyContent {
  readonly form: 'text' | 'hex'
  readonly text: string
  /** Of the whole body, decompressed; `text` may hold fewer. */
  readonly bytes: number
  readonly isCut: boolean
  /** Why it is not what was sent. */
  readonly problem?: string
}

/** A message as a program is told of it. Members that are not known are left out. */
export function recordFacts(record: MessageRecord, { hasBodies, maxBodyBytes }: Shown): Readonly<Record<string, unknown>> {
  const { topic, queueId, queueOffset, physicalOffset, size, offsetMessageId, storeTimestamp, bornTimestamp, properties } = record
  return {
    ...{ topic, queueId, queueOffset, physicalOffset, bytes: size, offsetMessageId },
    id: properties.get(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX),
    keys: properties.get(MessageProperty.KEYS),
    tags: properties.get(MessageProperty.TAGS),
    ...{ storeTime: storeTimestamp, bornTime: bornTimestamp },
    ...{ storeHost: hostText(record.storeHost, record.storePort), bornHost: hostText(record.bornHost, record.bornPort) },
    ...{ flag: record.flag, sysFlag: record.sysFlag, reconsumeTimes: record.reconsumeTimes },
    ...{ preparedTransactionOffset: record.preparedTransactionOffset, bodyBytes: record.body.length },
    ...(hasBodies && { properties, content: bodyContent(record, maxBodyBytes) })
  }
}

/** All fields of a message, a line each, for a person. */
export function recordLines(record: MessageRecord, shown: Shown): [string, string][] {
  return Object.entries(recordFacts(record, { ...shown, hasBodies: false })).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return []
    return [[name, name.endsWith('Time') ? timeText(Number(value)) : String(value)]]
  })
}

/** At most so many bytes of a body, as text when that is what they are, else as hex. */
export function bodyContent(record: MessageRecord, maxBytes: number): BodyContent {
  try {
    return contentOf(messageBody(record, { maxBytes: MAX_DECOMPRESSED_BYTES }), maxBytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { ...contentOf(record.body, maxBytes), problem: error.message }
  }
}

function contentOf(body: Buffer, maxBytes: number): BodyContent {
  const isCut = body.length > maxBytes
  const bytes = { bytes: body.length, isCut }
  const text = isCut ? withoutHalfCharacter(body.subarray(0, maxBytes)) : body
  return isUtf8(text)
    ? { form: 'text', text: text.toString(), ...bytes }
    : { form: 'hex', text: body.toString('hex', 0, maxBytes), ...bytes }
}

/** A cut may go through a character of up to four bytes. */
function withoutHalfCharacter(bytes: Buffer): Buffer {
  for (let end = bytes.length; end > 0 && bytes.length - end < 4; end--) if (isUtf8(bytes.subarray(0, end))) return bytes.subarray(0, end)
  return bytes
}

function hostText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
