import { join } from 'node:path'
import type { DiskMessageStore, ReadResult } from '@rocketmq-ts/store'
import type { Contest } from './contest'
import { mebibytesPerSecond, openedStore } from './opened-store'
import type { StorePlan } from './plan'
import { QUEUES, sampleRequests, TOPIC } from './requests'

const RECORDS = 32
const KIB = 1024
/** So much is read that is in the store's tail whatever its default, bytes. */
const HOT_BYTES = 16 * 2 ** 20

/** Reads of records that lie among those of other queues, from memory. */
export async function hotReadContest(folder: string, plan: StorePlan): Promise<Contest> {
  const store = await openedStore(join(folder, 'hot'))
  const { perQueue, readBytes } = fill(store)
  const memory = Buffer.alloc(HOT_BYTES, 'x')
  const target = Buffer.alloc(readBytes)
  const read = (each: (result: ReadResult) => void) => () => readAll(store, perQueue, plan.runBytes, each)
  return {
    id: 'hot',
    title: `reads of ${RECORDS} records of 1 KiB that lie among those of ${QUEUES} queues, hot`,
    unit: 'MiB/s',
    contenders: [
      { id: 'read', title: '`read`: views of the records', run: read(() => {}) },
      { id: 'gather', title: '`read`, and the records copied into one buffer', run: read(({ records }) => gather(records, target)) },
      { id: 'copy', title: 'one copy of as many bytes', run: () => copyAll(memory, target, plan.runBytes) }
    ],
    comparisons: [
      { what: 'hot read of 32 interleaved records ÷ memory copy of as many bytes', ours: 'read', other: 'copy', atLeast: 0.25 },
      { what: '… with its records copied into one buffer, as an answer carries them', ours: 'gather', other: 'copy' }
    ],
    close: () => store.close()
  }
}

function fill(store: DiskMessageStore): { readonly perQueue: number; readonly readBytes: number } {
  let [bytes, size, count] = [0, 0, 0]
  for (const request of sampleRequests(KIB, HOT_BYTES / KIB)) {
    if (bytes + size > HOT_BYTES) break
    size = store.append(request).size
    bytes += size
    if (++count % 64 === 0) store.commit()
  }
  store.commit()
  return { perQueue: Math.floor(count / QUEUES), readBytes: RECORDS * size }
}

/** Queue by queue, from its beginning on. */
function readAll(store: DiskMessageStore, perQueue: number, bytes: number, each: (result: ReadResult) => void): number {
  const begun = performance.now()
  let [read, queueId, queueOffset] = [0, 0, 0]
  while (read < bytes) {
    const result = store.read({ topic: TOPIC, queueId, queueOffset, maxCount: RECORDS, maxBytes: 2 ** 20 })
    if (result instanceof Promise || result.records.length !== RECORDS) throw new Error('the records are not in memory')
    each(result)
    read += result.totalBytes
    queueOffset += RECORDS
    if (queueOffset + RECORDS <= perQueue) continue
    queueOffset = 0
    queueId = (queueId + 1) % QUEUES
  }
  return mebibytesPerSecond(read, performance.now() - begun)
}

function gather(records: readonly Buffer[], target: Buffer): void {
  let at = 0
  for (const record of records) at += record.copy(target, at)
}

function copyAll(memory: Buffer, target: Buffer, bytes: number): number {
  const begun = performance.now()
  let [copied, at] = [0, 0]
  while (copied < bytes) {
    copied += memory.copy(target, 0, at, at + target.length)
    at = at + 2 * target.length <= memory.length ? at + target.length : 0
  }
  return mebibytesPerSecond(copied, performance.now() - begun)
}
