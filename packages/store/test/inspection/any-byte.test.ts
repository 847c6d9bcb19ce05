import { expect, it } from '@jest/globals'
import type { SimulatedStoreFiles } from '../../src'
import { openInspection } from '../../src'
import { SampleStore } from './sample-store'

const SIZES = { indexSlots: 16, indexEntries: 64 }
/** Bytes between two that are turned: all kinds of fields are hit, in a second or two. */
const STRIDE = 29

it('neither fails nor shows what was never stored, whatever byte of a store is turned', async () => {
  const sample = new SampleStore(SIZES)
  for (let index = 0; index < 12; index++) {
    await sample.send({ queueId: index % 2, body: Buffer.from(`body ${index}`), properties: { KEYS: `k${index} all`, TAGS: 'new' } })
  }
  await sample.document('topics.json', '{"topicConfigTable":{"orders":{}}}')
  await sample.document('topics.json', '{"topicConfigTable":{"orders":{"readQueueNums":2}}}')
  await sample.close()
  const files = sample.files as SimulatedStoreFiles
  const bodies = new Set(Array.from({ length: 12 }, (_, index) => `body ${index}`))
  const problems: string[] = []
  let turned = 0
  for (const path of files.paths.filter((each) => !each.includes('/rocketmq-ts/'))) {
    const bytes = usedBytes(files, path)
    for (let at = turned % STRIDE; at < bytes; at += STRIDE) {
      const name = path.slice('/store/'.length)
      sample.damage(name, at)
      try {
        const shown = await everythingOf(files)
        problems.push(...shown.filter((body) => !bodies.has(body)).map((body) => `${name} at ${at}: ${body}`))
      } catch (error) {
        problems.push(`${name} at ${at}: ${error}`)
      }
      sample.damage(name, at)
      turned++
    }
  }
  expect(problems).toEqual([])
  expect(turned).toBeGreaterThan(100)
}, 60_000)

/** The bodies that are shown by all ways to look at records. */
async function everythingOf(files: SimulatedStoreFiles): Promise<string[]> {
  const inspection = openInspection({ directory: '/store', files })
  inspection.files()
  await inspection.topics()
  inspection.groups()
  await inspection.verify()
  const found = [...(await inspection.find({ key: 'all' })).records]
  for await (const record of inspection.records()) found.push(record)
  for await (const record of inspection.records({ topic: 'orders', queueId: 1, fromTime: 1 })) found.push(record)
  return found.map(({ body }) => body.toString())
}

/** Up to the last byte that is not zero, and a little more. */
function usedBytes(files: SimulatedStoreFiles, path: string): number {
  const file = files.open(path, 'read')
  const bytes = Buffer.alloc(file.size())
  file.readNow(bytes, 0)
  file.close()
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1
  return Math.min(bytes.length, end + 64)
}
