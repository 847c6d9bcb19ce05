import { type DataVersion, type JsonMember, type JsonValue, readJson, writeJson } from '@rocketmq-ts/remoting/wire'
import { documentText, type OtherMembers, objectOf, objectText, othersOf, versionOf, versionText, wholeNumber } from '../document-json'
import type { CommittedOffset } from './consumer-offsets'

export interface ConsumerOffsetsContent {
  readonly version: DataVersion
  readonly offsets: Iterable<CommittedOffset>
  /** Tables whose key is not `topic@group`: written back as they came. */
  readonly otherTables?: OtherMembers
  /** What else the document says: written back as it came. */
  readonly others?: OtherMembers
}

const TOPIC_GROUP_SEPARATOR = '@'

/** Queue ids are bare keys, as official brokers write them. */
export function writeConsumerOffsets({ version, offsets, otherTables, others = [] }: ConsumerOffsetsContent): string {
  const tables = new Map<string, [string, string][]>()
  for (const { group, topic, queueId, offset } of offsets) {
    const key = topic + TOPIC_GROUP_SEPARATOR + group
    const table = tables.get(key) ?? []
    tables.set(key, table)
    table.push([String(queueId), String(offset)])
  }
  const table = objectText(
    [...tables].map(([key, table]) => [writeJson(key), objectText(table)]),
    otherTables
  )
  return documentText({ dataVersion: versionText(version), offsetTable: table }, others)
}

export function readConsumerOffsets(text: string): ConsumerOffsetsContent {
  const document = objectOf(readJson(text))
  const offsets: CommittedOffset[] = []
  const otherTables: JsonMember[] = []
  for (const member of objectOf(document.get('offsetTable')).members) {
    const [topic, group, ...more] = String(member.key).split(TOPIC_GROUP_SEPARATOR)
    if (topic === undefined || group === undefined || more.length > 0) otherTables.push(member)
    else for (const [queueId, offset] of offsetsOf(member.value)) offsets.push({ group, topic, queueId, offset })
  }
  return { version: versionOf(document), offsets, otherTables, others: othersOf(document, 'dataVersion', 'offsetTable') }
}

export interface DelayOffsets {
  readonly version: DataVersion
  /** The first message not delivered, by delay level. */
  readonly offsets: ReadonlyMap<number, number>
  /** What else the document says: written back as it came. */
  readonly others?: OtherMembers
}

export function writeDelayOffsets({ version, offsets, others = [] }: DelayOffsets): string {
  const table = objectText([...offsets].map(([level, offset]) => [String(level), String(offset)]))
  return documentText({ dataVersion: versionText(version), offsetTable: table }, others)
}

export function readDelayOffsets(text: string): DelayOffsets {
  const document = objectOf(readJson(text))
  const offsets = new Map(offsetsOf(document.get('offsetTable')))
  return { version: versionOf(document), offsets, others: othersOf(document, 'dataVersion', 'offsetTable') }
}

/** Offsets by number. Negative ones say that there is none, as for official brokers (read in broker/…/offset/ConsumerOffsetManager.java). */
function offsetsOf(json: JsonValue | undefined): ReadonlyArray<readonly [number, number]> {
  return objectOf(json)
    .members.map(({ key, value }) => [wholeNumber(key), wholeNumber(value)] as const)
    .filter(([number, offset]) => number >= 0 && offset >= 0)
}
