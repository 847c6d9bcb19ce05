import {
  type DataVersion,
  decodeBody,
  encodeBody,
  JsonObject,
  readJson,
  SubscriptionGroupConfig,
  type TopicConfig,
  TopicConfigAndMappingSerializeWrapper,
  writeJson
} from '@rocketmq-ts/remoting/wire'
import { CodedError } from 'net-ts-protocol-kit'
import { documentText, type OtherMembers, objectOf, objectText, othersOf, versionOf, versionText } from './document-json'

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
  /** What else the document says: written back as it came. */
  readonly others?: OtherTopicMembers
}

/** Queue mappings of static topics, and what later releases may add. */
export type OtherTopicMembers = Omit<TopicConfigAndMappingSerializeWrapper, 'dataVersion' | 'topicConfigTable'>

export function writeTopics({ version, topics, others }: Topics): string {
  return encodeBody(TopicConfigAndMappingSerializeWrapper, { ...others, dataVersion: version, topicConfigTable: topics }).toString()
}

export function readTopics(text: string): Topics {
  const { dataVersion, topicConfigTable, ...others } = decodeBody(TopicConfigAndMappingSerializeWrapper, Buffer.from(text))
  return { version: dataVersion, topics: topicConfigTable, others }
}

export interface Groups {
  readonly version: DataVersion
  readonly groups: ReadonlyMap<string, SubscriptionGroupConfig>
  /** What else the document says, such as which topics a group may not read: written back as it came. */
  readonly others?: OtherMembers
}

const NO_FORBIDDEN: OtherMembers = [{ key: 'forbiddenTable', value: new JsonObject([]) }]

export function writeGroups({ version, groups, others = [] }: Groups): string {
  const table = [...groups].map(([name, config]) => [writeJson(name), encodeBody(SubscriptionGroupConfig, config).toString()] as const)
  const hasForbidden = others.some(({ key }) => key === 'forbiddenTable')
  return documentText(
    { dataVersion: versionText(version), subscriptionGroupTable: objectText(table) },
    hasForbidden ? others : [...NO_FORBIDDEN, ...others]
  )
}

export function readGroups(text: string): Groups {
  const document = objectOf(readJson(text))
  const groups = new Map<string, SubscriptionGroupConfig>()
  for (const { key, value } of objectOf(document.get('subscriptionGroupTable')).members) {
    groups.set(String(key), decodeBody(SubscriptionGroupConfig, Buffer.from(writeJson(value))))
  }
  return { version: versionOf(document), groups, others: othersOf(document, 'dataVersion', 'subscriptionGroupTable') }
}
