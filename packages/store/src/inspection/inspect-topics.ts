import { topicNames } from './inspected-documents'
import type { InspectedQueue } from './inspected-queue'
import type { InspectedStore } from './inspected-store'

export interface InspectedTopic {
  readonly topic: string
  /** Whether `topics.json` names it; `undefined` when there is no such document. */
  readonly isConfigured: boolean | undefined
  /** Ascending by queue id. */
  readonly queues: readonly QueueSummary[]
}

export interface QueueSummary {
  readonly queueId: number
  /** First queue offset whose record is still in the log. */
  readonly minOffset: number
  /** Behind the last one. */
  readonly maxOffset: number
  /** Offsets with a record between the two. */
  readonly entries: number
  /** Of these records in the log. */
  readonly bytes: number
  /** Why its files cannot be understood; then nothing else is known of it. */
  readonly problem?: string
}

/** Reads the entries of all queues, 20 bytes for each record. */
export async function inspectTopics(store: InspectedStore): Promise<readonly InspectedTopic[]> {
  const logStart = store.logFiles()[0]?.start ?? 0
  const { queues, problems } = store.queues()
  const configured = topicNames(store)
  const found = new Map<string, QueueSummary[]>((configured ?? []).map((topic) => [topic, []]))
  const add = (topic: string, queue: QueueSummary) => found.set(topic, [...(found.get(topic) ?? []), queue])
  for (const queue of queues) add(queue.topic, await summaryOf(queue, logStart))
  for (const { topic, queueId, problem } of problems) add(topic, { queueId, minOffset: 0, maxOffset: 0, entries: 0, bytes: 0, problem })
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([topic, summaries]) => ({
      topic,
      isConfigured: configured?.includes(topic),
      queues: summaries.sort((one, other) => one.queueId - other.queueId)
    }))
}

async function summaryOf(queue: InspectedQueue, logStart: number): Promise<QueueSummary> {
  try {
    const minOffset = await queue.minOffset(logStart)
    let entries = 0
    let bytes = 0
    for await (const page of queue.pages(minOffset, queue.maxOffset)) {
      for (let index = 0; index < page.count; index++) {
        if (page.isBlank(index)) continue
        entries++
        bytes += page.size(index)
      }
    }
    return { queueId: queue.queueId, minOffset, maxOffset: queue.maxOffset, entries, bytes }
  } finally {
    queue.close()
  }
}
