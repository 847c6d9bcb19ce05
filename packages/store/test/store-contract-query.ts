import { expect, it } from '@jest/globals'
import { decodeRecord, encodeProperties, MessageSysFlag } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import type { AppendRequest, MessageStore, QueryRequest, QueryResult } from '../src'
import { Bench, type CreateStore } from './store-contract'

const ALL = { topic: 'T', maxCount: 32, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER }

async function query(store: MessageStore, key: string, change: Partial<QueryRequest> = {}): Promise<QueryResult> {
  return store.query({ ...ALL, key, ...change })
}

async function found(store: MessageStore, key: string, change: Partial<QueryRequest> = {}): Promise<string[]> {
  return bodies(await query(store, key, change))
}

function bodies(result: QueryResult): string[] {
  return result.records.map((record) => decodeRecord(record).body.toString())
}

function keyed(properties: Readonly<Record<string, string>>, change: Partial<AppendRequest> = {}): Partial<AppendRequest> {
  return { properties: encodeProperties(Object.entries(properties)), ...change }
}

function message(body: string, properties: Readonly<Record<string, string>>, change: Partial<AppendRequest> = {}): Partial<AppendRequest> {
  return keyed(properties, { body: Buffer.from(body), ...change })
}

/** What a store answers to a query by key. */
export function queries(create: CreateStore): void {
  it('finds a message by its unique key, by each of its keys and by its tag', async () => {
    const bench = await Bench.start(create)
    bench.append(message('wanted', { KEYS: 'order-1  标签🚀', UNIQ_KEY: 'ABCD', TAGS: 'paid' }))
    bench.append(message('other', { KEYS: 'order-2', UNIQ_KEY: 'EFGH', TAGS: 'created' }))
    bench.append(message('bare', {}))
    await bench.committed()
    const { store } = bench
    for (const key of ['order-1', '标签🚀', 'ABCD']) expect([key, await found(store, key)]).toEqual([key, ['wanted']])
    expect(await found(store, 'ABCD', { indexType: 'U' })).toEqual(['wanted'])
    expect(await found(store, 'paid', { indexType: 'T' })).toEqual(['wanted'])
    for (const key of ['order', 'order-1 ', 'paid', 'T#paid', '']) expect([key, await found(store, key)]).toEqual([key, []])
    expect(await found(store, 'order-1', { indexType: 'T' })).toEqual([])
    expect(await found(store, 'order-1', { topic: 'U' })).toEqual([])
  })

  it('tells messages apart whose keys have one hash', async () => {
    const bench = await Bench.start(create)
    bench.append(message('one', { KEYS: 'Aa' }))
    bench.append(message('two', { KEYS: 'BB' }))
    await bench.committed()
    expect(await found(bench.store, 'Aa')).toEqual(['one'])
    expect(await found(bench.store, 'BB')).toEqual(['two'])
    expect(await found(bench.store, 'Aa', { maxCount: 1 })).toEqual(['one'])
  })

  it('finds what is committed, also when it has been asked before', async () => {
    const bench = await Bench.start(create)
    expect(await query(bench.store, 'k')).toEqual({ records: [], lastUpdateTimestamp: 0, lastUpdatePhysicalOffset: 0 })
    bench.append(message('first', { KEYS: 'k' }))
    await bench.committed()
    bench.append(message('second', { KEYS: 'k' }))
    expect(await found(bench.store, 'k')).toEqual(['first'])
    await bench.committed()
    expect(await found(bench.store, 'k')).toEqual(['first', 'second'])
  })

  it('gives the newest of those that are too many, in log order, and each once', async () => {
    const bench = await Bench.start(create)
    await bench.fill(5, () => keyed({ KEYS: 'k k', UNIQ_KEY: 'k' }))
    expect(await found(bench.store, 'k', { maxCount: 2 })).toEqual(['body 3', 'body 4'])
    expect(await found(bench.store, 'k', { maxCount: 0 })).toEqual([])
    expect(await found(bench.store, 'k')).toEqual(['body 0', 'body 1', 'body 2', 'body 3', 'body 4'])
  })

  it('finds the newest that have room in so many bytes, and one in any case', async () => {
    const bench = await Bench.start(create)
    const sizes: number[] = []
    for (const body of ['old', 'new', 'newest']) sizes.push(bench.append(message(body, { KEYS: 'k' })).size)
    await bench.committed()
    const [, second = 0, third = 0] = sizes
    for (const [maxBytes, wanted] of [
      [second + third, ['new', 'newest']],
      [second + third - 1, ['newest']],
      [1, ['newest']]
    ] as const) {
      expect(await found(bench.store, 'k', { maxBytes })).toEqual(wanted)
    }
  })

  it('gives 64 messages at most', async () => {
    const bench = await Bench.start(create)
    await bench.fill(70, () => keyed({ KEYS: 'k' }))
    const { records } = await query(bench.store, 'k', { maxCount: 1000 })
    expect(records.map((record) => decodeRecord(record).queueOffset)).toEqual(Array.from({ length: 64 }, (_, index) => index + 6))
  })

  it('keeps to the store times it was given, to the millisecond, both included', async () => {
    const bench = await Bench.start(create)
    const start = bench.clock.now
    for (let index = 0; index < 4; index++) {
      bench.clock.now = start + index * 700
      bench.append(message(`body ${index}`, { KEYS: 'k' }))
    }
    await bench.committed()
    expect(await found(bench.store, 'k', { beginMs: start + 700, endMs: start + 1400 })).toEqual(['body 1', 'body 2'])
    expect(await found(bench.store, 'k', { beginMs: start + 701, endMs: start + 1399 })).toEqual([])
    expect(await found(bench.store, 'k', { endMs: start - 1 })).toEqual([])
    expect(await found(bench.store, 'k', { beginMs: start + 2101 })).toEqual([])
  })

  it('says where the index ends: at the newest message that has a key', async () => {
    const bench = await Bench.start(create)
    bench.append(message('first', { KEYS: 'k' }))
    bench.clock.now += 5000
    const last = bench.append(message('last', { UNIQ_KEY: 'u' }))
    bench.clock.now += 5000
    bench.append(message('bare', { colour: 'red' }))
    await bench.committed()
    const { lastUpdateTimestamp, lastUpdatePhysicalOffset } = await query(bench.store, 'nothing has this')
    expect({ lastUpdateTimestamp, lastUpdatePhysicalOffset }).toEqual({
      lastUpdateTimestamp: last.storeTimestamp,
      lastUpdatePhysicalOffset: last.physicalOffset
    })
  })

  it('finds half messages and committed ones, but not the end of what was rolled back', async () => {
    const bench = await Bench.start(create)
    bench.append(message('half', { KEYS: 'k' }, { sysFlag: MessageSysFlag.TRANSACTION_PREPARED }))
    bench.append(message('committed', { KEYS: 'k' }, { sysFlag: MessageSysFlag.TRANSACTION_COMMIT }))
    bench.append(message('rolled back', { KEYS: 'k' }, { sysFlag: MessageSysFlag.TRANSACTION_ROLLBACK }))
    await bench.committed()
    expect(await found(bench.store, 'k')).toEqual(['half', 'committed'])
  })

  it('gives whole records, of long bodies and hosts of IPv6 too', async () => {
    const bench = await Bench.start(create)
    const host = { host: 'fe80::1', port: 1 }
    const body = Buffer.alloc(40 * 1024, 'x')
    const { size } = bench.append(keyed({ KEYS: 'k', TAGS: 't' }, { body, bornHost: host, storeHost: host }))
    await bench.committed()
    const { records } = await query(bench.store, 't', { indexType: 'T' })
    expect(records.map((record) => record.length)).toEqual([size])
    expect(records.map((record) => decodeRecord(record).body.equals(body))).toEqual([true])
  })

  it('answers as if it looked at every message', async () => {
    const key = fc.constantFrom('a', 'Aa', 'BB', '标', 'c#d')
    const sent = fc.record({
      topic: fc.constantFrom('T', 'U'),
      keys: fc.array(key, { maxLength: 3 }),
      tag: fc.option(key, { nil: undefined }),
      waitMs: fc.nat(3000)
    })
    const asked = fc.record({
      topic: fc.constantFrom('T', 'U'),
      key,
      indexType: fc.constantFrom('K' as const, 'T' as const),
      maxCount: fc.integer({ min: 1, max: 5 }),
      beginMs: fc.nat(20_000),
      lengthMs: fc.nat(20_000)
    })
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { maxLength: 20 }), fc.array(asked, { minLength: 1, maxLength: 5 }), async (messages, questions) => {
        const bench = await Bench.start(create)
        const start = bench.clock.now
        const stored = messages.map(({ topic, keys, tag, waitMs }, index) => {
          bench.clock.now += waitMs
          const properties = { ...(keys.length > 0 && { KEYS: keys.join(' ') }), ...(tag !== undefined && { TAGS: tag }) }
          bench.append(message(String(index), properties, { topic }))
          return { topic, keys, tag, at: bench.clock.now, body: String(index) }
        })
        await bench.committed()
        for (const { topic, key, indexType, maxCount, beginMs, lengthMs } of questions) {
          const range = { beginMs: start + beginMs, endMs: start + beginMs + lengthMs }
          const wanted = stored
            .filter((one) => one.topic === topic && (indexType === 'T' ? one.tag === key : one.keys.includes(key)))
            .filter((one) => one.at >= range.beginMs && one.at <= range.endMs)
          expect(await found(bench.store, key, { topic, indexType, maxCount, ...range })).toEqual(
            wanted.slice(-maxCount).map((one) => one.body)
          )
        }
        await bench.store.close()
      }),
      runs(20)
    )
  })
}

/** What a store makes of a message's delay. */
export function delays(create: CreateStore): void {
  it('gives the queue entry of a delayed message the time of its delivery: its store time and the delay', async () => {
    const bench = await Bench.start(create)
    const arrivals: number[] = []
    bench.store.onArrival(({ tagsCode }) => arrivals.push(tagsCode))
    const { storeTimestamp } = bench.append({ tagsCode: 7, delayMs: 10_000 })
    bench.append({ tagsCode: 7, delayMs: 0 })
    bench.append({ tagsCode: 7 })
    await bench.committed()
    const seen: number[] = []
    await bench.read(0, { matches: (tagsCode) => seen.push(tagsCode) > 0 })
    expect(seen).toEqual([storeTimestamp + 10_000, storeTimestamp, 7])
    expect(arrivals).toEqual(seen)
  })
}
