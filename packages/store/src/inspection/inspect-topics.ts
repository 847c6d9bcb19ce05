import { topicNames } from './inspected-documents'
import type { InspectedQueue } from './inspected-queue'
import type { InspectedStore } from './inspected-store'
import { logTailOf } from './log-tail'
import { countUnqueued } from './unqueued-records'

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
  /**
   * Messages behind `maxOffset` that are in the log only: the broker at work writes their entries, or the next start after a crash. Absent: none.
   */
  readonly inLogOnly?: number
  /** Why its files cannot be understood; then nothing else is known of it. */
  readonly problem?: string
}

/** Reads the entries of all queues, 20 bytes for each record; and the end of the log, unless the store was left in order. */
export async function inspectTopics(store: InspectedStore): Promise<readonly InspectedTopic[]> {
  const logStart = store.logFiles()[0]?.start ?? 0
  const tail = logTailOf(store)
  const { queues, problems } = store.queues()
  const unqueued = await countUnqueued(store, tail, queues)
  const configured = topicNames(store)
  const found = new Map<string, QueueSummary[]>((configured ?? []).map((topic) => [topic, []]))
  const add = (topic: string, queue: QueueSummary) => {
    const inLogOnly = unqueued.get(topic)?.get(queue.queueId)
    unqueued.get(topic)?.delete(queue.queueId)
    found.set(topic, [...(found.get(topic) ?? []), inLogOnly === undefined ? queue : { ...queue, inLogOnly }])
  }
  for (const queue of queues) add(queue.topic, await summaryOf(queue, logStart))
  for (const { topic, queueId, problem } of problems) add(topic, { ...NOTHING, queueId, problem })
  // A topic that no document knows may have been deleted by an official broker, which notes nothing of it.
  for (const [topic, ofTopic] of unqueued)
    if (found.has(topic) || configured === undefined) for (const queueId of [...ofTopic.keys()]) add(topic, { ...NOTHING, queueId })
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([topic, summaries]) => ({
      topic,
      isConfigured: configured?.includes(topic),
      queues: summaries.sort((one, other) => one.queueId - other.queueId)
    }))
}

const NOTHING = { minOffset: 0, maxOffset: 0, entries: 0, bytes: 0 }

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
