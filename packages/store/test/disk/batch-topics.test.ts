import { describe, expect, it } from '@jest/globals'
import { openInspection, type SimulatedStoreFiles } from '../../src'
import { Bench, codeOf } from './support/bench'

const TOPICS = JSON.stringify({
  topicConfigTable: { B: { topicName: 'B', attributes: { 'queue.type': 'BatchCQ' } }, T: { topicName: 'T' } }
})

/** What an official broker of 5.x would leave: its topic B has records in the log, and no directory among the queues. */
async function withBatchTopic(topics: string | undefined, isUsed: boolean): Promise<SimulatedStoreFiles> {
  const bench = await Bench.start()
  await bench.send(3, { topic: 'B', tagsCode: 0 })
  await bench.send(2, { topic: 'T', tagsCode: 0 })
  if (topics !== undefined) await bench.store.documents.write('topics.json', topics)
  await bench.store.close()
  const { files } = bench
  for (const path of files.paths.filter((path) => /\/(rocketmq-ts|index|consumequeue\/B)\//.test(path))) files.remove(path)
  files.remove('/store/consumequeue/B/0')
  files.remove('/store/consumequeue/B')
  if (isUsed) files.makeDirectory('/store/batchconsumequeue/B/0')
  return files
}

describe.each([
  { told: 'by its attribute', topics: TOPICS, isUsed: false },
  { told: 'by its directory', topics: undefined, isUsed: true }
])('a topic with queues of batches, told $told,', ({ topics, isUsed }) => {
  it('gets no directory among the other queues, where an official broker would not start with it', async () => {
    const files = await withBatchTopic(topics, isUsed)
    const next = await new Bench({ on: files }).next(files)
    expect(next.store.recovery).toMatchObject({ isClean: false, records: 5, damagedBytes: 0, lostEntries: 0 })
    expect(await next.bodies('T')).toHaveLength(2)
    expect(codeOf(() => next.append({ topic: 'B' }))).toBe('QUEUE_TYPE_UNSUPPORTED')
    expect(await next.send(1, { topic: 'T' })).toBe('COMMITTED')
    await next.store.close()
    expect(files.list('/store/consumequeue')).toEqual(['T'])
  })

  it('is found by key all the same, and is no reason to call the store damaged', async () => {
    const files = await withBatchTopic(topics, isUsed)
    const inspection = openInspection({ directory: '/store', files })
    const { isSound, findings } = await inspection.verify()
    expect({ isSound, findings: findings.map(({ text }) => text) }).toEqual({ isSound: true, findings: [] })
    const next = await new Bench({ on: files }).next(files)
    const found = await next.store.query({ topic: 'B', key: 'U1', maxCount: 8, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER })
    expect(found.records).toHaveLength(1)
    await next.store.close()
  })
})
