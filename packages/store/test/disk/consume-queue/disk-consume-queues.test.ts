import { expect, test } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { DiskConsumeQueues } from '../../../src/disk/consume-queue/disk-consume-queues'
import { type DiskMessageStoreOptions, resolveDiskOptions } from '../../../src/disk/disk-options'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'

function load(files: SimulatedStoreFiles, options: Partial<DiskMessageStoreOptions> = {}): DiskConsumeQueues {
  return DiskConsumeQueues.load(
    resolveDiskOptions({ directory: '/store', files, clock: new ManualClock(), consumeQueueFileEntries: 100, ...options })
  )
}

test('entries that were flushed are there when the store is opened again', async () => {
  const files = new SimulatedStoreFiles()
  const queues = load(files)
  const queue = queues.obtain('%RETRY%group', 3)
  for (let i = 0; i < 250; i++) queue.stage(i * 1000, 1000, -i)
  queue.commit()
  await queues.flush({ sync: true })
  const again = load(files).find('%RETRY%group', 3)
  expect(again).toMatchObject({ minOffset: 0, maxOffset: 250, lastRecordEnd: 250_000 })
  const entries = await again?.entries(90, 100)
  expect(entries?.count).toBe(100)
  expect([entries?.physicalOffset(99), entries?.size(99), entries?.tagsCode(99)]).toEqual([189_000, 1000, -189])
  expect(files.list('/store/consumequeue/%RETRY%group/3')).toEqual(['0', '2000', '4000'].map((n) => n.padStart(20, '0')))
})
