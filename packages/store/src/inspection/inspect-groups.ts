import { committedOffsets, groupNames } from './inspected-documents'
import type { InspectedStore } from './inspected-store'

export interface InspectedGroup {
  readonly group: string
  /** Whether `subscriptionGroup.json` names it. */
  readonly isConfigured: boolean
  /** By topic and queue id. Groups that receive every message in each member keep their offsets there, not here. */
  readonly offsets: readonly GroupOffset[]
}

export interface GroupOffset {
  readonly topic: string
  readonly queueId: number
  /** The next queue offset that the group wants. */
  readonly offset: number
  /** Behind the last one of the queue; `undefined` when the queue has no files. */
  readonly maxOffset: number | undefined
  /** How far the group is behind. */
  readonly lag: number | undefined
}

/** @throws StoreError `DOCUMENT_UNREADABLE` */
export function inspectGroups(store: InspectedStore): readonly InspectedGroup[] {
  const configured = groupNames(store)
  const ends = new Map(store.queues().queues.map(({ topic, queueId, maxOffset }) => [`${topic}@${queueId}`, maxOffset]))
  const found = new Map<string, GroupOffset[]>(configured.map((group) => [group, []]))
  for (const { topic, group, offsets } of committedOffsets(store)) {
    const rows = [...offsets].map(([queueId, offset]) => offsetOf(topic, queueId, offset, ends.get(`${topic}@${queueId}`)))
    found.set(group, [...(found.get(group) ?? []), ...rows])
  }
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([group, offsets]) => ({ group, isConfigured: configured.includes(group), offsets: offsets.sort(byPlace) }))
}

function offsetOf(topic: string, queueId: number, offset: number, maxOffset: number | undefined): GroupOffset {
  return { topic, queueId, offset, maxOffset, lag: maxOffset === undefined ? undefined : maxOffset - offset }
}

function byPlace(one: GroupOffset, other: GroupOffset): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1
  return one.queueId - other.queueId
}
