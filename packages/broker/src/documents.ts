import {
  DataVersion,
  decodeBody,
  encodeBody,
  type JsonKey,
  JsonNumber,
  JsonObject,
  type JsonValue,
  readJson,
  SubscriptionGroupConfig,
  type TopicConfig,
  TopicConfigAndMappingSerializeWrapper,
  writeJson
} from '@rocketmq-ts/remoting/wire'
import { CodedError } from 'net-ts-protocol-kit'
import type { CommittedOffset } from './offset/consumer-offsets'

/** The broker's documents, under the names and in the form of official brokers. */
export const DocumentName = {
  TOPICS: 'topics.json',
  GROUPS: 'subscriptionGroup.json',
  CONSUMER_OFFSETS: 'consumerOffset.json',
  DELAY_OFFSETS: 'delayOffset.json'
} as const

/** A stored document that cannot be read: the broker does not start with less than it had. */
export class DocumentError extends CodedError {
  constructor(name: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super('DOCUMENT_BROKEN', `${name} in the store cannot be read (${why}): restore it, or delete it to begin without it`, {
      facts: { name },
      cause
    })
  }
}

/** Reads a stored text with one of the functions below; `undefined` when there is none. */
export function readDocument<Content>(name: string, text: string | undefined, read: (text: string) => Content): Content | undefined {
  if (text === undefined || text.trim() === '') return undefined
  try {
    return read(text)
  } catch (cause) {
    throw new DocumentError(name, cause)
  }
}

export interface Topics {
  readonly version: DataVersion
  readonly topics: ReadonlyMap<string, TopicConfig>
}

export function writeTopics({ version, topics }: Topics): string {
  return encodeBody(TopicConfigAndMappingSerializeWrapper, { dataVersion: version, topicConfigTable: topics }).toString()
}

export function readTopics(text: string): Topics {
  const { dataVersion, topicConfigTable } = decodeBody(TopicConfigAndMappingSerializeWrapper, Buffer.from(text))
  return { version: dataVersion, topics: topicConfigTable }
}

export interface Groups {
  readonly version: DataVersion
  readonly groups: ReadonlyMap<string, SubscriptionGroupConfig>
}

export function writeGroups({ version, groups }: Groups): string {
  const table = [...groups].map(([name, config]) => [writeJson(name), encodeBody(SubscriptionGroupConfig, config).toString()] as const)
  return objectText([
    ['"dataVersion"', versionText(version)],
    ['"forbiddenTable"', '{}'],
    ['"subscriptionGroupTable"', objectText(table)]
  ])
}

export function readGroups(text: string): Groups {
  const document = objectOf(readJson(text))
  const groups = new Map<string, SubscriptionGroupConfig>()
  for (const { key, value } of objectOf(document.get('subscriptionGroupTable')).members) {
    groups.set(String(key), decodeBody(SubscriptionGroupConfig, Buffer.from(writeJson(value))))
  }
  return { version: versionOf(document), groups }
}

export interface ConsumerOffsetsContent {
  readonly version: DataVersion
  readonly offsets: Iterable<CommittedOffset>
}

const TOPIC_GROUP_SEPARATOR = '@'

/** Queue ids are bare keys, as official brokers write them. */
export function writeConsumerOffsets({ version, offsets }: ConsumerOffsetsContent): string {
  const tables = new Map<string, [string, string][]>()
  for (const { group, topic, queueId, offset } of offsets) {
    const key = topic + TOPIC_GROUP_SEPARATOR + group
    const table = tables.get(key) ?? []
    tables.set(key, table)
    table.push([String(queueId), String(offset)])
  }
  return objectText([
    ['"dataVersion"', versionText(version)],
    ['"offsetTable"', objectText([...tables].map(([key, table]) => [writeJson(key), objectText(table)]))]
  ])
}

export function readConsumerOffsets(text: string): ConsumerOffsetsContent {
  const document = objectOf(readJson(text))
  const offsets: CommittedOffset[] = []
  for (const { key, value } of objectOf(document.get('offsetTable')).members) {
    const [topic, group, ...more] = String(key).split(TOPIC_GROUP_SEPARATOR)
    if (topic === undefined || group === undefined || more.length > 0) continue
    for (const [queueId, offset] of numbersOf(value)) offsets.push({ group, topic, queueId, offset })
  }
  return { version: versionOf(document), offsets }
}

export interface DelayOffsets {
  readonly version: DataVersion
  /** The first message not delivered, by delay level. */
  readonly offsets: ReadonlyMap<number, number>
}

export function writeDelayOffsets({ version, offsets }: DelayOffsets): string {
  return objectText([
    ['"dataVersion"', versionText(version)],
    ['"offsetTable"', objectText([...offsets].map(([level, offset]) => [String(level), String(offset)]))]
  ])
}

export function readDelayOffsets(text: string): DelayOffsets {
  const document = objectOf(readJson(text))
  return { version: versionOf(document), offsets: numbersOf(document.get('offsetTable')) }
}

function objectText(members: ReadonlyArray<readonly [string, string]>): string {
  return `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`
}

function versionText(version: DataVersion): string {
  return encodeBody(DataVersion, version).toString()
}

function versionOf(document: JsonObject): DataVersion {
  return decodeBody(DataVersion, Buffer.from(writeJson(document.get('dataVersion') ?? new JsonObject([]))))
}

function objectOf(json: JsonValue | undefined): JsonObject {
  if (json === undefined || json === null) return new JsonObject([])
  if (json instanceof JsonObject) return json
  throw new TypeError('an object is expected')
}

function numbersOf(json: JsonValue | undefined): Map<number, number> {
  return new Map(objectOf(json).members.map(({ key, value }) => [wholeNumber(key), wholeNumber(value)]))
}

function wholeNumber(json: JsonKey | JsonValue): number {
  const number = Number(json instanceof JsonNumber ? json.text : json)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new TypeError('a whole number is expected')
}
