import { expect, test } from '@jest/globals'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { BLANK, entryBytes, FILE_ENTRIES, fileBytes, fill, loadQueues, physicalOffsets, queueFile } from './queue-stores'

test('entries that were flushed are there when the store is opened again, in files of full length', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  fill(queues.obtain('%RETRY%group', 3), 250)
  await queues.flush({ sync: true })
  const again = loadQueues(files).find('%RETRY%group', 3)
  expect(again).toMatchObject({ minOffset: 0, maxOffset: 250, endOffset: 250, lastRecordEnd: 250_000 })
  const entries = await again?.entries(90, 100)
  expect([entries?.count, entries?.physicalOffset(99), entries?.size(99), entries?.tagsCode(99)]).toEqual([100, 189_000, 1000, 189])
  expect(files.paths).toEqual([0, 100, 200].map((first) => queueFile('%RETRY%group', 3, first)))
  expect(files.paths.map((path) => files.bytesOf(path).length)).toEqual([2000, 2000, 2000])
})

test('an entry has the bytes that official brokers write', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  const codes = [0n, -2_147_483_648n, 2_147_483_647n, 1_790_000_000_123n]
  for (const [i, code] of codes.entries()) queue.stage(0x7_0000_0001 + i * 99, 99, Number(code))
  queue.commit()
  await queues.flush({ sync: false })
  const expected = codes.map((code, i) => entryBytes(0x7_0000_0001n + BigInt(i * 99), 99, code))
  expect(files.bytesOf(queueFile('orders', 0, 0), 0, 80)).toEqual(Buffer.concat(expected))
})

test('an address in the official consume queue extension is read as it is', async () => {
  const files = new SimulatedStoreFiles()
  const entries = [-2_147_483_649n, -(2n ** 63n), 2n ** 63n - 1n].map((code) => entryBytes(0n, 50, code))
  files.put(queueFile('orders', 0, 0), fileBytes(entries))
  const read = await loadQueues(files).find('orders', 0)?.entries(0, 3)
  expect([0, 1, 2].map((i) => read?.tagsCode(i))).toEqual([-2_147_483_649, -(2 ** 63), 2 ** 63])
})

test('entries that are staged are read when they are committed, group by group, and forgotten when rolled back', async () => {
  const queue = loadQueues(new SimulatedStoreFiles()).obtain('orders', 0)
  for (let i = 0; i < 5; i++) queue.stage(i * 1000, 1000, 0)
  expect(queue).toMatchObject({ maxOffset: 0, endOffset: 5, lastRecordEnd: 0 })
  queue.commit(2)
  expect(queue).toMatchObject({ maxOffset: 2, endOffset: 5, lastRecordEnd: 2000 })
  expect(await physicalOffsets(queue)).toEqual([0, 1000])
  queue.rollBack()
  expect(queue).toMatchObject({ maxOffset: 2, endOffset: 2 })
  queue.stage(7000, 10, 0)
  queue.commit()
  expect(await physicalOffsets(queue)).toEqual([0, 1000, 7000])
})

test('a flush writes what is committed, not what is staged', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  fill(queue, 3)
  queue.stage(3000, 1000, 0)
  await queues.flush({ sync: true })
  expect(loadQueues(files).find('orders', 0)?.maxOffset).toBe(3)
  queue.commit()
  expect(queues.pendingBytes).toBe(20)
})

test('a queue that does not begin at 0 has blank entries before its first one, as official brokers write them', async () => {
  const files = new SimulatedStoreFiles()
  const queues = loadQueues(files)
  const queue = queues.obtain('orders', 0)
  queue.startAt(203)
  queue.stage(9000, 1000, 5)
  queue.commit()
  await queues.flush({ sync: true })
  expect(files.bytesOf(queueFile('orders', 0, 200))).toEqual(fileBytes([BLANK, BLANK, BLANK, entryBytes(9000n, 1000, 5n)]))
  expect(files.paths).toEqual([queueFile('orders', 0, 200)])
  expect(loadQueues(files).find('orders', 0)).toMatchObject({ minOffset: 203, maxOffset: 204, lastRecordEnd: 10_000 })
})

test('blank entries behind the first record are lost records: they are read as blank', async () => {
  const files = new SimulatedStoreFiles()
  files.put(queueFile('orders', 0, 0), fileBytes([BLANK, entryBytes(10n, 5, 0n), ...Array(80).fill(BLANK), entryBytes(20n, 5, 0n), BLANK]))
  const queue = loadQueues(files).obtain('orders', 0)
  expect(queue).toMatchObject({ minOffset: 1, maxOffset: 84, lastRecordEnd: 25 })
  expect(await physicalOffsets(queue)).toEqual([10, ...Array(80).fill('blank'), 20, 'blank'])
})

test('a file that was made and not written to, or not lengthened, ends the queue where the file before does', async () => {
  const files = new SimulatedStoreFiles()
  const full = Array.from({ length: FILE_ENTRIES }, (_, i) => entryBytes(BigInt(i), 1, 0n))
  files.put(queueFile('orders', 0, 0), fileBytes(full))
  files.put(queueFile('orders', 0, 100), Buffer.alloc(2000))
  files.put(queueFile('orders', 1, 0), fileBytes(full))
  files.put(queueFile('orders', 1, 100), Buffer.alloc(0))
  const queues = loadQueues(files)
  expect(queues.problems).toEqual([])
  expect([...queues.all()].map(({ maxOffset }) => maxOffset)).toEqual([100, 100])
  fill(queues.obtain('orders', 1), 1)
  await queues.flush({ sync: true })
  expect(files.bytesOf(queueFile('orders', 1, 100)).length).toBe(2000)
})

test('every end of a queue is found', () => {
  const files = new SimulatedStoreFiles()
  const entries = Array.from({ length: 1000 }, (_, i) => entryBytes(BigInt(i), 1, 0n))
  for (let count = 0; count <= 1000; count++) {
    files.put(queueFile('orders', 0, 0), fileBytes(entries.slice(0, count), 1000))
    expect(loadQueues(files, { consumeQueueFileEntries: 1000 }).find('orders', 0)?.maxOffset).toBe(count)
  }
})

test('the length that all files have decides, whatever the option says', async () => {
  const files = new SimulatedStoreFiles()
  const full = Array.from({ length: 7 }, (_, i) => entryBytes(BigInt(i * 1000), 1000, 0n))
  files.put(queueFile('orders', 0, 0), fileBytes(full, 7))
  files.put(queueFile('orders', 0, 7), fileBytes([], 7))
  const queues = loadQueues(files)
  expect(queues.fileEntries).toBe(7)
  fill(queues.obtain('orders', 0), 8)
  await queues.flush({ sync: true })
  expect(files.paths).toEqual([0, 7, 14].map((first) => queueFile('orders', 0, first)))
})

test('a queue that cannot be understood is reported, counts as missing, and is made anew', async () => {
  const files = new SimulatedStoreFiles()
  const full = fileBytes(Array.from({ length: FILE_ENTRIES }, (_, i) => entryBytes(BigInt(i), 1, 0n)))
  files.put(queueFile('orders', 0, 0), full)
  files.put(queueFile('orders', 0, 200), full)
  files.put(queueFile('orders', 1, 3), full)
  files.put(queueFile('orders', 2, 0), full.subarray(0, 1980))
  files.put(queueFile('orders', 2, 100), full)
  files.put(queueFile('orders', 3, 0), full)
  const before = files.paths
  const queues = loadQueues(files)
  expect(queues.problems.map(({ topic, queueId, problem }) => [topic, queueId, problem])).toEqual([
    ['orders', 0, 'the file that begins at 2000 is missing'],
    ['orders', 1, 'a file begins at 60, which is no multiple of 2000'],
    ['orders', 2, 'the file that begins at 0 has 1980 bytes rather than 2000']
  ])
  expect([...queues.all()].map(({ queueId }) => queueId)).toEqual([3])
  expect(files.paths).toEqual(before)
  fill(queues.obtain('orders', 0), 2)
  await queues.flush({ sync: true })
  expect(files.list('/store/consumequeue/orders/0')).toEqual(['00000000000000000000'])
  expect(loadQueues(files).find('orders', 0)?.maxOffset).toBe(2)
})

test('names that are no queues are left alone', async () => {
  const files = new SimulatedStoreFiles()
  const strange = [
    '/store/consumequeue/a.txt',
    '/store/consumequeue/orders/x/1',
    '/store/consumequeue/orders/01/1',
    '/store/consumequeue/a b/0/1'
  ]
  for (const path of strange) files.put(path, Buffer.from('mine'))
  const queues = loadQueues(files)
  expect([...queues.all()]).toEqual([])
  queues.deleteTopic('orders')
  expect(files.paths).toEqual([...strange].sort())
})

test.each(['..', '.', '', '../../etc', 'a/b', 'a\\b', 'C:', 'a\0b', 'naïve', 'a b', 'x'.repeat(256)])(
  'no path is made of the topic %j',
  (topic) => {
    const queues = loadQueues(new SimulatedStoreFiles())
    expect(() => queues.obtain(topic, 0)).toThrow(expect.objectContaining({ code: 'TOPIC_NAME_ILLEGAL' }))
    expect(() => queues.deleteTopic(topic)).toThrow(expect.objectContaining({ code: 'TOPIC_NAME_ILLEGAL' }))
  }
)

test.each([-1, 0.5, 2 ** 31, Number.NaN])('no path is made of the queue id %d', (queueId) => {
  const queues = loadQueues(new SimulatedStoreFiles())
  expect(() => queues.obtain('orders', queueId)).toThrow(expect.objectContaining({ code: 'TOPIC_NAME_ILLEGAL' }))
})
