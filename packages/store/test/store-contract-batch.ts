import { expect, it } from '@jest/globals'
import { decodeRecord, encodeProperties, MAX_PROPERTIES_BYTES, type MessageRecord, MessageSysFlag } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { type AppendRequest, type Arrival, StoreError } from '../src'
import { Bench, type CreateStore, MAX_MESSAGE_BYTES, refusalOf, request } from './store-contract'

const QUEUES = [
  ['T', 0],
  ['T', 1],
  ['U', 0]
] as const

type Change = Partial<AppendRequest>

const named = (name: string, change: Change = {}): Change => ({
  body: Buffer.from(name),
  properties: encodeProperties([['KEYS', name]]),
  ...change
})

/** A message that looks right until it is written. */
function unwritable(): AppendRequest {
  return Object.defineProperty(request(), 'flag', {
    get: () => {
      throw new RangeError('no flag')
    }
  })
}

const refused = (): ReadonlyArray<readonly [string, AppendRequest, string]> => [
  ['too long a body', request({ body: Buffer.alloc(MAX_MESSAGE_BYTES + 1) }), 'MESSAGE_TOO_LARGE'],
  ['too many properties', request({ properties: Buffer.alloc(MAX_PROPERTIES_BYTES + 1, 'x') }), 'PROPERTIES_TOO_LARGE'],
  ['too long a topic', request({ topic: 't'.repeat(128) }), 'TOPIC_TOO_LONG'],
  ['no address', request({ bornHost: { host: 'no address', port: 1 } }), 'ProtocolError'],
  ['a field that cannot be written', unwritable(), 'RangeError']
]

/** The code of what is thrown, or what else it is called. */
function nameOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return error instanceof StoreError ? error.code : (error as Error).name
  }
  return 'nothing was refused'
}

/** A store, what it has told of, and what is in its queues. */
class BatchBench {
  readonly bench: Bench
  readonly arrivals: Arrival[] = []

  constructor(bench: Bench) {
    this.bench = bench
    bench.store.onArrival((arrival) => this.arrivals.push(arrival))
  }

  static async start(create: CreateStore): Promise<BatchBench> {
    return new BatchBench(await Bench.start(create))
  }

  async records(topic: string, queueId: number): Promise<MessageRecord[]> {
    const { records } = await this.bench.readFrom(topic, queueId, 0, { maxCount: 800, maxBytes: 1e9 })
    return records.map((record) => decodeRecord(record).detach())
  }

  async bodies(): Promise<string[][]> {
    const queues = await Promise.all(QUEUES.map(([topic, queueId]) => this.records(topic, queueId)))
    return queues.map((records) => records.map(({ body }) => body.toString()))
  }

  async found(key: string): Promise<string[]> {
    const query = { topic: 'T', key, maxCount: 32, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER }
    return (await this.bench.store.query(query)).records.map((record) => decodeRecord(record).body.toString())
  }
}

/** How a store takes the messages of a batch: all of them or none. */
export function batches(create: CreateStore): void {
  it('tells where each will be: one behind the other in the log and in its queue, at one time', async () => {
    const { bench } = await BatchBench.start(create)
    const before = bench.append(named('before'))
    Object.defineProperty(bench.clock, 'now', { get: () => time++ })
    let time = 1_700_000_000_500
    const appended = bench.store.appendAll([named('a'), named('b', { queueId: 1 }), named('c'), named('d', { topic: 'U' })].map(request))
    const [first] = appended
    expect(appended.map(({ queueOffset }) => queueOffset)).toEqual([1, 0, 2, 0])
    expect(first?.physicalOffset).toBe(before.physicalOffset + before.size)
    for (const [i, { physicalOffset, size }] of appended.entries()) {
      expect(appended[i + 1]?.physicalOffset ?? physicalOffset + size).toBe(physicalOffset + size)
    }
    expect(new Set(appended.map(({ storeTimestamp }) => storeTimestamp)).size).toBe(1)
    const after = bench.append(named('after'))
    expect(after.queueOffset).toBe(3)
    expect(await bench.committed()).toBe('COMMITTED')
    const stored = await Promise.all(appended.map(({ physicalOffset }) => bench.store.recordAt(physicalOffset)))
    expect(stored.map((record) => record?.body.toString())).toEqual(['a', 'b', 'c', 'd'])
    for (const [i, record] of stored.entries()) expect(record).toMatchObject(appended[i] ?? {})
  })

  it('shows them with the commit and not before, tells of each once and finds each once', async () => {
    const batch = await BatchBench.start(create)
    batch.bench.store.appendAll(['a', 'b', 'c'].map((name, tagsCode) => request(named(name, { tagsCode }))))
    expect(batch.bench.store.maxOffset('T', 0)).toBe(0)
    await batch.bench.committed()
    expect(await batch.bodies()).toEqual([['a', 'b', 'c'], [], []])
    expect(batch.arrivals).toEqual([0, 1, 2].map((offset) => ({ topic: 'T', queueId: 0, queueOffset: offset, tagsCode: offset })))
    for (const name of ['a', 'b', 'c']) expect(await batch.found(name)).toEqual([name])
  })

  it('copies: the sender may use its buffers again at once', async () => {
    const batch = await BatchBench.start(create)
    const body = Buffer.from('mine')
    batch.bench.store.appendAll([request({ body }), request({ body })])
    body.fill(0)
    await batch.bench.committed()
    expect(await batch.bodies()).toEqual([['mine', 'mine'], [], []])
  })

  it('of no messages stages nothing', async () => {
    const { bench } = await BatchBench.start(create)
    expect(bench.store.appendAll([])).toEqual([])
    expect(await bench.committed()).toBe('COMMITTED')
    expect(bench.append()).toMatchObject({ physicalOffset: 0, queueOffset: 0 })
  })

  it('stages delayed and half messages as it would alone', async () => {
    const batch = await BatchBench.start(create)
    const { store, clock } = batch.bench
    const half = { sysFlag: MessageSysFlag.TRANSACTION_PREPARED }
    const appended = store.appendAll([named('delayed', { delayMs: 5000, tagsCode: 7 }), named('half', half), named('next')].map(request))
    expect(appended.map(({ queueOffset }) => queueOffset)).toEqual([0, 0, 1])
    await batch.bench.committed()
    expect(batch.arrivals.map(({ tagsCode }) => tagsCode)).toEqual([clock.now + 5000, 0])
    expect(await batch.bodies()).toEqual([['delayed', 'next'], [], []])
    expect((await store.recordAt(appended[1]?.physicalOffset ?? -1))?.body.toString()).toBe('half')
  })

  it.each(refused())('stages none when one has %s, whichever that is, and keeps what was staged before', async (_, bad, code) => {
    for (const at of [0, 1, 2]) {
      const batch = await BatchBench.start(create)
      const { bench, arrivals } = batch
      const { store } = bench
      const before = bench.append(named('before'))
      const good = [named('a'), named('b', { queueId: 1 })].map(request)
      const all = [...good.slice(0, at), bad, ...good.slice(at)]
      expect(nameOf(() => store.appendAll(all))).toBe(code)
      const [first] = store.appendAll(good)
      expect(first).toMatchObject({ queueOffset: 1, physicalOffset: before.physicalOffset + before.size })
      expect(await bench.committed()).toBe('COMMITTED')
      expect(await batch.bodies()).toEqual([['before', 'a'], ['b'], []])
      expect(arrivals.map(({ queueId, queueOffset }) => [queueId, queueOffset])).toEqual([
        ...[
          [0, 0],
          [0, 1]
        ],
        [1, 0]
      ])
      for (const name of ['before', 'a', 'b']) expect(await batch.found(name)).toEqual([name])
    }
  })

  it('refuses them when it is not started, and once it is closed', async () => {
    const store = await create({ now: () => 1, defer: (callback) => process.nextTick(callback), maxMessageBytes: MAX_MESSAGE_BYTES })
    expect(refusalOf(() => store.appendAll([request()])).code).toBe('STORE_NOT_WRITABLE')
    await store.start()
    store.appendAll([request()])
    await store.close()
    expect(refusalOf(() => store.appendAll([request()])).code).toBe('STORE_NOT_WRITABLE')
    await store.start()
    expect(store.maxOffset('T', 0)).toBe(1)
    await store.close()
  })

  it('stores what the same messages one by one would have left, however they are grouped', async () => {
    const message = fc.record({ queue: fc.constantFrom(...QUEUES), bytes: fc.integer({ min: 0, max: 3000 }), isBad: fc.constant(false) })
    const unfit = message.map((made) => ({ ...made, isBad: true }))
    const groups = fc.array(fc.array(fc.oneof({ arbitrary: message, weight: 8 }, { arbitrary: unfit, weight: 1 }), { maxLength: 8 }), {
      minLength: 1,
      maxLength: 12
    })
    const property = fc.asyncProperty(groups, fc.integer({ min: 1, max: 4 }), async (told, perCommit) => {
      const [grouped, single] = [await BatchBench.start(create), await BatchBench.start(create)]
      let number = 0
      for (const [index, group] of told.entries()) {
        const requests = group.map(({ queue: [topic, queueId], bytes, isBad }) => {
          const body = Buffer.from(`${number++} ${'x'.repeat(isBad ? MAX_MESSAGE_BYTES : bytes)}`)
          return request({ topic, queueId, body, tagsCode: number })
        })
        if (group.some(({ isBad }) => isBad))
          expect(refusalOf(() => grouped.bench.store.appendAll(requests)).code).toBe('MESSAGE_TOO_LARGE')
        else {
          const places = grouped.bench.store.appendAll(requests).map(({ queueOffset }) => queueOffset)
          expect(places).toEqual(requests.map((one) => single.bench.store.append(one).queueOffset))
        }
        if (index % perCommit === 0) await Promise.all([grouped.bench.committed(), single.bench.committed()])
      }
      await Promise.all([grouped.bench.committed(), single.bench.committed()])
      expect(await grouped.bodies()).toEqual(await single.bodies())
      expect(grouped.arrivals).toEqual(single.arrivals)
      await Promise.all([grouped.bench.store.close(), single.bench.store.close()])
    })
    await fc.assert(property, runs(15))
  })
}
