import { describe, expect, it } from '@jest/globals'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import { FileError, StoreError } from '../../src'
import { Bench } from './support/bench'

const MODES = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const
const EVERY_HOUR = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')).join(';')
const ENTRY_BYTES = 20
const queueFile = (first: number, topic = 'T'): string => `/store/consumequeue/${topic}/0/${String(first * ENTRY_BYTES).padStart(20, '0')}`

/** A store whose records are all on disk only. */
async function cold(count: number, options = {}): Promise<Bench> {
  const bench = await Bench.start(options)
  await bench.send(count, { body: Buffer.alloc(200, 0x61) })
  await bench.store.close()
  return bench.next(bench.files)
}

/** Every question that reads the disk. */
function questions({ store, clock }: Bench): Promise<unknown>[] {
  return [
    store.read({ topic: 'T', queueId: 0, queueOffset: 0, maxCount: 32, maxBytes: 65_536 }),
    store.read({ topic: 'T', queueId: 0, queueOffset: 20, maxCount: 32, maxBytes: 65_536, matches: () => true }),
    store.storeTimeAt('T', 0, 5),
    store.offsetByTime('T', 0, clock.now(), 'LOWER'),
    store.offsetByTime('T', 0, clock.now(), 'UPPER'),
    store.recordAt(0),
    store.query({ topic: 'T', key: 'U1', maxCount: 8, beginMs: 0, endMs: clock.now() })
  ].map(async (answer) => answer)
}

describe('an answer that is being read from the disk', () => {
  it.each(MODES)('is right, or empty, when the topic is deleted meanwhile: %s', async (flush) => {
    const bench = await cold(60, { flush })
    bench.files.hold(({ name }) => name === 'read')
    const answers = questions(bench)
    bench.store.deleteTopic('T')
    await bench.clock.settle()
    bench.files.release()
    const results = await Promise.allSettled(answers)
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
    expect(bench.errors).toEqual([])
    await bench.store.close()
    expect(bench.files.openPaths).toEqual([])
  })

  it.each([0, 1, 2, 3, 5, 8])(
    'comes, or is refused with a typed error, when the store is closed meanwhile (%d reads are done)',
    async (reads) => {
      const bench = await cold(60)
      bench.files.hold(({ name }) => name === 'read')
      const answers = questions(bench)
      for (let i = 0; i < reads; i++) {
        await bench.clock.settle()
        bench.files.release(1)
      }
      const closing = bench.store.close()
      await bench.clock.settle()
      bench.files.release()
      for (const result of await Promise.allSettled(answers)) {
        if (result.status === 'rejected' && !(result.reason instanceof StoreError)) expect(result.reason).toBeInstanceOf(FileError)
      }
      await closing
      expect(bench.errors).toEqual([])
      expect(bench.files.openPaths).toEqual([])
      await bench.store.start()
      await bench.store.close()
    }
  )
})

describe('records whose file is deleted', () => {
  const RETENTION = { retentionHours: 1, deleteWhen: EVERY_HOUR }

  it('are answered with the offset to go on at, while queues follow the log', async () => {
    const bench = await cold(200, RETENTION)
    await bench.clock.advance(3_600_000)
    const files = bench.files.paths.filter((path) => path.includes('/commitlog/')).length
    // The log has been cut, and its followers wait for the disk.
    bench.files.hold(({ name, path }) => name === 'read' && path.includes('/consumequeue/'))
    await bench.clock.advance(20_000)
    expect(bench.files.paths.filter((path) => path.includes('/commitlog/')).length).toBeLessThan(files)
    const reads = bench.files.operations.filter(({ name, path }) => name === 'read' && path.includes('/commitlog/')).length
    const answer = bench.read('T', 0)
    await bench.clock.settle()
    bench.files.release()
    const { status, records, nextBeginOffset } = await answer
    expect([status, records]).toEqual(['OFFSET_TOO_SMALL', []])
    expect(nextBeginOffset).toBeGreaterThan(0)
    expect(bench.errors).toEqual([])
    expect(bench.files.operations.filter(({ name, path }) => name === 'read' && path.includes('/commitlog/')).length).toBe(reads)
    await bench.clock.settle()
    const min = bench.store.minOffset('T', 0)
    expect(nextBeginOffset).toBeLessThanOrEqual(min)
    expect(await bench.read('T', min - 1)).toMatchObject({ status: 'OFFSET_TOO_SMALL', nextBeginOffset: min })
    const first = await bench.read('T', min)
    expect(decodeRecord(first.records[0] as Buffer).queueOffset).toBe(min)
    await bench.store.close()
  })

  it('while they are read are no damage', async () => {
    const bench = await cold(200, RETENTION)
    bench.files.hold(({ name }) => name === 'read')
    const answers = questions(bench)
    await bench.clock.settle()
    await bench.clock.advance(3_600_000)
    await bench.clock.advance(20_000)
    bench.files.release()
    await bench.clock.advance(20_000)
    expect((await Promise.allSettled(answers)).filter(({ status }) => status === 'rejected')).toEqual([])
    expect(bench.store.minOffset('T', 0)).toBeGreaterThan(0)
    expect(bench.errors).toEqual([])
    await bench.store.close()
    expect(bench.files.openPaths).toEqual([])
  })
})

describe('an entry that is damaged on disk', () => {
  it('gives no record of another place, though the log is in memory there', async () => {
    const bench = await Bench.start({ tailBytes: 64 * 1024 ** 2, commitLogFileBytes: 64 * 1024 ** 2, consumeQueueFileEntries: 100_000 })
    // So many that the first entries are no longer in memory.
    for (let batch = 0; batch < 4; batch++) {
      for (let i = 0; i < 8400; i++) bench.append()
      bench.commit()
      await bench.clock.advance(2000)
    }
    const right = bench.files.bytesOf(queueFile(0), ENTRY_BYTES * 3, ENTRY_BYTES * 3 + 8).readBigUInt64BE()
    const other = bench.files.bytesOf(queueFile(0), ENTRY_BYTES * 9, ENTRY_BYTES * 9 + 8).readBigUInt64BE()
    for (const [index, wrong] of [
      [3, right + 7n],
      [5, other]
    ] as const) {
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64BE(wrong)
      bench.files.overwrite(queueFile(0), ENTRY_BYTES * index, bytes)
    }
    const served: number[] = []
    for (let next = 0; next < 12; next++) {
      const { records } = await bench.store.read({ topic: 'T', queueId: 0, queueOffset: next, maxCount: 1, maxBytes: 65_536 })
      for (const record of records) served.push(decodeRecord(record).queueOffset)
    }
    expect(served).toEqual(Array.from({ length: 12 }, (_, offset) => offset))
    await bench.store.close()
  })
})

describe('a commit log offset that is none of a record', () => {
  it('has none, wherever it is', async () => {
    const bench = await cold(60)
    const starts = new Set<number>()
    for (let offset = 0; offset < 60; offset++) {
      const { records } = await bench.read('T', offset)
      for (const record of records) starts.add(decodeRecord(record).physicalOffset)
    }
    const end = Math.max(...starts) + 400
    for (let offset = -1; offset < end; offset += 1) {
      if (starts.has(offset)) continue
      const found = await bench.store.recordAt(offset)
      if (found !== undefined) throw new Error(`a record at ${offset}`)
    }
    for (const offset of [Number.NaN, 0.5, Number.MAX_SAFE_INTEGER, -1, 2 ** 53]) expect(await bench.store.recordAt(offset)).toBeUndefined()
    await bench.store.close()
  })
})

describe('an offset by time', () => {
  it('is not misled by a record that is damaged', async () => {
    const bench = await Bench.start()
    for (let i = 0; i < 9; i++) {
      await bench.send()
      await bench.clock.advance(1000)
    }
    const start = await bench.store.storeTimeAt('T', 0, 0)
    const damaged = await bench.read('T', 4)
    const { physicalOffset } = decodeRecord(damaged.records[0] as Buffer)
    await bench.store.close()
    bench.files.flip('/store/commitlog/00000000000000000000', physicalOffset + 90, 0)
    const next = await bench.next(bench.files)
    expect(await next.store.storeTimeAt('T', 0, 4)).toBe(-1)
    expect(await next.store.offsetByTime('T', 0, start + 2000, 'LOWER')).toBe(2)
    expect(await next.store.offsetByTime('T', 0, start + 2000, 'UPPER')).toBe(2)
    await next.store.close()
  })
})
