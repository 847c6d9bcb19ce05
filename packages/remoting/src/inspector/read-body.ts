import {
  type BodyCodec,
  type BrokerData,
  type ClusterInfo,
  type HeartbeatData,
  permText,
  type RemotingCommand,
  RequestCode,
  type RequestRow,
  type RowSide,
  readJsonBytes,
  readRegistration,
  type TopicRouteData
} from '../wire/index'
import type { BodySummary, BrokerSummary } from './body-summary'
import { contentOf } from './content'
import { plainJson } from './plain-json'
import { fieldOf } from './read-fields'
import { type MessagesDetail, problemText, readBatch, readMessage, readRecords, type SendFacts, startsLikeRecords } from './read-messages'
import type { WireField } from './wire-event'

/** How much of a body is wanted. */
export interface BodyDetail extends Omit<MessagesDetail, 'isFull'> {
  readonly bodies: 'none' | 'summary' | 'full'
}

/** A frame whose body is to be read, with what is known of it. */
export interface BodyPlace {
  readonly command: RemotingCommand
  readonly fields: readonly WireField[]
  /** `undefined` for a code without a row and for the answer to what was not seen. */
  readonly row: RequestRow | undefined
  readonly side: 'request' | 'response'
}

/** Reads a body by its row, or by its looks where there is none. What it cannot read it says; it does not throw. */
export function readBody(place: BodyPlace, wanted: BodyDetail): BodySummary {
  const { body } = place.command
  const detail: MessagesDetail = { ...wanted, isFull: wanted.bodies === 'full' }
  if (body.length === 0) return { kind: 'none', bytes: 0 }
  if (wanted.bodies === 'none') return { kind: 'unread', bytes: body.length }
  const special = specialBody(place, detail)
  if (special !== undefined) return special
  const codec = place.row?.[place.side].body
  return codec === undefined ? bodyByLooks(body, detail) : bodyByShape(codec, body, detail)
}

/** Bodies that are told in words of their own. One that turns out to be something else is told as JSON, with what was wrong. */
function specialBody(place: BodyPlace, detail: MessagesDetail): BodySummary | undefined {
  const { body } = place.command
  if (place.side === 'request' && isSend(place.row)) return sentBody(place, detail)
  if (hasShape(place, 'bytes') && startsLikeRecords(body)) return readRecords(body, detail)
  const read = place.row === undefined ? undefined : SPECIAL.get(place.row[place.side])
  if (read === undefined) return undefined
  try {
    return read(place)
  } catch (error) {
    return { ...bodyByLooks(body, detail), problem: problemText(error) }
  }
}

/** A message travels with its properties in the header and its body as the body. */
function isSend(row: RequestRow | undefined): boolean {
  return row?.request.body.shape === 'bytes' && row.request.header.fields.some(({ name }) => name === 'properties')
}

function sentBody({ command, fields, row }: BodyPlace, detail: MessagesDetail): BodySummary {
  const properties = fields.find(([name]) => name === 'properties')?.[1]
  const facts: SendFacts = {
    topic: fieldOf(fields, 'topic'),
    queueId: numberIn(fieldOf(fields, 'queueId')),
    sysFlag: numberIn(fieldOf(fields, 'sysFlag')) ?? 0,
    properties: properties instanceof Map ? properties : new Map()
  }
  const isBatch = row === RequestCode.SEND_BATCH_MESSAGE || fieldOf(fields, 'batch') === 'true'
  return isBatch ? readBatch(command.body, facts, detail) : readMessage(command.body, facts, detail)
}

const SPECIAL: ReadonlyMap<RowSide, (place: BodyPlace) => BodySummary> = new Map<RowSide, (place: BodyPlace) => BodySummary>([
  [RequestCode.HEART_BEAT.request, ({ command: { body } }) => heartbeat(RequestCode.HEART_BEAT.request.body.decode(body), body.length)],
  [
    RequestCode.GET_ROUTEINFO_BY_TOPIC.response,
    ({ command: { body } }) => route(RequestCode.GET_ROUTEINFO_BY_TOPIC.response.body.decode(body), body.length)
  ],
  [
    RequestCode.GET_BROKER_CLUSTER_INFO.response,
    ({ command: { body } }) => cluster(RequestCode.GET_BROKER_CLUSTER_INFO.response.body.decode(body), body.length)
  ],
  [RequestCode.REGISTER_BROKER.request, registration]
])

function heartbeat(data: HeartbeatData, bytes: number): BodySummary {
  return {
    kind: 'heartbeat',
    bytes,
    clientId: data.clientID,
    producers: data.producerDataSet.map(({ groupName }) => groupName),
    consumers: data.consumerDataSet.map(({ groupName, subscriptionDataSet, consumeType, messageModel, consumeFromWhere }) => ({
      group: groupName,
      consumeType,
      messageModel,
      consumeFromWhere,
      subscriptions: subscriptionDataSet.map(({ topic, subString, expressionType }) => ({
        topic,
        expression: subString,
        type: expressionType
      }))
    }))
  }
}

function route(data: TopicRouteData, bytes: number): BodySummary {
  const queues = data.queueDatas.map(({ brokerName, readQueueNums, writeQueueNums, perm }) => ({
    broker: brokerName,
    readQueues: readQueueNums,
    writeQueues: writeQueueNums,
    perm: permText(perm)
  }))
  return { kind: 'route', bytes, brokers: data.brokerDatas.map(broker), queues }
}

function cluster(info: ClusterInfo, bytes: number): BodySummary {
  return { kind: 'cluster', bytes, brokers: [...info.brokerAddrTable.values()].map(broker) }
}

function broker({ brokerName, cluster, brokerAddrs }: BrokerData): BrokerSummary {
  return { name: brokerName, cluster, addresses: brokerAddrs }
}

function registration({ command, fields }: BodyPlace): BodySummary {
  const compressed = fieldOf(fields, 'compressed') === 'true'
  const { topicConfigSerializeWrapper } = readRegistration(command.body, { compressed, version: command.version })
  const topics = [...topicConfigSerializeWrapper.topicConfigTable.keys()]
  return { kind: 'registration', bytes: command.body.length, count: topics.length, topics: topics.slice(0, MAX_TOPICS) }
}

const MAX_TOPICS = 100

function bodyByShape(codec: BodyCodec, body: Buffer, detail: MessagesDetail): BodySummary {
  const bytes = body.length
  if (codec.shape === 'bytes') return { kind: 'bytes', bytes, ...(detail.isFull ? { content: contentOf(body, detail.maxBodyBytes) } : {}) }
  if (codec.shape === 'text') return { kind: 'text', bytes, content: contentOf(body, detail.maxBodyBytes) }
  if (codec.shape === 'properties') return propertiesBody(codec, body, detail)
  return codec.shape === 'json' ? jsonBody(body, detail) : bodyByLooks(body, detail)
}

function propertiesBody(codec: BodyCodec, body: Buffer, { redaction, maxMessages }: MessagesDetail): BodySummary {
  const all = codec.decode(body) as ReadonlyMap<string, string>
  const properties = redaction.map(new Map([...all].slice(0, maxMessages)))
  return { kind: 'properties', bytes: body.length, count: all.size, properties }
}

function jsonBody(body: Buffer, { redaction, isFull, maxBodyBytes }: MessagesDetail): BodySummary {
  const bytes = body.length
  try {
    return { kind: 'json', bytes, value: plainJson(readJsonBytes(body), redaction) }
  } catch (error) {
    const content = isFull ? { content: contentOf(body, maxBodyBytes) } : {}
    return { kind: 'bytes', bytes, ...content, problem: problemText(error) }
  }
}

/** Of what has no row only full bodies show more than the size: it may be somebody's message. */
function bodyByLooks(body: Buffer, detail: MessagesDetail): BodySummary {
  if (startsLikeRecords(body)) return readRecords(body, detail)
  if (!detail.isFull) return { kind: 'bytes', bytes: body.length }
  if (body[0] === 0x7b || body[0] === 0x5b) return jsonBody(body, detail)
  return { kind: 'bytes', bytes: body.length, content: contentOf(body, detail.maxBodyBytes) }
}

function hasShape({ row, side }: BodyPlace, shape: BodyCodec['shape']): boolean {
  return row?.[side].body.shape === shape
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number(text ?? Number.NaN)
  return Number.isSafeInteger(number) ? number : undefined
}
