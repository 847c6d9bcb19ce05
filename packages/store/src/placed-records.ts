import type { Appended, AppendRequest } from './message-store'

/** A record that may be stored, with its queue if it has a place in one. */
export interface MeasuredRecord<Queue> {
  readonly request: AppendRequest
  /** Whole record, bytes. */
  readonly size: number
  readonly queue: Queue | undefined
}

/** … and where it will be. */
export interface PlacedRecord<Queue = unknown> extends MeasuredRecord<Queue> {
  readonly appended: Appended
}

/** Of all of them together. */
export function bytesOf(records: readonly MeasuredRecord<unknown>[]): number {
  return records.reduce((bytes, { size }) => bytes + size, 0)
}

/**
 * Gives the records of a batch their places: in the log one behind the other from an offset on, in each queue behind what is staged there, all
 * with one store time (read in store/…/CommitLog.java, `doAppend` of a `MessageExtBatch`).
 */
export function placeRecords<Queue extends { readonly endOffset: number }>(
  records: readonly MeasuredRecord<Queue>[],
  start: number,
  storeTimestamp: number
): readonly PlacedRecord<Queue>[] {
  const ends = new Map<Queue, number>()
  let physicalOffset = start
  return records.map((record) => {
    const { queue, size } = record
    const queueOffset = queue === undefined ? 0 : (ends.get(queue) ?? queue.endOffset)
    if (queue !== undefined) ends.set(queue, queueOffset + 1)
    const appended = { physicalOffset, queueOffset, size, storeTimestamp }
    physicalOffset += size
    return { ...record, appended }
  })
}
