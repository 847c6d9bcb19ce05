import type { MaybePromise, OffsetBoundary } from './message-store'

/**
 * The queue offset for a store time among the offsets `min` (included) to `max` (excluded), whose times do not fall. The
 * answer of `MessageStore.offsetByTime` (read in store/…/ConsumeQueue.java, `binarySearchInQueueByTime`, and kept within the
 * queue as in store/…/queue/ConsumeQueueStore.java).
 */
export function offsetByTime(
  min: number,
  max: number,
  timestampMs: number,
  boundary: OffsetBoundary,
  storeTimeAt: (queueOffset: number) => number
): number {
  if (boundary === 'LOWER') return firstWhere(min, max, (offset) => storeTimeAt(offset) >= timestampMs)
  return Math.max(min, firstWhere(min, max, (offset) => storeTimeAt(offset) > timestampMs) - 1)
}

/** The first offset for which it is so, `max` when there is none; once so, it is so for all that follow. */
function firstWhere(min: number, max: number, isSo: (offset: number) => boolean): number {
  let low = min
  let high = max
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    if (isSo(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** As {@link offsetByTime}, where store times must be read first. */
export async function offsetByTimeLater(
  min: number,
  max: number,
  timestampMs: number,
  boundary: OffsetBoundary,
  storeTimeAt: (queueOffset: number) => MaybePromise<number>
): Promise<number> {
  if (boundary === 'LOWER') return firstWhereLater(min, max, async (offset) => (await storeTimeAt(offset)) >= timestampMs)
  return Math.max(min, (await firstWhereLater(min, max, async (offset) => (await storeTimeAt(offset)) > timestampMs)) - 1)
}

async function firstWhereLater(min: number, max: number, isSo: (offset: number) => Promise<boolean>): Promise<number> {
  let low = min
  let high = max
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    if (await isSo(middle)) high = middle
    else low = middle + 1
  }
  return low
}
