import type { ResolvedDiskOptions } from '../disk-options'
import { memberOf, tableIn } from '../documents/document-table'

/** Where official brokers of 5.x keep the queues of such topics (read in store/…/config/StorePathConfigHelper.java). */
const BATCH_QUEUES = 'batchconsumequeue'
const QUEUE_TYPE = 'queue.type'
const BATCH = 'BatchCQ'

/**
 * Topics whose queues are of batches: told so by an attribute (read in common/…/TopicAttributes.java), or by the directory of their queues. They
 * must get no directory among the other queues: the official broker would not start any more (read in store/…/queue/ConsumeQueueStore.java,
 * `queueTypeShouldBe`).
 *
 * @param topics text of `topics.json`
 */
export function batchTopics({ directory, files }: Pick<ResolvedDiskOptions, 'directory' | 'files'>, topics = ''): ReadonlySet<string> {
  return new Set([...files.list(`${directory}/${BATCH_QUEUES}`), ...namedSo(topics)])
}

function namedSo(topics: string): readonly string[] {
  // Few stores have any: the others are spared reading all of it.
  if (!topics.includes(BATCH)) return []
  const rows = tableIn(topics, 'topicConfigTable') ?? []
  return rows.filter(([, config]) => memberOf(memberOf(config, 'attributes'), QUEUE_TYPE) === BATCH).map(([topic]) => topic)
}
