import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { nodeStoreFiles } from '../../../src/files/node-store-files'
import { fill, loadQueues, physicalOffsets } from './queue-stores'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'consume-queues-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('queues live through all that happens to them on a real disk, in files that take little of it', async () => {
  const open = () => loadQueues(nodeStoreFiles, { directory, consumeQueueFileEntries: 300_000 })
  const queues = open()
  for (let queueId = 0; queueId < 10; queueId++) fill(queues.obtain('%DLQ%group', queueId), 1000)
  fill(queues.obtain('gone', 0), 10)
  await queues.flush({ sync: true })
  queues.deleteTopic('gone')
  await queues.dropBefore(400_000)
  await queues.cutAt(900_000)
  await queues.flush({ sync: true })
  await queues.close()
  expect(readdirSync(join(directory, 'consumequeue'))).toEqual(['%DLQ%group'])
  const file = statSync(join(directory, 'consumequeue', '%DLQ%group', '0', '0'.repeat(20)))
  expect(file.size).toBe(6_000_000)
  expect(file.blocks * 512).toBeLessThan(100_000)
  const again = open()
  await again.dropBefore(400_000)
  expect([...again.all()].map(({ minOffset, maxOffset }) => [minOffset, maxOffset])).toEqual(Array(10).fill([400, 900]))
  expect((await physicalOffsets(again.obtain('%DLQ%group', 9))).at(-1)).toBe(899_000)
  await again.close()
})
