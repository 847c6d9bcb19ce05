import type { Message, MessageQueue } from '@rocketmq-ts/client'
import type { QueuePosition } from './replay-options'
import type { ReplayRange } from './replay-ranges'

interface QueueProgress {
  readonly queue: MessageQueue
  /** In their order: the first is the lowest. */
  readonly unsettled: Set<number>
  /** Everything below was handed out. */
  next: number
}

/** What a replay has handed out and is not settled: how much, and from where it could go on. */
export class ReplayProgress {
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #queues = new Map<string, QueueProgress>()
  #count = 0
  #bytes = 0

  constructor(ranges: readonly ReplayRange[], { maxUnsettled, maxUnsettledBytes }: { maxUnsettled: number; maxUnsettledBytes: number }) {
    this.#maxCount = maxUnsettled
    this.#maxBytes = maxUnsettledBytes
    for (const { topic, brokerName, queueId, startOffset } of ranges) {
      const queue = { topic, brokerName, queueId }
      this.#queues.set(keyOf(queue), { queue, unsettled: new Set(), next: startOffset })
    }
  }

  get isIdle(): boolean {
    return this.#count === 0
  }

  /** Below these everything is settled. */
  get positions(): readonly QueuePosition[] {
    return [...this.#queues.values()].map(({ queue, unsettled, next }) => {
      const [lowest = next] = unsettled
      return { ...queue, offset: lowest }
    })
  }

  hasRoom({ bodyBytes }: Message): boolean {
    return this.isIdle || (this.#count < this.#maxCount && this.#bytes + bodyBytes <= this.#maxBytes)
  }

  handedOut({ queue, queueOffset, bodyBytes }: Message): void {
    const progress = this.#queues.get(keyOf(queue))
    progress?.unsettled.add(queueOffset)
    this.passed(queue, queueOffset + 1)
    this.#count++
    this.#bytes += bodyBytes
  }

  settled({ queue, queueOffset, bodyBytes }: Message): void {
    if (!this.#queues.get(keyOf(queue))?.unsettled.delete(queueOffset)) return
    this.#count--
    this.#bytes -= bodyBytes
  }

  /** Nothing more comes from below that offset. */
  passed(queue: MessageQueue, offset: number): void {
    const progress = this.#queues.get(keyOf(queue))
    if (progress !== undefined) progress.next = offset
  }
}

/** No legal topic name contains a space. */
function keyOf({ topic, brokerName, queueId }: MessageQueue): string {
  return `${topic} ${queueId} ${brokerName}`
}
