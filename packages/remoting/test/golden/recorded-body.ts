import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import {
  type BatchMessage,
  decodeBatch,
  decodeBody,
  decodeProperties,
  decodeRecords,
  hasRegistrationCrc,
  ipBytes,
  type MessageRecord,
  messageBody,
  ProtocolError,
  type RemotingCommand,
  ResetOffsetBodyForC,
  type RowSide,
  readRegistration
} from '../../src/wire/index'
import type { RecordedBatchMessage, RecordedBody, RecordedBytes, RecordedFrame, RecordedMessage } from './fixtures'
import { differenceFromJava } from './java-tree'

/** Variants with numbers that a typed body may be unable to hold: refusing them is as right as reading them. */
const EXTREMES = ['lowest', 'beyond', 'below']

/** Where a frame's body reads otherwise than by the official classes; `undefined` for nowhere. */
export function differenceFromBody(frame: RecordedFrame, side: RowSide, command: RemotingCommand): string | undefined {
  try {
    return difference(frame.decoded.body, side, command)
  } catch (error) {
    if (EXTREMES.includes(frame.name.replace(/-.*/, '')) && error instanceof ProtocolError) return undefined
    throw error
  }
}

function difference(body: RecordedBody | null, side: RowSide, command: RemotingCommand): string | undefined {
  switch (body?.kind) {
    case 'bytes':
      return notEqual(body.value, command.body.toString('hex'))
    case 'text':
      return notEqual(body.value, side.body.decode(command.body))
    case 'properties':
      return notEqual(body.value, Object.fromEntries(side.body.decode(command.body) as ReadonlyMap<string, string>))
    case 'batch':
      return notEqual(body.value, decodeBatch(command.body).map(asRecordedBatchMessage))
    case 'records':
      return notEqual(body.value, recordsOf(command.body).map(asRecorded))
    case 'json':
      return differenceFromJava(
        body.value,
        body.class === 'ResetOffsetBodyForC' ? decodeBody(ResetOffsetBodyForC, command.body) : jsonBody(side, command)
      )
    default:
      return 'nothing is recorded of this body'
  }
}

function recordsOf(body: Buffer): readonly MessageRecord[] {
  const { records, error } = decodeRecords(body)
  if (error !== undefined) throw error
  return records
}

/** A registration may be compressed, as its header says. */
function jsonBody(side: RowSide, command: RemotingCommand): unknown {
  if (side.header.name !== 'RegisterBrokerRequestHeader') return side.body.decode(command.body)
  if (!hasRegistrationCrc(command.body, Number(command.fields?.get('bodyCrc32')))) return 'a registration with another checksum'
  return readRegistration(command.body, { compressed: command.fields?.get('compressed') === 'true', version: command.version })
}

function notEqual(recorded: unknown, here: unknown): string | undefined {
  return isDeepStrictEqual(here, recorded) ? undefined : `Java reads ${JSON.stringify(recorded)}, here is ${JSON.stringify(here)}`
}

/** A record in the recorder's form. As in Java, a packed body is shown unpacked. */
export function asRecorded(record: MessageRecord): RecordedMessage {
  const body = messageBody(record)
  return {
    ...asRecordedBatchMessage({ flag: record.flag, body, properties: record.propertiesBuffer }),
    topic: record.topic,
    queueId: record.queueId,
    queueOffset: long(record.queueOffset),
    physicalOffset: long(record.physicalOffset),
    storeSize: record.size,
    sysFlag: record.sysFlag,
    bodyCRC: record.bodyCrc,
    bornTimestamp: long(record.bornTimestamp),
    bornHost: `${hexAddress(record.bornHost)}:${record.bornPort}`,
    storeTimestamp: long(record.storeTimestamp),
    storeHost: `${hexAddress(record.storeHost)}:${record.storePort}`,
    reconsumeTimes: record.reconsumeTimes,
    preparedTransactionOffset: long(record.preparedTransactionOffset),
    msgId: record.offsetMessageId
  }
}

/** A message of a batch in the recorder's form. */
export function asRecordedBatchMessage({ flag, body, properties }: BatchMessage): RecordedBatchMessage {
  return { flag, properties: Object.fromEntries(decodeProperties(properties)), body: recordedBytes(body) }
}

function recordedBytes(bytes: Buffer): RecordedBytes {
  if (bytes.length <= 64) return { length: bytes.length, hex: bytes.toString('hex') }
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

const long = (value: number) => ({ $long: String(value) })
const hexAddress = (host: string) => ipBytes(host).toString('hex')
