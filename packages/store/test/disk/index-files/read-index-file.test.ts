import { describe, expect, it } from '@jest/globals'
import { readIndexFile, type StoredIndexEntry } from '../../../src/disk/index-files/read-index-file'
import { keyHash } from '../../../src/query/key-hashes'
import { IndexBench } from './fixture'

const SIZE = { slots: 7, entries: 10 }
const START = 1_700_000_000_000

async function entriesOf(content: ReturnType<typeof readIndexFile>): Promise<StoredIndexEntry[]> {
  if ('problem' in content) throw new Error(content.problem)
  const entries: StoredIndexEntry[] = []
  for await (const entry of content.entries()) entries.push(entry)
  return entries
}

describe('looking at an index file', () => {
  it('tells its header and every entry, and writes nothing', async () => {
    const bench = new IndexBench()
    bench.add({ at: 100, time: START, properties: { KEYS: 'Aa BB' } }, { at: 300, time: START + 2999, properties: { UNIQ_KEY: 'x' } })
    await bench.index.close()
    const writes = bench.files.operations.filter(({ name }) => name === 'write').length
    const content = readIndexFile(bench.files, bench.paths[0] ?? '', SIZE)
    expect(content).toMatchObject({ geometry: SIZE, header: { indexCount: 4, hashSlotCount: 2, endPhysicalOffset: 300 } })
    expect(await entriesOf(content)).toEqual([
      { number: 1, keyHash: keyHash('T#Aa'), physicalOffset: 100, timeMs: START, previous: 0 },
      { number: 2, keyHash: keyHash('T#BB'), physicalOffset: 100, timeMs: START, previous: 1 },
      { number: 3, keyHash: keyHash('T#x'), physicalOffset: 300, timeMs: START + 2000, previous: 0 }
    ])
    expect(bench.files.operations.filter(({ name }) => name === 'write')).toHaveLength(writes)
    expect(bench.files.openPaths).toEqual([])
  })

  it('goes through files that are read in many pieces', async () => {
    const size = { indexSlots: 100, indexEntries: 40_000 }
    const bench = new IndexBench(undefined, size)
    for (let i = 0; i < 30_000; i++) bench.add({ at: i, time: START, properties: { KEYS: 'k' } })
    await bench.index.close()
    const entries = await entriesOf(readIndexFile(bench.files, bench.paths[0] ?? '', { slots: 100, entries: 40_000 }))
    expect(entries.map(({ physicalOffset }) => physicalOffset)).toEqual(Array.from({ length: 30_000 }, (_, i) => i))
    bench.reload()
    const reads = bench.files.operations.filter(({ name }) => name === 'read').length
    const range = { beginMs: 0, endMs: START - 1 }
    expect(await bench.offsets('k', range)).toEqual([])
    expect(await bench.offsets('k', { maxCount: 30_000 })).toHaveLength(30_000)
    // A key that every message has is read in blocks, not entry by entry.
    expect(bench.files.operations.filter(({ name }) => name === 'read').length - reads).toBeLessThan(30)
  })

  it('takes the geometry from the length: four entries for each slot, when it is not as configured', async () => {
    const bench = new IndexBench(undefined, { indexSlots: 5, indexEntries: 20 })
    bench.add({ at: 100, time: START, properties: { KEYS: 'k' } })
    await bench.index.close()
    const other = new IndexBench(bench.files)
    expect(other.index.problems).toEqual([])
    expect(await other.offsets('k')).toEqual([100])
    expect(readIndexFile(bench.files, bench.paths[0] ?? '', SIZE)).toMatchObject({ geometry: { slots: 5, entries: 20 } })
  })

  it('says what is wrong with one that is none', () => {
    const { files } = new IndexBench()
    files.put('/store/index/20240102030405006', Buffer.alloc(267))
    expect(readIndexFile(files, '/store/index/20240102030405006', SIZE)).toEqual({
      problem: 'it has 267 bytes, which is no length of an index file'
    })
    expect(readIndexFile(files, '/store/index/20240102030405007', SIZE)).toEqual({ problem: 'it is not a file' })
  })
})
