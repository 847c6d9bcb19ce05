import { DiskMessageStore, type DiskMessageStoreOptions } from '../../../src'
import { type FilledDisk, fillDisk } from './filled-disk'
import type { StoreOn } from './reopened'
import { SMALL_FILES } from './small-files'
import type { Step } from './workload'

/** Where the commit log of these stores is. */
export const LOG = '/store/commitlog'

/** Several files of the log, and of each queue, but few enough that a store opens in a millisecond: it is opened for each byte. */
const FEW_FILES = { commitLogFileBytes: 16 * 1024, consumeQueueFileEntries: 32, maxOpenFiles: 64, readCacheBytes: 256 * 1024 } as const

/** Makes stores whose commit log files have 16 KiB. */
export const storeWith =
  (options: Partial<DiskMessageStoreOptions> = {}): StoreOn =>
  (files, clock) =>
    new DiskMessageStore({ directory: '/store', files, clock, ...SMALL_FILES, ...FEW_FILES, ...options })

/** How the process that has written a store ended. */
export type End = 'killed' | 'closed'

/**
 * A store of so many records with bodies of so many bytes: most of them are in queues and index on the disk, the newest only in the log. One
 * that is closed has all of them on the disk. `restMs`: time before the newest are written; 12 seconds are enough for a checkpoint.
 */
export function filledStore(open: StoreOn, records: number, bodyBytes: number, end: End, restMs = 2000): Promise<FilledDisk> {
  const send =
    (count: number): Step =>
    (work) =>
      work.send(count, (index) => ({ topic: 'A', queueId: index % 2, body: Buffer.alloc(bodyBytes, index) }))
  const last = Math.ceil(records / 8)
  const flush: Step = ({ clock }) => clock.advance(restMs)
  const document: Step = (work) => work.writeDocument('topics.json', '{"v":1}')
  const close: Step = ({ store }) => store.close()
  return fillDisk(open, [document, send(records - last), flush, send(last), ...(end === 'closed' ? [close] : [])])
}
