import { describe, expect, it } from '@jest/globals'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import { DiskMessageStore, SimulatedStoreFiles } from '../../src'
import { Bench, codeOf } from './support/bench'
import { settled } from './support/settled'
import { SMALL_FILES } from './support/small-files'
import { requestOf } from './support/workload'

const MODES = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const
const KIB = 1024
const MIB = 1024 * KIB

describe('a record', () => {
  it.each([
    { what: 'the tail', tailBytes: 1 },
    { what: 'the window of zeros', zeroAheadBytes: 1 },
    { what: 'the cache', readCacheBytes: 1 },
    { what: 'all of them', tailBytes: 1, zeroAheadBytes: 1, readCacheBytes: 1 }
  ])('may be larger than $what', async ({ what, ...options }) => {
    for (const flush of MODES) {
      const bench = await Bench.start({ flush, commitLogFileBytes: 4 * MIB, maxMessageBytes: 4 * MIB, ...options })
      const sizes = [3 * MIB, 10, 200 * KIB, 2 * MIB, 3900 * KIB, 1]
      for (const size of sizes) expect([what, await bench.send(1, { body: Buffer.alloc(size, 0x61) })]).toEqual([what, 'COMMITTED'])
      const lengths = async (of: Bench): Promise<number[]> => (await of.bodies('T')).map((body) => body.replace(/^\d+ /, '').length)
      expect(await lengths(bench)).toEqual(sizes)
      const next = await bench.next()
      expect(await lengths(next)).toEqual(sizes)
      await next.store.close()
    }
  })

  it('that no file of the log can hold is refused, whatever is staged', async () => {
    const bench = await Bench.start({ maxMessageBytes: MIB })
    bench.append()
    expect(codeOf(() => bench.append({ body: Buffer.alloc(8 * KIB) }))).toBe('MESSAGE_TOO_LARGE')
    bench.append()
    expect(bench.commit()).toEqual(['COMMITTED'])
    expect(await bench.bodies('T')).toHaveLength(2)
    await bench.store.close()
  })
})

describe.each(MODES)('a turn, %s,', (flush) => {
  it('may stage more than the tail holds: what is too much is refused, the rest is stored, and then there is room again', async () => {
    const bench = await Bench.start({ flush, commitLogFileBytes: MIB })
    let staged = 0
    const body = { body: Buffer.alloc(1000, 0x61) }
    for (let code = 'nothing was refused'; code === 'nothing was refused'; ) {
      code = codeOf(() => bench.append(body))
      if (code === 'nothing was refused') staged++
      else expect(code).toBe('STORE_NOT_WRITABLE')
    }
    expect(staged).toBeGreaterThan(3000)
    const statuses = bench.commit()
    await bench.clock.settle()
    expect(statuses).toEqual(['COMMITTED'])
    expect(bench.store.maxOffset('T', 0)).toBe(staged)
    for (const offset of [0, 1, Math.floor(staged / 2), staged - 1]) {
      const { records } = await bench.read('T', offset)
      expect(decodeRecord(records[0] as Buffer).queueOffset).toBe(offset)
    }
    expect(await bench.send()).toBe('COMMITTED')
    await bench.clock.advance(20_000)
    const answer = await bench.store.query({ topic: 'T', key: 'U1', maxCount: 1, beginMs: 0, endMs: bench.clock.now() })
    expect(answer.records).toHaveLength(1)
    await bench.store.close()
  })
})

describe('records that leave the memory before they are visible', () => {
  it('are indexed all the same, and soon', async () => {
    const bench = await Bench.start({ flush: 'SYNC_FLUSH', commitLogFileBytes: 64 * KIB, indexEntries: 4000, indexSlots: 1000 })
    bench.files.hold(({ name, path }) => name === 'sync' && path.includes('/commitlog/'))
    for (let i = 0; i < 2000; i++) {
      bench.append()
      bench.commit()
    }
    await bench.clock.settle()
    bench.files.release()
    await bench.clock.advance(1)
    expect(bench.store.maxOffset('T', 0)).toBe(2000)
    // The background has caught up before anybody asks.
    const reads = bench.files.operations.filter(({ name, path }) => name === 'read' && path.includes('/commitlog/')).length
    const found = await bench.store.query({ topic: 'T', key: 'U1000', maxCount: 8, beginMs: 0, endMs: bench.clock.now() })
    expect(found.records).toHaveLength(1)
    expect(bench.files.operations.filter(({ name, path }) => name === 'read' && path.includes('/commitlog/')).length - reads).toBeLessThan(
      5
    )
    await bench.store.close()
    expect(bench.files.openPaths).toEqual([])
  })
})

describe('a checkpoint', () => {
  it('claims no more of the index than it has written, so that recovery reads nothing before it', async () => {
    const bench = await Bench.start({ commitLogFileBytes: 64 * KIB })
    const withoutKeys = { properties: Buffer.alloc(0) }
    await bench.send(1)
    await bench.clock.advance(9500)
    await bench.send(1)
    await bench.send(20, withoutKeys)
    bench.files.hold(({ name, path }) => name === 'write' && path.includes('/index/'))
    await bench.clock.advance(1000)
    expect(bench.files.held).not.toEqual([])
    const { physicalOffset } = bench.append()
    bench.commit()
    bench.files.release()
    await bench.clock.advance(1500)
    const next = await bench.next()
    expect(next.store.recovery).toMatchObject({ isClean: false, from: physicalOffset })
    const { records } = await next.store.query({ topic: 'T', key: 'U23', maxCount: 8, beginMs: 0, endMs: next.clock.now() })
    expect(records).toHaveLength(1)
    await next.store.close()
  })

  it('claims no more of the time than it has written, however slow the disk is: official brokers go by that', async () => {
    const bench = await Bench.start()
    const first = bench.append()
    bench.commit()
    await bench.clock.advance(2000)
    bench.files.hold(({ name, path }) => name === 'sync' && path.includes('/consumequeue/'))
    bench.append()
    bench.commit()
    await bench.clock.advance(8500)
    expect(bench.files.held).not.toEqual([])
    await bench.clock.advance(60_000)
    bench.append()
    bench.commit()
    bench.files.release()
    await bench.clock.settle()
    const timestamps = bench.files.bytesOf('/store/checkpoint')
    for (const at of [0, 8]) expect(Number(timestamps.readBigInt64BE(at)) - first.storeTimestamp).toBe(2000)
    await bench.store.close()
  })

  it('knows how far the time has come, though there is always something staged', async () => {
    const bench = await Bench.start({ flush: 'SYNC_FLUSH' })
    const times: number[] = []
    bench.store.onArrival(({ queueOffset }) => {
      if (queueOffset === 0) bench.append()
    })
    times.push(bench.append().storeTimestamp)
    bench.commit()
    await bench.clock.advance(11_000)
    expect(Number(bench.files.bytesOf('/store/checkpoint').readBigInt64BE(0))).toBe(times[0])
    await bench.store.close()
  })
})

describe('a flush of many new queues', () => {
  it('lets the event loop go on between the directories that it syncs', async () => {
    const manual = new ManualClock()
    const files = new SimulatedStoreFiles()
    let inOneTurn = 0
    let most = 0
    let passed = 0
    files.watch(({ name, path }) => {
      if (name !== 'sync directory' || !path.includes('/consumequeue/')) return
      // What a disk takes for it.
      passed += 4
      most = Math.max(most, ++inOneTurn)
    })
    const clock = {
      now: () => manual.now(),
      monotonic: () => manual.monotonic() + passed,
      defer: (callback: () => void) => manual.defer(callback),
      setTimeout: (callback: () => void, delayMs: number) =>
        manual.setTimeout(() => {
          inOneTurn = 0
          callback()
        }, delayMs)
    }
    const store = new DiskMessageStore({ directory: '/store', files, clock, ...SMALL_FILES })
    await store.start()
    for (let i = 0; i < 100; i++) store.append(requestOf(i, { topic: `topic-${i}` }))
    store.commit()
    const closing = store.close()
    await settled(closing, manual)
    expect(files.operations.filter(({ name }) => name === 'sync directory').length).toBeGreaterThan(200)
    expect(most).toBe(2)
  })
})
