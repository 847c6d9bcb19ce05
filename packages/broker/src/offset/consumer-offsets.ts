/** One committed offset. */
export interface CommittedOffset {
  readonly group: string
  readonly topic: string
  readonly queueId: number
  /** The next offset to consume. */
  readonly offset: number
}

/** How far each group has consumed each queue (read in broker/…/offset/ConsumerOffsetManager.java). */
export class ConsumerOffsets {
  /** Group → topic → queue → offset. */
  readonly #groups = new Map<string, Map<string, Map<number, number>>>()
  readonly #maxOffsets: number
  readonly #onChange: () => void
  #count = 0

  /** `onChange` is called after every change: the offsets are to be stored. */
  constructor(maxOffsets: number, onChange: () => void) {
    this.#maxOffsets = maxOffsets
    this.#onChange = onChange
  }

  /** How many are remembered. */
  get count(): number {
    return this.#count
  }

  get(group: string, topic: string, queueId: number): number | undefined {
    return this.#groups.get(group)?.get(topic)?.get(queueId)
  }

  /** Notes an offset. `false` when there are too many to remember one more. */
  set(group: string, topic: string, queueId: number, offset: number): boolean {
    const before = this.get(group, topic, queueId)
    if (before === offset) return true
    if (before === undefined && this.#count >= this.#maxOffsets) return false
    if (before === undefined) this.#count++
    this.#queuesOf(group, topic).set(queueId, offset)
    this.#onChange()
    return true
  }

  /** Puts stored offsets in place, however many: what was promised is kept. */
  restore(offsets: Iterable<CommittedOffset>): void {
    for (const { group, topic, queueId, offset } of offsets) {
      const queues = this.#queuesOf(group, topic)
      if (!queues.has(queueId)) this.#count++
      queues.set(queueId, offset)
    }
  }

  /** Forgets what groups have consumed of a topic. */
  deleteTopic(topic: string): void {
    for (const topics of this.#groups.values()) {
      this.#count -= topics.get(topic)?.size ?? 0
      if (topics.delete(topic)) this.#onChange()
    }
  }

  *[Symbol.iterator](): Generator<CommittedOffset> {
    for (const [group, topics] of this.#groups) {
      for (const [topic, queues] of topics) {
        for (const [queueId, offset] of queues) yield { group, topic, queueId, offset }
      }
    }
  }

  #queuesOf(group: string, topic: string): Map<number, number> {
    const topics = this.#groups.get(group) ?? new Map<string, Map<number, number>>()
    const queues = topics.get(topic) ?? new Map<number, number>()
    this.#groups.set(group, topics.set(topic, queues))
    return queues
  }
}
