import type { MaybePromise } from '../../message-store'

/** What recovery needs of the commit log. */
export interface RecoveredLog {
  readonly files: readonly { readonly path: string; readonly start: number; readonly end: number }[]
  readonly fileBytes: number
  readonly minOffset: number
  readonly endOffset: number
  startAppending(end: number, dataEnd: number): Promise<void>
}

/** What recovery needs of a consume queue. */
export interface RecoveredQueue {
  readonly topic: string
  readonly queueId: number
  readonly minOffset: number
  readonly maxOffset: number
  readonly lastRecordEnd: number
  put(queueOffset: number, physicalOffset: number, size: number, tagsCode: number): 'same' | 'added' | 'corrected' | 'gap'
  fillGap(upTo: number): void
  startAt(queueOffset: number): void
  entries(
    from: number,
    count: number
  ): MaybePromise<{ readonly count: number; physicalOffset(index: number): number; size(index: number): number }>
}

/** What recovery needs of the consume queues. */
export interface RecoveredQueues {
  readonly problems: readonly { readonly topic: string; readonly queueId: number; readonly problem: string }[]
  readonly pendingBytes: number
  /** Whether the topic has queues of another kind, which are left alone. */
  isOfBatches(topic: string): boolean
  find(topic: string, queueId: number): RecoveredQueue | undefined
  obtain(topic: string, queueId: number): RecoveredQueue
  all(): Iterable<RecoveredQueue>
  deleteTopic(topic: string): void
  flush(options: { readonly sync: boolean }): Promise<void>
  dropBefore(physicalOffset: number): Promise<void>
  cutAt(physicalOffset: number): Promise<void>
}

/** What recovery needs of the index. */
export interface RecoveredIndex {
  readonly endPhysicalOffset: number
  readonly lastStoreTimestamp: number
  readonly pendingBytes: number
  add(record: Buffer, physicalOffset: number): void
  flush(options: { readonly sync: boolean }): Promise<void>
  cutAt(physicalOffset: number): Promise<void>
}
