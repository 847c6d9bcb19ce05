import { expect } from '@jest/globals'
import type { DiskConsumeQueue } from '../../../src/disk/consume-queue/disk-consume-queue'

/** An entry as the model has it; `undefined` is a blank one. */
export type Entry = { readonly physicalOffset: number; readonly size: number; readonly tagsCode: number } | undefined

/** A queue as a plain array, index = queue offset. What a queue on disk must agree with. */
export class QueueModel {
  readonly topic: string
  readonly queueId: number
  min = 0
  committed = 0
  /** Committed and staged ones. */
  entries: Entry[] = []
  /** Whether the queue is there when the store is opened again: nothing is made for one that never had an entry. */
  hasFiles = false
  /** Something was committed since the last flush. */
  #hasPending = false

  constructor(topic: string, queueId: number) {
    this.topic = topic
    this.queueId = queueId
  }

  commit(upTo = this.entries.length): void {
    const committed = Math.max(this.committed, Math.min(upTo, this.entries.length))
    this.#hasPending ||= committed > this.committed
    this.committed = committed
  }

  rollBack(): void {
    this.entries.length = this.committed
  }

  fillGap(count: number): void {
    for (let i = 0; i < count; i++) this.entries.push(undefined)
    this.commit()
  }

  startAt(queueOffset: number): void {
    this.entries = Array.from({ length: queueOffset }, () => undefined)
    this.min = queueOffset
    this.committed = queueOffset
    this.hasFiles = false
    this.#hasPending = false
  }

  dropBefore(physicalOffset: number): void {
    this.min = this.#firstAtOrBehind(physicalOffset)
  }

  cutAt(physicalOffset: number): void {
    this.rollBack()
    this.flushed()
    this.committed = this.#firstAtOrBehind(physicalOffset)
    this.rollBack()
  }

  flushed(): void {
    this.hasFiles ||= this.#hasPending
    this.#hasPending = false
  }

  /** Physical end of the newest readable record; 0 without. */
  get lastRecordEnd(): number {
    const last = this.entries.slice(this.min, this.committed).findLast((entry) => entry !== undefined)
    return last === undefined ? 0 : last.physicalOffset + last.size
  }

  #firstAtOrBehind(physicalOffset: number): number {
    for (let offset = this.min; offset < this.committed; offset++) {
      if ((this.entries[offset]?.physicalOffset ?? -1) >= physicalOffset) return offset
    }
    return this.committed
  }
}

/** Compares all that can be read. */
export async function expectAgreement(model: QueueModel, queue: DiskConsumeQueue): Promise<void> {
  const { minOffset, maxOffset, endOffset } = queue
  expect({ minOffset, maxOffset, endOffset }).toEqual({
    minOffset: model.min,
    maxOffset: model.committed,
    endOffset: model.entries.length
  })
  if (model.lastRecordEnd > 0) expect(queue.lastRecordEnd).toBe(model.lastRecordEnd)
  expect(await readAll(queue, model.min)).toEqual(model.entries.slice(model.min, model.committed))
}

export async function readAll(queue: DiskConsumeQueue, from: number, count = 1_000_000): Promise<Entry[]> {
  const entries = await queue.entries(from, count)
  return Array.from({ length: entries.count }, (_, i) =>
    entries.isBlank(i) ? undefined : { physicalOffset: entries.physicalOffset(i), size: entries.size(i), tagsCode: entries.tagsCode(i) }
  )
}
