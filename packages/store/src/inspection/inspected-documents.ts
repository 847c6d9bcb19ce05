import { JsonNumber, JsonObject, type JsonValue } from '@rocketmq-ts/remoting/wire'
import { DiskDocuments } from '../disk/documents/disk-documents'
import { type DocumentRow, rowsOf, tableIn } from '../disk/documents/document-table'
import type { InspectedStore } from './inspected-store'

/** Documents with the names of topics and groups, and what groups have committed, as official brokers write them. */
const TOPICS = { name: 'topics.json', table: 'topicConfigTable' } as const
const GROUPS = { name: 'subscriptionGroup.json', table: 'subscriptionGroupTable' } as const
const OFFSETS = { name: 'consumerOffset.json', table: 'offsetTable' } as const

/** What a group has committed for a topic: offsets by queue id. */
export interface CommittedOffsets {
  readonly topic: string
  readonly group: string
  readonly offsets: ReadonlyMap<number, number>
}

/** Names of the topics that the broker knows; `undefined` when it has not written any down. @throws StoreError `DOCUMENT_UNREADABLE` */
export function topicNames(store: InspectedStore): readonly string[] | undefined {
  return tableOf(store, TOPICS)?.map(([name]) => name)
}

/** @throws StoreError `DOCUMENT_UNREADABLE` */
export function groupNames(store: InspectedStore): readonly string[] {
  return (tableOf(store, GROUPS) ?? []).map(([name]) => name)
}

/** @throws StoreError `DOCUMENT_UNREADABLE` */
export function committedOffsets(store: InspectedStore): readonly CommittedOffsets[] {
  return (tableOf(store, OFFSETS) ?? []).flatMap(([name, value]) => {
    // Groups have no @ in their names, and neither have topics (read in broker/…/offset/ConsumerOffsetManager.java).
    const [topic, group] = name.split('@')
    return topic === undefined || group === undefined ? [] : [{ topic, group, offsets: offsetsIn(value) }]
  })
}

function tableOf(
  store: InspectedStore,
  { name, table }: { readonly name: string; readonly table: string }
): readonly DocumentRow[] | undefined {
  const text = new DiskDocuments(store.options).read(name)
  return text === undefined || text.trim() === '' ? undefined : (tableIn(text, table) ?? [])
}

function offsetsIn(value: JsonValue): ReadonlyMap<number, number> {
  const entries = value instanceof JsonObject ? rowsOf(value) : []
  return new Map(entries.flatMap(([queueId, offset]) => (offset instanceof JsonNumber ? [[Number(queueId), Number(offset.text)]] : [])))
}
