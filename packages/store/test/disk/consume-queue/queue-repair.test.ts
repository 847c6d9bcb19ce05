import { expect, test } from '@jest/globals'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { BLANK, entryBytes, fileBytes, fill, loadQueues, physicalOffsets, queueFile, RECORD_BYTES } from './queue-stores'

async function flushed(count: number): Promise<SimulatedStoreFiles> {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  fill(queues.obtain('orders', 0), count)
  await queues.flush({ sync: true })
  return files
}

test('what is put says whether it was known, is new, was wrong, or leaves a gap', async () => {
  const queue = loadQueues(await flushed(3)).obtain('orders', 0)
  expect(queue.put(1, 1000, RECORD_BYTES, 1)).toBe('same')
  expect(queue.put(3, 3000, 500, 3)).toBe('added')
  expect(queue.put(3, 3000, RECORD_BYTES, 3)).toBe('corrected')
  expect(queue.put(5, 5000, RECORD_BYTES, 5)).toBe('gap')
  expect(queue).toMatchObject({ maxOffset: 4, endOffset: 4, lastRecordEnd: 4000 })
})

test('the newest record is corrected although lost ones are behind it', () => {
  const queue = loadQueues(new SimulatedStoreFiles()).obtain('orders', 0)
  fill(queue, 3)
  queue.fillGap(5)
  expect(queue.put(2, 2000, 7, 0)).toBe('corrected')
  expect(queue.lastRecordEnd).toBe(2007)
  expect(queue.put(1, 1000, 7, 0)).toBe('corrected')
  expect(queue.lastRecordEnd).toBe(2007)
  expect(queue.put(4, 9000, 7, 0)).toBe('corrected')
  expect(queue.lastRecordEnd).toBe(9007)
})

test('nothing is put behind entries that are staged', () => {
  const queue = loadQueues(new SimulatedStoreFiles()).obtain('orders', 0)
  queue.stage(0, 1, 0)
  expect(queue.put(0, 0, 1, 0)).toBe('gap')
})

test('an entry that is wrong on disk is read right at once, and is right on disk after a flush', async () => {
  const files = await flushed(250)
  const wrong = files.bytesOf(queueFile('orders', 0, 100))
  wrong.fill(0, 40, 80)
  files.put(queueFile('orders', 0, 100), wrong)
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  const right = Array.from({ length: 250 }, (_, i) => i * RECORD_BYTES)
  expect(await physicalOffsets(queue)).toEqual(right.map((offset, i) => (i === 102 || i === 103 ? 'blank' : offset)))
  for (const offset of [102, 103]) expect(queue.put(offset, offset * RECORD_BYTES, RECORD_BYTES, offset)).toBe('corrected')
  expect(await physicalOffsets(queue)).toEqual(right)
  expect(queues.pendingBytes).toBeGreaterThan(0)
  await queues.flush({ sync: true })
  expect(queues.pendingBytes).toBe(0)
  expect(await physicalOffsets(loadQueues(files).obtain('orders', 0))).toEqual(right)
})

test('an entry that is corrected when it has just been written, in a flush that goes on, is right on disk too', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  fill(queue, 150)
  files.hold(({ name, path }) => name === 'write' && path === queueFile('orders', 0, 100))
  const flush = queues.flush({ sync: true })
  while (files.held.length === 0) await Promise.resolve()
  expect(queue.put(0, 77, 7, 7)).toBe('corrected')
  expect(queue.put(120, 120_001, 7, 7)).toBe('corrected')
  files.release()
  await flush
  await queues.flush({ sync: true })
  const offsets = await physicalOffsets(loadQueues(files).obtain('orders', 0))
  expect([offsets[0], offsets[1], offsets[120], offsets.length]).toEqual([77, 1000, 120_001, 150])
})

test('who reads a queue from disk, step by step, makes the disk read many entries at a time', async () => {
  const files = await flushed(250)
  const queue = loadQueues(files, { consumeQueueFileEntries: 100 }).obtain('orders', 0)
  const before = files.operations.length
  expect((await queue.entries(0, 10)).count).toBe(10)
  for (let from = 10; from < 250; from += 10) expect(queue.entries(from, 10)).toMatchObject({ from, count: 10 })
  expect(files.operations.slice(before).filter(({ name }) => name === 'read').length).toBe(3)
})

test('an entry that is corrected while the queue is read ahead is right afterwards', async () => {
  const files = await flushed(50)
  const queue = loadQueues(files).obtain('orders', 0)
  files.hold(({ name }) => name === 'read')
  const reading = queue.entries(0, 10)
  expect(queue.put(1, 1001, 9, 0)).toBe('corrected')
  files.release()
  await reading
  expect(await physicalOffsets(queue)).toEqual([0, 1001, ...Array.from({ length: 48 }, (_, i) => (i + 2) * 1000)])
  expect(queue.put(2, 2002, 9, 0)).toBe('corrected')
  expect((await queue.entries(2, 1)).physicalOffset(0)).toBe(2002)
})

test('an entry that is read while its correction is written is right', async () => {
  const files = await flushed(3)
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  expect(queue.put(1, 1001, 9, 0)).toBe('corrected')
  files.hold(({ name }) => name === 'read')
  const reading = queue.entries(0, 3)
  await queues.flush({ sync: false })
  files.release()
  expect((await reading).physicalOffset(1)).toBe(1001)
})

test('a record that is found within the blank beginning of a queue moves its minimum offset', async () => {
  const files = new SimulatedStoreFiles()
  files.put(queueFile('orders', 0, 100), fileBytes([BLANK, BLANK, BLANK, entryBytes(9000n, 1000, 0n)]))
  const queue = loadQueues(files).obtain('orders', 0)
  expect(queue.minOffset).toBe(103)
  expect(queue.put(102, 8000, 1000, 0)).toBe('corrected')
  expect(queue.put(99, 8000, 1000, 0)).toBe('gap')
  expect(queue.minOffset).toBe(102)
  expect(await physicalOffsets(queue)).toEqual([8000, 9000])
})

test('old entries are forgotten with the records before a place, whole files with them, but never the last file', async () => {
  const files = await flushed(250)
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  await queues.dropBefore(149_001)
  expect(queue).toMatchObject({ minOffset: 150, maxOffset: 250 })
  expect(files.paths).toEqual([queueFile('orders', 0, 100), queueFile('orders', 0, 200)])
  expect((await queue.entries(149, 5)).count).toBe(0)
  await queues.dropBefore(1_000_000)
  expect(queue).toMatchObject({ minOffset: 250, maxOffset: 250 })
  expect(files.paths).toEqual([queueFile('orders', 0, 200)])
  expect(loadQueues(files).obtain('orders', 0).maxOffset).toBe(250)
})

test('entries of records behind a place are cut off, on disk too, and what lies behind the end as well', async () => {
  const files = await flushed(250)
  const path = queueFile('orders', 0, 200)
  const stale = files.bytesOf(path)
  entryBytes(5n, 5, 5n).copy(stale, 80 * 20)
  files.put(path, stale)
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  fill(queue, 30)
  await queues.cutAt(205_000)
  expect(queue).toMatchObject({ minOffset: 0, maxOffset: 205, endOffset: 205, lastRecordEnd: 205_000 })
  expect(files.bytesOf(path).subarray(5 * 20)).toEqual(Buffer.alloc(95 * 20))
  await queues.cutAt(99_999)
  expect(files.paths).toEqual([queueFile('orders', 0, 0)])
  expect(loadQueues(files).obtain('orders', 0)).toMatchObject({ maxOffset: 100, lastRecordEnd: 100_000 })
  fill(queue, 1)
  await queues.flush({ sync: true })
  expect(await physicalOffsets(loadQueues(files).obtain('orders', 0), 99)).toEqual([99_000, 100_000])
})

test('a cut that takes every entry keeps the offset at which the queue is', async () => {
  const files = await flushed(250)
  const queues = loadQueues(files)
  await queues.dropBefore(150_000)
  await queues.cutAt(0)
  expect(queues.obtain('orders', 0)).toMatchObject({ minOffset: 150, maxOffset: 150, lastRecordEnd: 0 })
  expect(loadQueues(files).obtain('orders', 0).maxOffset).toBe(150)
})

test('lost records leave blank entries, and the next record has the offset behind them', async () => {
  const files = await flushed(3)
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  queue.fillGap(5)
  expect(queue.put(5, 5000, RECORD_BYTES, 0)).toBe('added')
  await queues.flush({ sync: true })
  expect(await physicalOffsets(loadQueues(files).obtain('orders', 0))).toEqual([0, 1000, 2000, 'blank', 'blank', 5000])
})
