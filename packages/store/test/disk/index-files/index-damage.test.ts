import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../../test/random-runs'
import { FileError } from '../../../src/files/file-error'
import type { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { EVER, IndexBench, type Keyed } from './fixture'

const START = 1_700_000_000_000
const KEYS = ['a', 'Aa', 'BB', 'x']

/** Twenty records, some with several keys, so that those of one record are in two files at times. */
const RECORDS: readonly Keyed[] = Array.from({ length: 20 }, (_, i) => ({
  at: 100 + i * 100,
  time: START + i * 900,
  properties: i % 3 === 1 ? { KEYS: 'a x', UNIQ_KEY: 'Aa' } : i % 3 === 2 ? { KEYS: KEYS[i % 4] ?? '' } : { KEYS: 'x', TAGS: 'Aa' }
}))
const END = 2100
const ENTRIES_AT = 40 + 7 * 4

/** What the log gives back after a crash: all that begins behind where the index ends, or before its first file that is sound. */
function addAgain(bench: IndexBench): void {
  const { endPhysicalOffset } = bench.index
  bench.add(...RECORDS.filter(({ at }) => at > endPhysicalOffset))
}

async function answers(bench: IndexBench): Promise<Record<string, number[]>> {
  const found = await Promise.all(KEYS.map(async (key) => [key, await bench.offsets(key)] as const))
  return { ...Object.fromEntries(found), tag: await bench.offsets('Aa', { indexType: 'T' }) }
}

async function whole(): Promise<{ bench: IndexBench; expected: Record<string, number[]>; contents: string[] }> {
  const bench = new IndexBench()
  bench.add(...RECORDS)
  await bench.index.flush({ sync: true })
  return { bench, expected: await answers(bench), contents: contentsOf(bench) }
}

function contentsOf(bench: IndexBench): string[] {
  return bench.paths.map((path) => bench.files.bytesOf(path).toString('hex'))
}

/** Starts on a disk, repairs the index, adds what is missing, and writes it. */
async function recovered(files: SimulatedStoreFiles, end = END): Promise<IndexBench> {
  const bench = new IndexBench(files)
  await bench.index.cutAt(end)
  addAgain(bench)
  await bench.index.flush({ sync: true })
  return bench
}

describe('after a crash index files', () => {
  it('are made whole again, whichever operation was the last, also when the power was cut', async () => {
    const { expected, contents } = await whole()
    const bench = new IndexBench()
    const states: SimulatedStoreFiles[] = []
    const stop = bench.files.watch(({ number }) => {
      states.push(bench.files.afterKill(), bench.files.afterPowerCut('none'), bench.files.afterPowerCut('all'))
      for (const seed of [1, 2, 3]) states.push(bench.files.afterPowerCut({ seed: seed * 1000 + number }))
    })
    for (const record of RECORDS) {
      bench.add(record)
      await bench.index.flush({ sync: record.at % 500 === 0 })
    }
    stop()
    expect(states.length).toBeGreaterThan(200)
    for (const files of states) {
      const again = await recovered(files)
      expect(await answers(again)).toEqual(expected)
      expect(contentsOf(again)).toEqual(contents)
      again.reload()
      expect(await answers(again)).toEqual(expected)
    }
  })

  it('forget what was behind the end of the log, and take other records in its place', async () => {
    for (let end = 0; end <= END; end += 50) {
      const { bench } = await whole()
      bench.reload()
      await bench.index.cutAt(end)
      const kept = RECORDS.filter(({ at }) => at < end)
      expect(bench.index.endPhysicalOffset).toBeLessThan(end)
      bench.add(...kept.filter(({ at }) => at > bench.index.endPhysicalOffset))
      bench.add({ at: end + 5000, time: START + 60_000, properties: { KEYS: 'new' } })
      await bench.index.flush({ sync: true })
      bench.reload()
      const x = kept.filter(({ properties }) => properties['KEYS']?.split(' ').includes('x')).map(({ at }) => at)
      expect(await bench.offsets('x')).toEqual(x.reverse())
      expect(await bench.offsets('new')).toEqual([end + 5000])
    }
  })

  it('tell when their newest record was stored, to the second, when the one behind it is lost', async () => {
    const bench = new IndexBench()
    const times = [0, 5_400, 60_000].map((after) => START + after)
    bench.add(...times.map((time, i) => ({ at: 100 * i, time, properties: { KEYS: 'x' } })))
    await bench.index.flush({ sync: true })
    bench.reload()
    await bench.index.cutAt(Number.MAX_SAFE_INTEGER)
    const { lastUpdateTimestamp, lastUpdatePhysicalOffset } = await bench.index.find({ keyText: 'T#x', maxCount: 1, ...EVER })
    expect(lastUpdatePhysicalOffset).toBe(100)
    expect(Math.abs(lastUpdateTimestamp - START - 5_400)).toBeLessThan(1000)
  })
})

describe('damaged index files', () => {
  it('with any bit flipped neither stop the store nor a query, and lead to nothing but what the index had or the flip made', async () => {
    const { bench } = await whole()
    for (const path of bench.paths) {
      for (let position = 0; position < bench.files.bytesOf(path).length; position++) {
        const files = bench.files.clone()
        files.flip(path, position, position % 8)
        const damaged = new IndexBench(files)
        const found = await answers(damaged)
        for (const offsets of Object.values(found)) expect(new Set(offsets).size).toBeLessThanOrEqual(RECORDS.length + 1)
      }
    }
  })

  it('with any bit of the newest one flipped are made whole by the recovery, but for one hash or offset that only the log can tell', async () => {
    const { bench, expected } = await whole()
    const newest = bench.paths.at(-1) ?? ''
    for (let position = 0; position < bench.files.bytesOf(newest).length; position++) {
      const files = bench.files.clone()
      files.flip(newest, position, (position * 5) % 8)
      const found = await answers(await recovered(files))
      const isEntry = position >= ENTRIES_AT && (position - ENTRIES_AT) % 20 < 12
      if (!isEntry) expect([position, found]).toEqual([position, expected])
      const lost = Object.entries(expected).flatMap(([key, offsets]) => offsets.filter((offset) => !found[key]?.includes(offset)))
      expect(lost.length).toBeLessThanOrEqual(1)
    }
  })

  it('of random bytes neither stop the store nor a query, and go with the next write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 268, maxLength: 268 }), fc.boolean(), async (bytes, hasHeader) => {
        const { bench, expected } = await whole()
        const path = bench.paths.at(-1) ?? ''
        bench.files.overwrite(path, hasHeader ? 40 : 0, bytes.subarray(hasHeader ? 40 : 0))
        bench.reload()
        await answers(bench)
        expect(await answers(await recovered(bench.files))).toEqual(expected)
      }),
      runs(100)
    )
  })

  it('whose slots or entries lead round in a circle end a query, which is reported', async () => {
    const bench = new IndexBench(undefined, { indexSlots: 1, indexEntries: 10 })
    bench.add(...[100, 200, 300].map((at) => ({ at, time: START, properties: { KEYS: 'k' } })))
    await bench.index.close()
    const path = bench.paths[0] ?? ''
    bench.files.overwrite(path, 44 + 2 * 20 + 16, Buffer.from([0, 0, 0, 3]))
    bench.reload()
    expect(await bench.offsets('k')).toEqual([300, 200])
    expect(bench.index.problems).toEqual([{ path, problem: 'entry 2 leads to 3' }])
  })

  it('of a wrong length, or with an impossible header, are left out with all that follow; the next write removes them', async () => {
    for (const damage of [
      (files: SimulatedStoreFiles, path: string) => files.cut(path, 0),
      (files: SimulatedStoreFiles, path: string) => files.cut(path, 267),
      (files: SimulatedStoreFiles, path: string) => files.overwrite(path, 36, Buffer.from([0, 0, 0, 11])),
      (files: SimulatedStoreFiles, path: string) => files.overwrite(path, 16, Buffer.alloc(8, 0xff)),
      (files: SimulatedStoreFiles, path: string) => files.overwrite(path, 16, Buffer.alloc(8))
    ]) {
      const { bench, expected } = await whole()
      const before = bench.paths
      const [first = '', second = ''] = before
      damage(bench.files, second)
      bench.reload()
      expect(bench.index.problems.map(({ path }) => path)).toEqual(before.slice(1))
      expect(bench.paths).toEqual(before)
      addAgain(bench)
      await bench.index.flush({ sync: true })
      expect(bench.paths[0]).toBe(first)
      const answered = await answers(bench)
      for (const [key, offsets] of Object.entries(answered)) expect(expected[key]).toEqual(expect.arrayContaining(offsets))
      expect(answered['x']).toEqual(expected['x'])
    }
  })

  it('leave files of other names alone', async () => {
    const { bench } = await whole()
    const count = bench.paths.length
    bench.files.put('/store/index/notes.txt', Buffer.from('x'))
    bench.reload()
    expect(bench.index.problems).toEqual([])
    await bench.index.reset()
    expect(bench.paths).toEqual(['/store/index/notes.txt'])
    expect(count).toBeGreaterThan(2)
  })
})

describe('index files on a disk that fails', () => {
  it('lose nothing: whichever operation fails, the next flush writes the rest', async () => {
    const { expected, contents } = await whole()
    for (let n = 1; ; n++) {
      const bench = new IndexBench()
      const planned = bench.files.failAt(n, 'ENOSPC')
      let failures = 0
      for (const record of RECORDS) {
        bench.add(record)
        await bench.index.flush({ sync: true }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(FileError)
          failures++
        })
      }
      const hasFailed = planned.failed.length > 0
      planned.cancel()
      await bench.index.flush({ sync: true })
      expect(await answers(bench)).toEqual(expected)
      expect(contentsOf(bench)).toEqual(contents)
      await bench.index.close()
      expect(bench.files.openPaths).toEqual([])
      if (!hasFailed) break
      expect(failures).toBe(1)
    }
  })

  it('refuse a query with a FileError, and answer the next', async () => {
    const { bench, expected } = await whole()
    await bench.index.close()
    bench.reload()
    const planned = bench.files.failWhere(({ name }) => (name === 'read' ? 'EIO' : undefined))
    await expect(bench.offsets('x')).rejects.toBeInstanceOf(FileError)
    planned.cancel()
    expect(await answers(bench)).toEqual(expected)
  })

  it('begin a new file when the slots of the last one cannot be read', async () => {
    const { bench, expected } = await whole()
    await bench.index.close()
    bench.reload()
    const count = bench.paths.length
    const planned = bench.files.failWhere(({ name }) => (name === 'read' ? 'EIO' : undefined))
    bench.add({ at: 9000, time: START + 60_000, properties: { KEYS: 'x' } })
    planned.cancel()
    await bench.index.flush({ sync: true })
    expect(bench.paths).toHaveLength(count + 1)
    expect(await bench.offsets('x')).toEqual([9000, ...(expected['x'] ?? [])])
    expect(bench.index.problems).toHaveLength(1)
  })
})
