import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { DiskMessageStore } from '@rocketmq-ts/store'
import type { Contest } from './contest'
import { type FilledDirectory, filledDirectory } from './filled-directory'
import { mebibytesPerSecond, openedStore } from './opened-store'
import { readInPieces } from './plain-read'
import type { StorePlan } from './plan'
import { TOPIC } from './requests'

const RECORDS = 32
const KIB = 1024
/** Too little to keep anything of what one run reads. */
const MEMORY = { readCacheBytes: 2 ** 20, tailBytes: 2 ** 20 } as const

/** Reads of one queue from its beginning to its end by a store that holds nothing of it in memory; the system does, for all contenders. */
export async function coldReadContest(folder: string, plan: StorePlan): Promise<Contest> {
  const filled = await filledDirectory(join(folder, 'cold'), plan.runBytes, 1)
  const store = await openedStore(filled.directory, MEMORY)
  const file = openSync(filled.file, 'r')
  const stretch = Math.floor((filled.bytes / filled.messages) * RECORDS)
  const plain = (id: string, title: string, pieceBytes: number) => ({
    ...{ id, title },
    run: () => readInPieces(file, filled.bytes, pieceBytes)
  })
  return {
    id: 'cold',
    title: `reads of a queue in order, ${RECORDS} records of 1 KiB at a time, not from the store's memory`,
    unit: 'MiB/s',
    contenders: [
      { id: 'store', title: 'the store, every record verified', run: () => readQueue(store, filled) },
      plain('stretches', `plain \`fs.read\` of the same stretches of ${RECORDS} records`, stretch),
      plain('blocks', 'plain `fs.read` in blocks of 256 KiB', 256 * KIB)
    ],
    comparisons: [
      { what: 'cold sequential read ÷ plain reads of the same bytes', ours: 'store', other: 'stretches', atLeast: 0.5 },
      { what: '… ÷ plain reads in blocks of 256 KiB, which is how the store reads', ours: 'store', other: 'blocks' }
    ],
    close: () => {
      closeSync(file)
      return store.close()
    }
  }
}

async function readQueue(store: DiskMessageStore, { messages }: FilledDirectory): Promise<number> {
  const begun = performance.now()
  let [bytes, queueOffset] = [0, 0]
  while (queueOffset < messages) {
    const result = await store.read({ topic: TOPIC, queueId: 0, queueOffset, maxCount: RECORDS, maxBytes: 2 ** 20 })
    if (result.status !== 'FOUND') throw new Error(`nothing at ${queueOffset}: ${result.status}`)
    bytes += result.totalBytes
    queueOffset = result.nextBeginOffset
  }
  return mebibytesPerSecond(bytes, performance.now() - begun)
}
