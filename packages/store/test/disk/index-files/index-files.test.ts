import { describe, expect, it } from '@jest/globals'
import { MessageSysFlag } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../../../test/random-runs'
import { keyHash } from '../../../src/query/key-hashes'
import { EVER, IndexBench, type Keyed } from './fixture'

const START = 1_700_000_000_000

/** What fills a file of ten entries, with all that is odd about times and hashes. */
const FULL: readonly Keyed[] = [
  { at: 100, time: START, properties: { UNIQ_KEY: 'Aa', KEYS: 'BB' } },
  { at: 350, time: START + 2999, properties: { TAGS: 'paid', KEYS: '标签🚀' } },
  { at: 900, time: START - 10_000, properties: { KEYS: 'Aa' } },
  { at: 5_000_000_000, time: START + 10_000, properties: { KEYS: 'polygenelubricants' } },
  { at: 5_000_000_001, time: START + 3_000_000_000_000, properties: { KEYS: 'late' } },
  { at: 5_000_000_300, time: START + 20_000, properties: { KEYS: ' a  b ' } }
]
const NEXT: readonly Keyed[] = [
  { at: 5_000_000_400, time: START + 25_500, properties: { KEYS: 'first' } },
  { at: 5_000_000_500, time: START + 27_000, properties: { UNIQ_KEY: 'first' } }
]

/** Written by IndexFile of the official 4.9.7 and 5.5.0, which agree: the keys above put into files of 7 slots and 10 entries. */
const OFFICIAL_FULL =
  '0000018bcfe568000000018bcfe5b6200000000000000064000000012a05f32c000000040000000a0000000900000007000000000000000000000000000000060000000800000000000000000000000000000000000000000026bacf000000000000006400000000000000000026bacf000000000000006400000000000000013d874cb7000000000000015e00000002000000001d2a7f56000000000000015e00000002000000000026bacf00000000000003840000000000000002609a4b71000000012a05f2000000000a000000056e89228b000000012a05f2017fffffff0000000000013ff2000000012a05f32c000000140000000300013ff3000000012a05f32c0000001400000004'
const OFFICIAL_NEXT =
  '0000018bcfe5cb9c0000018bcfe5d178000000012a05f390000000012a05f3f4000000010000000300000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000062ec1e3f000000012a05f390000000050000000062ec1e3f000000012a05f3f40000000100000001'.padEnd(
    536,
    '0'
  )

function localTime(...parts: [number, number, number, number, number, number, number]): number {
  return new Date(...parts).getTime()
}

async function filled(...records: readonly Keyed[]): Promise<IndexBench> {
  const bench = new IndexBench()
  bench.add(...records)
  await bench.index.flush({ sync: true })
  return bench
}

describe('index files', () => {
  it('are byte for byte what the official brokers write', async () => {
    const bench = new IndexBench(undefined, undefined, localTime(2024, 0, 2, 3, 4, 5, 6))
    bench.add(...FULL, ...NEXT)
    await bench.index.flush({ sync: false })
    expect(bench.paths).toEqual(['/store/index/20240102030405006', '/store/index/20240102030405007'])
    expect(bench.files.bytesOf(bench.paths[0] ?? '').toString('hex')).toBe(OFFICIAL_FULL)
    expect(bench.files.bytesOf(bench.paths[1] ?? '').toString('hex')).toBe(OFFICIAL_NEXT)
  })

  it('are the same however often they are flushed, closed and loaded in between', async () => {
    const bench = new IndexBench()
    for (const record of [...FULL, ...NEXT]) {
      bench.add(record)
      await bench.index.flush({ sync: false })
      await bench.index.close()
      bench.reload()
    }
    expect(bench.paths.map((path) => bench.files.bytesOf(path).toString('hex'))).toEqual([OFFICIAL_FULL, OFFICIAL_NEXT])
  })

  it('of official brokers are read: every key leads to its records, the newest first', async () => {
    const bench = new IndexBench()
    bench.files.put('/store/index/20240102030405006', Buffer.from(OFFICIAL_FULL, 'hex'))
    bench.files.put('/store/index/20240102030405007', Buffer.from(OFFICIAL_NEXT, 'hex'))
    bench.reload()
    expect(bench.index.problems).toEqual([])
    expect(bench.index.endPhysicalOffset).toBe(5_000_000_500)
    expect(bench.index.lastStoreTimestamp).toBe(START + 27_000)
    expect(await bench.offsets('first')).toEqual([5_000_000_500, 5_000_000_400])
    expect(await bench.offsets('Aa')).toEqual([900, 100])
    expect(await bench.offsets('标签🚀')).toEqual([350])
    expect(await bench.offsets('paid', { indexType: 'T' })).toEqual([350])
    expect(await bench.offsets('b')).toEqual([5_000_000_300])
    expect(await bench.offsets('c')).toEqual([])
    expect(bench.files.operations.filter(({ name }) => name === 'write')).toEqual([])
  })

  it('name a record once for a key that it has twice, or that another of its keys looks like', async () => {
    const bench = await filled(
      { at: 7, time: START, properties: { UNIQ_KEY: 'k', KEYS: 'k k' } },
      { at: 90, time: START, properties: { KEYS: 'k' } }
    )
    expect(await bench.offsets('k')).toEqual([90, 7])
    expect(await bench.offsets('k', { maxCount: 1 })).toEqual([90])
  })

  it('leave out the ends of rolled-back transactions, records without keys and those that are in already', async () => {
    const bench = new IndexBench()
    const k = { KEYS: 'k' }
    bench.add({ at: 10, time: START, sysFlag: MessageSysFlag.TRANSACTION_ROLLBACK, properties: k })
    bench.add({ at: 20, time: START, sysFlag: MessageSysFlag.TRANSACTION_PREPARED, properties: k })
    bench.add({ at: 30, time: START, properties: { colour: 'red' } })
    expect(bench.index.endPhysicalOffset).toBe(20)
    bench.add({ at: 30, time: START, properties: k }, { at: 20, time: START, properties: k })
    expect(await bench.offsets('k')).toEqual([20])
    await bench.index.close()
    bench.reload()
    expect(bench.index.endPhysicalOffset).toBe(20)
  })

  it('find what is in memory, while it is being written, and on disk', async () => {
    const bench = new IndexBench()
    bench.add(...FULL.slice(0, 2))
    expect(await bench.offsets('Aa')).toEqual([100])
    bench.files.hold()
    const flushed = bench.index.flush({ sync: true })
    while (bench.files.held.length === 0) await Promise.resolve()
    bench.add(...FULL.slice(2, 4))
    expect(await bench.offsets('Aa')).toEqual([900, 100])
    bench.files.release()
    expect(bench.index.flushedPhysicalOffset).toBe(-1)
    await flushed
    expect([bench.index.flushedPhysicalOffset, bench.index.endPhysicalOffset]).toEqual([350, 5_000_000_000])
    expect(await bench.offsets('Aa')).toEqual([900, 100])
    expect(bench.index.pendingBytes).toBeGreaterThan(0)
    await bench.index.flush({ sync: true })
    expect(bench.index.pendingBytes).toBe(0)
    expect(await bench.offsets('Aa')).toEqual([900, 100])
  })

  it('are written however fast entries come in meanwhile: a slot that changes again waits for the next time', async () => {
    const bench = new IndexBench(undefined, { indexSlots: 7000, indexEntries: 10_000 })
    let [at, isWriting] = [100, true]
    bench.add({ at, time: START, properties: { KEYS: 'busy' } })
    const flushed = bench.index.flush({ sync: false }).finally(() => {
      isWriting = false
    })
    while (isWriting && at < 5000) {
      bench.add({ at: ++at, time: START, properties: { KEYS: 'busy' } })
      await Promise.resolve()
    }
    expect(isWriting).toBe(false)
    await flushed
    expect(await bench.offsets('busy', { maxCount: 1 })).toEqual([at])
    expect(bench.index.flushedPhysicalOffset).toBeLessThan(at)
  })

  it('tell of the newest message with a key, and of the newest on disk', async () => {
    const bench = await filled({ at: 5, time: START, properties: { KEYS: 'k' } })
    bench.add({ at: 9, time: START + 5000, properties: { KEYS: 'k' } })
    const answer = await bench.index.find({ keyText: 'T#none', maxCount: 1, ...EVER })
    expect(answer).toEqual({ physicalOffsets: [], lastUpdateTimestamp: START + 5000, lastUpdatePhysicalOffset: 9 })
    expect(bench.index.lastStoreTimestamp).toBe(START)
  })

  it('keep to a time range as far as whole seconds go, and look into no file that is too old or too young', async () => {
    const records = Array.from({ length: 30 }, (_, i) => ({ at: i * 100, time: START + i * 700, properties: { KEYS: 'k' } }))
    const bench = await filled(...records)
    const inside = records.filter(({ time }) => time >= START + 5600 && time <= START + 9800).map(({ at }) => at)
    const found = await bench.offsets('k', { beginMs: START + 5600, endMs: START + 9800 })
    expect(found).toEqual(expect.arrayContaining(inside))
    expect(found.length).toBeLessThanOrEqual(inside.length + 4)
    const opened = bench.files.operations.length
    expect(await bench.offsets('k', { beginMs: START + 20_000, endMs: START + 20_300 })).toEqual([2900])
    expect(new Set(bench.files.operations.slice(opened).map(({ path }) => path))).toEqual(new Set([bench.paths.at(-1)]))
  })

  it('go away when their records have, the newest stays', async () => {
    const bench = await filled(...Array.from({ length: 27 }, (_, i) => ({ at: i * 100, time: START, properties: { KEYS: 'k' } })))
    expect(bench.paths).toHaveLength(3)
    await bench.index.dropBefore(800)
    expect(bench.paths).toHaveLength(3)
    await bench.index.dropBefore(801)
    expect(bench.paths).toHaveLength(2)
    await bench.index.dropBefore(1e9)
    expect(bench.paths).toHaveLength(1)
    expect(await bench.offsets('k')).toEqual([2600, 2500, 2400, 2300, 2200, 2100, 2000, 1900, 1800])
    await bench.index.reset()
    expect([bench.paths, bench.index.endPhysicalOffset]).toEqual([[], -1])
    expect(await bench.offsets('k')).toEqual([])
  })

  it('take ascending names when the clock goes back, or stands', async () => {
    const bench = await filled(...Array.from({ length: 9 }, (_, i) => ({ at: i, time: START, properties: { KEYS: 'k' } })))
    bench.clock.stepWallClock(-3_600_000)
    bench.add({ at: 100, time: START, properties: { KEYS: 'k' } })
    await bench.index.flush({ sync: false })
    const [first = '', second = ''] = bench.paths.map((path) => path.slice('/store/index/'.length))
    expect(second).toBe(String(BigInt(first) + 1n))
  })

  it('answer as if every record were looked at', async () => {
    const key = fc.constantFrom('a', 'Aa', 'BB', '标', 'x', 'y')
    const sent = fc.record({ keys: fc.array(key, { maxLength: 3 }), waitMs: fc.nat(5000), isFlushed: fc.boolean(), isLast: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { maxLength: 60 }), key, fc.nat(60_000), fc.nat(60_000), async (messages, wanted, begin, length) => {
        const bench = new IndexBench(undefined, { indexSlots: 3, indexEntries: 6 })
        let time = START
        const records: Keyed[] = []
        for (const [i, { keys, waitMs, isFlushed, isLast }] of messages.entries()) {
          time += waitMs
          const record = { at: i * 100, time, properties: keys.length > 0 ? { KEYS: keys.join(' ') } : {} }
          records.push(record)
          bench.add(record)
          if (isFlushed) await bench.index.flush({ sync: false })
          if (!isLast || i % 4 > 0) continue
          await bench.index.close()
          bench.reload()
        }
        const hash = keyHash(`T#${wanted}`)
        const carrying = records.filter(({ properties }) => properties['KEYS']?.split(' ').some((one) => keyHash(`T#${one}`) === hash))
        const all = carrying.map(({ at }) => at).reverse()
        expect(await bench.offsets(wanted)).toEqual(all.slice(0, 64))
        const range = { beginMs: START + begin, endMs: START + begin + length }
        const inRange = carrying.filter((one) => one.time >= range.beginMs && one.time <= range.endMs).map(({ at }) => at)
        expect(await bench.offsets(wanted, range)).toEqual(expect.arrayContaining(inRange))
      }),
      runs(60)
    )
  })
})
