import type { Pulled } from '@rocketmq-ts/broker'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import { OffsetRanges } from './offset-ranges'

/**
 * Which messages a broker has handed to which consumer group. An offset alone does not tell: a group that begins at the end of
 * a queue, or wants other tags, passes messages that it never got.
 */
export class PulledOffsets {
  readonly #queues = new Map<string, OffsetRanges>()
  readonly #topics = new Map<string, Set<string>>()
  #count = 0

  /** A number that grows with every message handed out. */
  get count(): number {
    return this.#count
  }

  has(group: string, topic: string, queueId: number, queueOffset: number): boolean {
    return this.#queues.get(keyOf(group, topic, queueId))?.has(queueOffset) ?? false
  }

  /** Topics that the group got messages of. */
  topicsOf(group: string): readonly string[] {
    return [...(this.#topics.get(group) ?? [])]
  }

  add({ group, topic, queueId, records }: Pulled): void {
    const key = keyOf(group, topic, queueId)
    const offsets = this.#queues.get(key) ?? new OffsetRanges()
    this.#queues.set(key, offsets)
    this.#topics.set(group, (this.#topics.get(group) ?? new Set()).add(topic))
    for (const record of records) offsets.add(decodeRecord(record).queueOffset)
    this.#count += records.length
  }
}

/** No legal name contains a space. */
function keyOf(group: string, topic: string, queueId: number): string {
  return `${group} ${topic} ${queueId}`
}
