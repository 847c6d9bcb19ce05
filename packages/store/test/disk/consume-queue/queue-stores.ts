import { ManualClock } from 'net-ts-protocol-kit'
import type { DiskConsumeQueue } from '../../../src/disk/consume-queue/disk-consume-queue'
import { DiskConsumeQueues } from '../../../src/disk/consume-queue/disk-consume-queues'
import { type DiskMessageStoreOptions, resolveDiskOptions } from '../../../src/disk/disk-options'
import type { StoreFiles } from '../../../src/files/store-files'

/** Entries of a file in these tests. */
export const FILE_ENTRIES = 100
/** Bytes of each record in these tests. */
export const RECORD_BYTES = 1000

/** Opens the queues of a store at `/store`. */
export function loadQueues(files: StoreFiles, options: Partial<DiskMessageStoreOptions> = {}): DiskConsumeQueues {
  const clock = new ManualClock()
  return DiskConsumeQueues.load(
    resolveDiskOptions({ directory: '/store', files, clock, consumeQueueFileEntries: FILE_ENTRIES, ...options })
  )
}

/** Stages and commits entries: the record of queue offset n is at n × 1000, as if the log had no other queue. */
export function fill(queue: DiskConsumeQueue, count: number): void {
  for (let i = 0; i < count; i++) queue.stage(queue.endOffset * RECORD_BYTES, RECORD_BYTES, queue.endOffset)
  queue.commit()
}

/** Physical offsets of all entries from there on; `blank` where there is no record. */
export async function physicalOffsets(queue: DiskConsumeQueue, from = queue.minOffset): Promise<(number | 'blank')[]> {
  const entries = await queue.entries(from, Number.MAX_SAFE_INTEGER)
  return Array.from({ length: entries.count }, (_, index) => (entries.isBlank(index) ? 'blank' : entries.physicalOffset(index)))
}

/** Path of a file by the entry it begins with. */
export function queueFile(topic: string, queueId: number, firstEntry: number): string {
  return `/store/consumequeue/${topic}/${queueId}/${String(firstEntry * 20).padStart(20, '0')}`
}

/** An entry as the official broker writes it. */
export function entryBytes(physicalOffset: bigint, size: number, tagsCode: bigint): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.writeBigInt64BE(physicalOffset, 0)
  bytes.writeInt32BE(size, 8)
  bytes.writeBigInt64BE(tagsCode, 12)
  return bytes
}

/** A file of full length that begins with these entries. */
export function fileBytes(entries: readonly Buffer[], fileEntries = FILE_ENTRIES): Buffer {
  return Buffer.concat([...entries, Buffer.alloc((fileEntries - entries.length) * 20)])
}

export const BLANK = entryBytes(0n, 0x7fffffff, 0n)
