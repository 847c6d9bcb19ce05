import { isSystemTopic } from '@rocketmq-ts/remoting/wire'
import type { ResolvedDiskOptions } from '../disk-options'
import { readCopy } from '../documents/document-copy'
import { tableIn } from '../documents/document-table'
import type { RecoveredQueues } from './recovery-parts'
import type { StoreState } from './store-state'

/** Queues of one subscription each: their topics stand in no document (read in common/…/MixAll.java, `isLmq`). */
const LIGHT_QUEUE_PREFIX = '%LMQ%'

/** What is looked at to tell which topics were deleted. */
export interface TopicTraces {
  readonly options: Pick<ResolvedDiskOptions, 'directory' | 'files'>
  readonly queues: Pick<RecoveredQueues, 'all' | 'problems'>
  readonly state: Pick<StoreState, 'noted'>
}

/**
 * Topics that an official broker deleted: neither `topics.json` nor a queue is left of them, though their records still are in the log (read in
 * store/…/DefaultMessageStore.java, `deleteTopics`). As long as that document cannot be read, and was written by nobody, no topic counts as deleted.
 */
export class TopicsDeletedElsewhere {
  readonly #configured: ReadonlySet<string> | undefined
  readonly #queued: ReadonlySet<string>
  readonly #noted: ReadonlySet<string>

  constructor({ options, queues, state }: TopicTraces) {
    this.#configured = configuredTopics(options)
    const filled = [...queues.all()].filter(({ maxOffset }) => maxOffset > 0)
    this.#queued = new Set([...filled, ...queues.problems].map(({ topic }) => topic))
    this.#noted = new Set(state.noted?.queues.map(({ topic }) => topic))
  }

  /** Those that had queues when we had the store. */
  get known(): readonly string[] {
    return [...this.#noted].filter((topic) => this.isTraceless(topic))
  }

  /** Whether nothing is left of the topic: it was deleted, or has just been made. */
  isTraceless(topic: string): boolean {
    const isConfigured = this.#configured?.has(topic) ?? true
    return !isConfigured && !this.#queued.has(topic) && !isSystemTopic(topic) && !topic.startsWith(LIGHT_QUEUE_PREFIX)
  }

  /** Whether the topic is one that had queues when we had the store. */
  has(topic: string): boolean {
    return this.#noted.has(topic) && this.isTraceless(topic)
  }
}

/** `undefined` unless the document names topics. */
function configuredTopics({ directory, files }: TopicTraces['options']): ReadonlySet<string> | undefined {
  const { state, text } = readCopy(files, `${directory}/config/topics.json`)
  if (state !== 'readable') return undefined
  const rows = tableIn(text, 'topicConfigTable') ?? []
  return rows.length === 0 ? undefined : new Set(rows.map(([topic]) => topic))
}
