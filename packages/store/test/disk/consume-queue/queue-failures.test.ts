import { expect, test } from '@jest/globals'
import type { DiskConsumeQueues } from '../../../src/disk/consume-queue/disk-consume-queues'
import { FileError } from '../../../src/files/file-error'
import { makeDurableDirectory } from '../../../src/files/make-durable-directory'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { BLANK, fill, loadQueues, physicalOffsets, queueFile } from './queue-stores'

const rightOffsets = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => (from + i) * 1000)

test('a full disk rejects the flush, keeps the entries readable and pending, and a later flush writes them', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  fill(queues.obtain('orders', 0), 150)
  files.freeBytes = 100
  await expect(queues.flush({ sync: true })).rejects.toMatchObject({ code: 'FILE_FAILED', reason: 'ENOSPC' })
  expect(queues.pendingBytes).toBe(3000)
  fill(queues.obtain('orders', 0), 10)
  expect(await physicalOffsets(queues.obtain('orders', 0))).toEqual(rightOffsets(0, 160))
  files.freeBytes = 1_000_000
  await queues.flush({ sync: true })
  expect(queues.pendingBytes).toBe(0)
  expect(await physicalOffsets(loadQueues(files).obtain('orders', 0))).toEqual(rightOffsets(0, 160))
})

test('a first file whose blank beginning did not fit on the disk has it when it is made again', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  queues.obtain('orders', 0).startAt(203)
  fill(queues.obtain('orders', 0), 1)
  const failure = files.failWhere(({ name }) => (name === 'write' ? 'ENOSPC' : undefined))
  await expect(queues.flush({ sync: true })).rejects.toMatchObject({ reason: 'ENOSPC' })
  failure.cancel()
  await queues.flush({ sync: true })
  expect(files.bytesOf(queueFile('orders', 0, 200), 0, 60)).toEqual(Buffer.concat([BLANK, BLANK, BLANK]))
})

test('after a flush with sync nothing is lost when the power is cut', async () => {
  const files = new SimulatedStoreFiles()
  makeDurableDirectory(files, '/store')
  const queues = loadQueues(files)
  fill(queues.obtain('orders', 0), 150)
  await queues.flush({ sync: false })
  fill(queues.obtain('orders', 1), 50)
  await queues.flush({ sync: true })
  fill(queues.obtain('orders', 1), 10)
  await queues.flush({ sync: false })
  const after = loadQueues(files.afterPowerCut('none'))
  expect([...after.all()].map(({ maxOffset }) => maxOffset)).toEqual([150, 50])
})

test('removed files stay removed when the power is cut after a flush with sync', async () => {
  const files = new SimulatedStoreFiles()
  makeDurableDirectory(files, '/store')
  const queues = loadQueues(files)
  fill(queues.obtain('orders', 0), 150)
  fill(queues.obtain('gone', 0), 150)
  await queues.flush({ sync: true })
  await queues.dropBefore(120_000)
  queues.deleteTopic('gone')
  await queues.flush({ sync: true })
  expect(files.afterPowerCut('none').paths).toEqual([queueFile('orders', 0, 100)])
})

test('a topic that is deleted while it is flushed and read leaves nothing, and may be made anew', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  fill(queues.obtain('orders', 0), 150)
  await queues.flush({ sync: true })
  const again = loadQueues(files)
  const queue = again.obtain('orders', 0)
  fill(queue, 100)
  files.hold(({ name }) => name === 'write' || name === 'read')
  const reading = queue.entries(0, 10)
  const flush = again.flush({ sync: true })
  while (!files.held.some(({ name }) => name === 'write')) await Promise.resolve()
  again.deleteTopic('orders')
  expect(files.paths).toEqual([])
  fill(again.obtain('orders', 0), 2)
  queue.stage(0, 1, 0)
  queue.commit()
  files.release()
  expect((await reading).count).toBe(0)
  await flush
  expect((await queue.entries(150, 10)).count).toBe(0)
  expect(again.pendingBytes).toBe(40)
  await again.flush({ sync: true })
  expect(again.pendingBytes).toBe(0)
  expect(files.paths).toEqual([queueFile('orders', 0, 0)])
  expect(loadQueues(files).obtain('orders', 0).maxOffset).toBe(2)
})

test('a topic that is deleted before its files were made never gets any', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  fill(queues.obtain('orders', 0), 150)
  files.hold(({ name }) => name === 'write')
  const flush = queues.flush({ sync: true })
  while (files.held.length === 0) await Promise.resolve()
  queues.deleteTopic('orders')
  files.release()
  await flush
  expect(files.paths).toEqual([])
  expect(files.list('/store/consumequeue')).toEqual([])
})

test('drops and cuts of a topic that is deleted meanwhile find nothing to do', async () => {
  const files = new SimulatedStoreFiles()
  const written = loadQueues(files)
  fill(written.obtain('orders', 0), 250)
  await written.flush({ sync: true })
  for (const work of ['dropBefore', 'cutAt'] as const) {
    const copy = files.clone()
    const queues = loadQueues(copy)
    copy.hold(({ name }) => name === 'read')
    const done = queues[work](100_000)
    while (copy.held.length === 0) await Promise.resolve()
    queues.deleteTopic('orders')
    copy.release()
    await done
    expect(copy.paths).toEqual([])
  }
})

const WORK: Readonly<Record<string, (queues: DiskConsumeQueues) => Promise<void>>> = {
  flush: (queues) => queues.flush({ sync: true }),
  dropBefore: (queues) => queues.dropBefore(120_000),
  cutAt: (queues) => queues.cutAt(140_000),
  deleteTopic: async (queues) => queues.deleteTopic('orders'),
  entries: async (queues) => void (await queues.obtain('orders', 0).entries(0, 400)),
  put: async (queues) => void queues.obtain('orders', 0).put(150, 1, 1, 1)
}

test.each(Object.keys(WORK))('whichever disk operation fails during %s, it is told, and doing it again mends it', async (name) => {
  const work = WORK[name] as (queues: DiskConsumeQueues) => Promise<void>
  const expected = await outcomeOf(work, await halfFlushed())
  for (let n = 1, failures = 1; failures > 0; n++) {
    const store = await halfFlushed()
    const failure = store.files.failAt(n, 'EIO')
    const error = await work(store.queues).catch((thrown: unknown) => thrown)
    failures = failure.failed.length
    failure.cancel()
    expect(error instanceof FileError).toBe(failures > 0)
    expect(await outcomeOf(work, store)).toEqual(expected)
  }
})

interface Store {
  readonly files: SimulatedStoreFiles
  readonly queues: DiskConsumeQueues
}

/** 150 entries that were loaded from disk, and as many that are not there yet. */
async function halfFlushed(): Promise<Store> {
  const files = new SimulatedStoreFiles()
  const first = loadQueues(files)
  fill(first.obtain('orders', 0), 150)
  await first.flush({ sync: true })
  const queues = loadQueues(files)
  fill(queues.obtain('orders', 0), 150)
  return { files, queues }
}

/** What can be read and what is on disk after the work and a flush. */
async function outcomeOf(work: (queues: DiskConsumeQueues) => Promise<void>, { files, queues }: Store): Promise<object> {
  await work(queues)
  await queues.flush({ sync: true })
  const queue = queues.find('orders', 0)
  const offsets = queue === undefined ? undefined : await physicalOffsets(queue)
  await queues.close()
  expect(files.openPaths).toEqual([])
  expect(queues.pendingBytes).toBe(0)
  const content = files.paths.map((path) => [path, files.bytesOf(path).toString('hex')])
  return { min: queue?.minOffset, max: queue?.maxOffset, lastRecordEnd: queue?.lastRecordEnd, offsets, content }
}
