import { JsonObject, type JsonValue, readJson } from '@rocketmq-ts/remoting/wire'
import type { ResolvedDiskOptions } from '../disk-options'

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

function namedSo(text: string): readonly string[] {
  // Few stores have any: the others are spared reading all of it.
  if (!text.includes(BATCH)) return []
  const topics = memberOf(readJson(text, { maxValues: text.length }), 'topicConfigTable')
  if (!(topics instanceof JsonObject)) return []
  return topics.members.flatMap(({ key, value }) =>
    typeof key === 'string' && memberOf(memberOf(value, 'attributes'), QUEUE_TYPE) === BATCH ? [key] : []
  )
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return value instanceof JsonObject ? value.get(name) : undefined
}
