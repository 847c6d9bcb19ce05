import {
  bodyCrc,
  decodeBatch,
  decodeBody,
  decodeCommand,
  decodeRecords,
  encodeBatch,
  encodeBody,
  encodeCommand,
  findRequest,
  type HeaderTable,
  HeaderTables,
  headerOf,
  type MessageRecord,
  type RegisterBrokerRequestHeader,
  type RemotingCommand,
  type RequestRow,
  ResetOffsetBodyForC,
  readRegistration,
  recordSize,
  type SerializeType,
  writeRecord,
  writeRegistration
} from '@rocketmq-ts/remoting/wire'
import type { RecordedFrame } from '../../packages/remoting/test/golden/fixtures'

/**
 * The frame that our typed encoder makes of what our typed decoder reads from a recorded one: nothing of its bytes is taken over but text
 * and message bodies. Throws for values that no typed form holds.
 */
export function typedFrame(recorded: RecordedFrame, serializeType: SerializeType): Buffer {
  const command = decodeCommand(Buffer.from(recorded.frameHex, 'hex').subarray(4))
  const { code, language, version, opaque, flag, remark } = command
  const head = { code, language, version, opaque, flag, remark, serializeType }
  if (isError(recorded)) return encodeCommand(head)
  const { table, header, body } = recorded.code === 0 ? typedHeader(recorded, command) : typedContent(recorded, rowOf(recorded), command)
  return encodeCommand({ ...head, table, header: command.fields === undefined ? undefined : header, body })
}

export function isError({ side, name }: RecordedFrame): boolean {
  return side === 'response' && name.startsWith('error')
}

/** A header that no request has. */
function typedHeader(recorded: RecordedFrame, command: RemotingCommand) {
  const table = Object.values<HeaderTable>(HeaderTables).find(({ name }) => name === recorded.class)
  if (table === undefined) throw new Error(`no header ${recorded.class}`)
  return { table, header: headerOf(command, table) as object, body: undefined }
}

function rowOf({ code, direction, decoded }: RecordedFrame): RequestRow {
  const row = findRequest(code, direction, decoded.version)
  if (row === undefined) throw new Error(`no row for ${code} ${direction}`)
  return row
}

function typedContent({ side, name, decoded }: RecordedFrame, row: RequestRow, command: RemotingCommand) {
  const table = row[side].header
  const header = headerOf(command, table) as object
  if (decoded.body === null) return { table, header, body: undefined }
  if (row.name === 'REGISTER_BROKER' && side === 'request')
    return { table, ...typedRegistration(header as RegisterBrokerRequestHeader, command) }
  if (decoded.body.kind === 'batch') return { table, header, body: encodeBatch(decodeBatch(command.body)) }
  if (decoded.body.kind === 'records') return { table, header, body: Buffer.concat(decodeRecords(command.body).records.map(writtenRecord)) }
  if (decoded.body.kind === 'json' && decoded.body.class === 'ResetOffsetBodyForC') {
    return { table, header, body: encodeBody(ResetOffsetBodyForC, decodeBody(ResetOffsetBodyForC, command.body)) }
  }
  const style = { standard: name.endsWith('standard-json') }
  return { table, header, body: row[side].body.encode(row[side].body.decode(command.body), style) }
}

/** A registration of ours has a checksum of its own. */
function typedRegistration(header: RegisterBrokerRequestHeader, command: RemotingCommand) {
  const registration = readRegistration(command.body, { compressed: header.compressed, version: command.version })
  const body = writeRegistration(registration, header.compressed)
  return { header: { ...header, bodyCrc32: bodyCrc(body) }, body }
}

function writtenRecord(record: MessageRecord): Buffer {
  const { topic, queueId, flag, sysFlag, bornTimestamp, reconsumeTimes, preparedTransactionOffset, body } = record
  const content = {
    ...{ topic, queueId, flag, sysFlag, bornTimestamp, reconsumeTimes, preparedTransactionOffset, body },
    bornHost: { host: record.bornHost, port: record.bornPort },
    storeHost: { host: record.storeHost, port: record.storePort },
    properties: record.propertiesBuffer
  }
  const target = Buffer.alloc(recordSize(content))
  writeRecord(target, 0, content, record)
  return target
}
