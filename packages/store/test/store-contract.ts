import { describe, expect, it } from '@jest/globals'
import {
  decodeRecord,
  MAX_PROPERTIES_BYTES,
  MessageSysFlag,
  RECORD_CRC_BYTES,
  recordSize,
  sealRecord,
  withRecordCrc,
  writeRecord
} from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { type Appended, type AppendRequest, type Arrival, type CommitStatus, type MessageStore, type ReadResult, StoreError } from '../src'
import { batches } from './store-contract-batch'
import { hosts, transactions } from './store-contract-hosts'
import { delays, queries } from './store-contract-query'

/** What every store is made with here. */
export interface ContractOptions {
  readonly now: () => number
  readonly defer: (callback: () => void) => void
  /** Longest body, bytes. */
  readonly maxMessageBytes: number
}

/** Makes a store that holds nothing and is not started. */
export type CreateStore = (options: ContractOptions) => MessageStore | Promise<MessageStore>

export const MAX_MESSAGE_BYTES = 64 * 1024

/** A started store, its clock, and short ways to use it. */
export class Bench {
  readonly store: MessageStore
  readonly clock: { now: number }

  private constructor(store: MessageStore, clock: { now: number }) {
    this.store = store
    this.clock = clock
  }

  static async start(create: CreateStore): Promise<Bench> {
    const clock = { now: 1_700_000_000_000 }
    const store = await create({
      now: () => clock.now,
      defer: (callback) => process.nextTick(callback),
      maxMessageBytes: MAX_MESSAGE_BYTES
    })
    await store.start()
    return new Bench(store, clock)
  }

  append(change: Partial<AppendRequest> = {}): Appended {
    return this.store.append(request(change))
  }

  committed(): Promise<CommitStatus> {
    return new Promise((resolve) => {
      this.store.whenCommitted(resolve)
      this.store.commit()
    })
  }

  /** Appends that many to `T`/0 and commits them. */
  async fill(count: number, change: (index: number) => Partial<AppendRequest> = () => ({})): Promise<Appended[]> {
    const appended = Array.from({ length: count }, (_, index) => this.append({ body: Buffer.from(`body ${index}`), ...change(index) }))
    expect(await this.committed()).toBe('COMMITTED')
    return appended
  }

  read(
    queueOffset: number,
    limits: { maxCount?: number; maxBytes?: number; matches?: (tagsCode: number) => boolean } = {}
  ): Promise<ReadResult> {
    return this.readFrom('T', 0, queueOffset, limits)
  }

  async readFrom(topic: string, queueId: number, queueOffset: number, limits = {}): Promise<ReadResult> {
    return this.store.read({ topic, queueId, queueOffset, maxCount: 32, maxBytes: 1024 * 1024, ...limits })
  }
}

export function request(change: Partial<AppendRequest> = {}): AppendRequest {
  return {
    ...{ topic: 'T', queueId: 0, flag: 0, sysFlag: 0, bornTimestamp: 1_600_000_000_000 },
    ...{ bornHost: { host: '10.1.2.3', port: 40000 }, storeHost: { host: '127.0.0.1', port: 10911 } },
    ...{ reconsumeTimes: 0, preparedTransactionOffset: 0, body: Buffer.from('hello'), properties: Buffer.alloc(0), tagsCode: 0 },
    ...change
  }
}

function bodies(result: ReadResult): string[] {
  return result.records.map((record) => decodeRecord(record).body.toString())
}

function place(result: ReadResult): unknown {
  const { status, nextBeginOffset, minOffset, maxOffset } = result
  return { status, nextBeginOffset, minOffset, maxOffset, count: result.records.length }
}

export function refusalOf(action: () => unknown): StoreError {
  try {
    action()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** How a store differs from the others. */
export interface StoreTraits {
  /** Whether each record gets a checksum over all of it. Default `false`. */
  readonly isSealed?: boolean
}

/** Holds a store to its interface. Run it on every implementation. */
export function storeContract(name: string, create: CreateStore, { isSealed = false }: StoreTraits = {}): void {
  describe(name, () => {
    describe('appending', () => appending(create, isSealed))
    describe('a batch', () => batches(create))
    describe('committing', () => committing(create))
    describe('reading a queue', () => reading(create))
    describe('a record by its commit log offset', () => recordsByOffset(create))
    describe('offsets by time', () => offsetsByTime(create))
    describe('hosts', () => hosts(create, isSealed))
    describe('transactions', () => transactions(create))
    describe('a query by key', () => queries(create))
    describe('a delayed message', () => delays(create))
    describe('deleting a topic', () => deletingTopics(create))
    describe('documents', () => documents(create))
    describe('closing', () => closing(create))
  })
}

function appending(create: CreateStore, isSealed: boolean): void {
  const stored = (content: AppendRequest) => (isSealed ? withRecordCrc(content) : content)

  it('tells where each record will be: queues count by themselves, the log by bytes', async () => {
    const bench = await Bench.start(create)
    const first = bench.append()
    const second = bench.append()
    const other = bench.append({ queueId: 1 })
    const third = bench.append({ topic: 'U' })
    expect([first, second, other, third].map((appended) => appended.queueOffset)).toEqual([0, 1, 0, 0])
    expect(second.physicalOffset).toBe(first.physicalOffset + first.size)
    expect(other.physicalOffset).toBe(second.physicalOffset + second.size)
    expect(first.size).toBe(recordSize(stored(request())))
  })

  it('stores every field, in the official layout', async () => {
    const bench = await Bench.start(create)
    const sent = request({
      ...{ topic: '%RETRY%group', queueId: 7, flag: -3, sysFlag: MessageSysFlag.TRANSACTION_COMMIT, bornTimestamp: 5 },
      ...{ bornHost: { host: 'fe80::1', port: 1 }, storeHost: { host: '10.9.8.7', port: 2 }, reconsumeTimes: 4 },
      ...{ preparedTransactionOffset: 99, body: Buffer.from('标签 🚀'), properties: Buffer.from('a\u0001b\u0002'), tagsCode: -5 }
    })
    const appended = bench.store.append(sent)
    expect(appended.storeTimestamp).toBe(bench.clock.now)
    await bench.committed()
    const { records } = await bench.readFrom('%RETRY%group', 7, 0)
    const expected = Buffer.alloc(recordSize(stored(sent)))
    writeRecord(expected, 0, stored(sent), appended)
    if (isSealed) sealRecord(expected, 0, expected.length)
    expect(records.map((record) => record.toString('hex'))).toEqual([expected.toString('hex')])
  })

  it('copies: the sender may use its buffers again at once', async () => {
    const bench = await Bench.start(create)
    const body = Buffer.from('mine')
    const properties = Buffer.from('a\u0001b\u0002')
    bench.append({ body, properties })
    body.fill(0)
    properties.fill(0)
    await bench.committed()
    const [record] = (await bench.read(0)).records
    expect(record?.includes('mine')).toBe(true)
    expect(record?.includes('a\u0001b\u0002')).toBe(true)
  })

  it('takes an empty body and the longest one, and refuses a longer', async () => {
    const bench = await Bench.start(create)
    bench.append({ body: Buffer.alloc(0) })
    bench.append({ body: Buffer.alloc(MAX_MESSAGE_BYTES) })
    const refusal = refusalOf(() => bench.append({ body: Buffer.alloc(MAX_MESSAGE_BYTES + 1) }))
    expect(refusal).toMatchObject({ code: 'MESSAGE_TOO_LARGE', facts: { bytes: MAX_MESSAGE_BYTES + 1, maxBytes: MAX_MESSAGE_BYTES } })
    await bench.committed()
    expect(bench.store.maxOffset('T', 0)).toBe(2)
  })

  it('takes the longest properties and refuses longer', async () => {
    const bench = await Bench.start(create)
    const longest = isSealed ? MAX_PROPERTIES_BYTES - RECORD_CRC_BYTES : MAX_PROPERTIES_BYTES
    bench.append({ properties: Buffer.from(`${'x'.repeat(longest - 3)}\u0001y\u0002`) })
    expect(refusalOf(() => bench.append({ properties: Buffer.alloc(longest + 1, 'x') })).code).toBe('PROPERTIES_TOO_LARGE')
    await bench.committed()
    expect(bench.store.maxOffset('T', 0)).toBe(1)
  })

  it('takes the longest topic names, counted in bytes, and refuses longer', async () => {
    const bench = await Bench.start(create)
    const longest = ['t'.repeat(127), `%RETRY%${'g'.repeat(248)}`, `%DLQ%${'g'.repeat(250)}`]
    for (const topic of longest) bench.append({ topic })
    for (const topic of [...longest.map((topic) => `${topic}x`), '标'.repeat(43)]) {
      expect(refusalOf(() => bench.append({ topic })).code).toBe('TOPIC_TOO_LONG')
    }
    await bench.committed()
    for (const topic of longest) {
      const [record] = (await bench.readFrom(topic, 0, 0)).records
      expect(record === undefined ? undefined : decodeRecord(record).topic).toBe(topic)
    }
  })

  it('leaves no trace of what it refused', async () => {
    const bench = await Bench.start(create)
    const before = bench.append()
    refusalOf(() => bench.append({ body: Buffer.alloc(MAX_MESSAGE_BYTES + 1) }))
    expect(() => bench.append({ bornHost: { host: 'no address', port: 1 } })).toThrow()
    const after = bench.append()
    expect(after).toMatchObject({ queueOffset: 1, physicalOffset: before.physicalOffset + before.size })
  })

  it('gives prepared and rolled-back transaction messages no place in a queue', async () => {
    const bench = await Bench.start(create)
    const arrivals: Arrival[] = []
    bench.store.onArrival((arrival) => arrivals.push(arrival))
    bench.append()
    const prepared = bench.append({ sysFlag: MessageSysFlag.TRANSACTION_PREPARED })
    const rolledBack = bench.append({ sysFlag: MessageSysFlag.TRANSACTION_ROLLBACK })
    const next = bench.append({ sysFlag: MessageSysFlag.TRANSACTION_COMMIT })
    await bench.committed()
    expect([prepared, rolledBack, next].map((appended) => appended.queueOffset)).toEqual([0, 0, 1])
    expect(bench.store.maxOffset('T', 0)).toBe(2)
    expect(arrivals.map((arrival) => arrival.queueOffset)).toEqual([0, 1])
    expect((await bench.store.recordAt(prepared.physicalOffset))?.sysFlag).toBe(MessageSysFlag.TRANSACTION_PREPARED)
  })
}

function committing(create: CreateStore): void {
  it('makes visible: nothing is before it, neither to reads nor to listeners nor by offset', async () => {
    const bench = await Bench.start(create)
    const arrivals: Arrival[] = []
    bench.store.onArrival((arrival) => arrivals.push(arrival))
    const { physicalOffset } = bench.append()
    await new Promise((resolve) => setImmediate(resolve))
    expect(place(await bench.read(0))).toEqual({ status: 'NO_MESSAGE_IN_QUEUE', nextBeginOffset: 0, minOffset: 0, maxOffset: 0, count: 0 })
    expect(bench.store.maxOffset('T', 0)).toBe(0)
    expect(await bench.store.recordAt(physicalOffset)).toBeUndefined()
    expect(await bench.store.storeTimeAt('T', 0, 0)).toBe(-1)
    expect(arrivals).toEqual([])
    await bench.committed()
    expect(bodies(await bench.read(0))).toEqual(['hello'])
    expect(bench.store.maxOffset('T', 0)).toBe(1)
    expect((await bench.store.recordAt(physicalOffset))?.queueOffset).toBe(0)
    expect(arrivals).toHaveLength(1)
  })

  it('calls waiters before listeners, both after the records are visible, arrivals in log order', async () => {
    const bench = await Bench.start(create)
    const told: string[] = []
    const seen = (): string => `${bench.store.maxOffset('T', 0)},${bench.store.maxOffset('T', 1)}`
    bench.store.onArrival(({ topic, queueId, queueOffset, tagsCode }) =>
      told.push(`${topic}/${queueId}/${queueOffset} ${tagsCode} ${seen()}`)
    )
    bench.append({ tagsCode: 11 })
    bench.append({ queueId: 1, tagsCode: -12 })
    bench.store.whenCommitted((status) => told.push(`${status} ${seen()}`))
    bench.append({ tagsCode: 1_700_000_000_123 })
    await bench.committed()
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual(['COMMITTED 2,1', 'T/0/0 11 2,1', 'T/1/0 -12 2,1', 'T/0/1 1700000000123 2,1'])
  })

  it('calls a waiter once, never inside the call that made it wait', async () => {
    const bench = await Bench.start(create)
    let calls = 0
    const wait = (): Promise<void> =>
      new Promise((resolve) => {
        let isInside = true
        bench.store.whenCommitted(() => {
          expect(isInside).toBe(false)
          calls++
          resolve()
        })
        isInside = false
      })
    await wait()
    bench.append()
    const waited = wait()
    bench.store.commit()
    await waited
    bench.store.commit()
    await wait()
    expect(calls).toBe(3)
  })

  it('made by a waiter or listener comes after those under way', async () => {
    const bench = await Bench.start(create)
    const told: string[] = []
    let rounds = 0
    const settled = new Promise<void>((resolve) => {
      bench.store.onArrival(({ queueId, queueOffset }) => {
        told.push(`${queueId}/${queueOffset}`)
        if (told.length === 6) resolve()
      })
    })
    const again = (): void => {
      if (++rounds === 3) return
      bench.append({ queueId: 0 })
      bench.append({ queueId: 1 })
      bench.store.whenCommitted(again)
      bench.store.commit()
    }
    bench.append({ queueId: 0 })
    bench.append({ queueId: 1 })
    bench.store.whenCommitted(again)
    bench.store.commit()
    await settled
    expect(told).toEqual(['0/0', '1/0', '0/1', '1/1', '0/2', '1/2'])
  })

  it('tells a listener nothing more once it has stopped listening', async () => {
    const bench = await Bench.start(create)
    const first: number[] = []
    const second: number[] = []
    const listener = (arrival: Arrival): void => void first.push(arrival.queueOffset)
    const stop = bench.store.onArrival(listener)
    const stopAgain = bench.store.onArrival(listener)
    bench.store.onArrival((arrival) => second.push(arrival.queueOffset))
    await bench.fill(1)
    stop()
    stop()
    await bench.fill(1)
    stopAgain()
    await bench.fill(1)
    expect(first).toEqual([0, 0, 1])
    expect(second).toEqual([0, 1, 2])
  })

  it('with nothing staged changes nothing', async () => {
    const bench = await Bench.start(create)
    bench.store.onArrival(() => {
      throw new Error('nothing arrived')
    })
    bench.store.commit()
    expect(await bench.committed()).toBe('COMMITTED')
    expect(bench.store.maxOffset('T', 0)).toBe(0)
  })
}

function reading(create: CreateStore): void {
  it('that never had a record finds no message in it, wherever it starts', async () => {
    const bench = await Bench.start(create)
    for (const queueOffset of [-1, 0, 5]) {
      expect(place(await bench.read(queueOffset))).toEqual({
        status: 'NO_MESSAGE_IN_QUEUE',
        nextBeginOffset: 0,
        minOffset: 0,
        maxOffset: 0,
        count: 0
      })
    }
    expect([bench.store.minOffset('T', 0), bench.store.maxOffset('T', 0)]).toEqual([0, 0])
  })

  it('from below, at, and beyond its end says where to go on', async () => {
    const bench = await Bench.start(create)
    await bench.fill(3)
    const ends = { minOffset: 0, maxOffset: 3, count: 0 }
    expect(place(await bench.read(-1))).toEqual({ status: 'OFFSET_TOO_SMALL', nextBeginOffset: 0, ...ends })
    expect(place(await bench.read(3))).toEqual({ status: 'OFFSET_OVERFLOW_ONE', nextBeginOffset: 3, ...ends })
    expect(place(await bench.read(4))).toEqual({ status: 'OFFSET_OVERFLOW_BADLY', nextBeginOffset: 3, ...ends })
    expect(place(await bench.read(2 ** 52))).toEqual({ status: 'OFFSET_OVERFLOW_BADLY', nextBeginOffset: 3, ...ends })
  })

  it('gives the records from the offset on, up to the count', async () => {
    const bench = await Bench.start(create)
    await bench.fill(5)
    const result = await bench.read(1, { maxCount: 3 })
    expect(place(result)).toEqual({ status: 'FOUND', nextBeginOffset: 4, minOffset: 0, maxOffset: 5, count: 3 })
    expect(bodies(result)).toEqual(['body 1', 'body 2', 'body 3'])
    expect(result.totalBytes).toBe(result.records.reduce((sum, record) => sum + record.length, 0))
    expect(bodies(await bench.read(4, { maxCount: 3 }))).toEqual(['body 4'])
  })

  it('gives as many as fit the bytes, and one record however small the limits are', async () => {
    const bench = await Bench.start(create)
    const [{ size } = { size: 0 }] = await bench.fill(5)
    expect(bodies(await bench.read(0, { maxBytes: 2 * size }))).toEqual(['body 0', 'body 1'])
    expect(bodies(await bench.read(0, { maxBytes: 2 * size - 1 }))).toEqual(['body 0'])
    expect(bodies(await bench.read(0, { maxBytes: 0 }))).toEqual(['body 0'])
    expect(bodies(await bench.read(0, { maxCount: 0 }))).toEqual(['body 0'])
  })

  it('gives whole records, those of its queue only', async () => {
    const bench = await Bench.start(create)
    await bench.fill(9, (index) => ({ queueId: index % 3, topic: index < 6 ? 'T' : 'U', body: Buffer.alloc(index * 1000, index) }))
    const { records } = await bench.readFrom('T', 1, 0)
    const decoded = records.map((record) => decodeRecord(record))
    expect(decoded.map((record) => [record.topic, record.queueId, record.queueOffset, record.body.length])).toEqual([
      ['T', 1, 0, 1000],
      ['T', 1, 1, 4000]
    ])
    expect(decoded.map((record) => record.size)).toEqual(records.map((record) => record.length))
  })

  it('with a filter skips what does not match and goes on behind it', async () => {
    const bench = await Bench.start(create)
    await bench.fill(10, (index) => ({ tagsCode: index % 3 }))
    const matches = (tagsCode: number): boolean => tagsCode === 1
    const all = await bench.read(0, { matches })
    expect(bodies(all)).toEqual(['body 1', 'body 4', 'body 7'])
    expect(all.nextBeginOffset).toBe(10)
    const two = await bench.read(0, { matches, maxCount: 2 })
    expect([bodies(two), two.nextBeginOffset]).toEqual([['body 1', 'body 4'], 5])
    const none = await bench.read(0, { matches: () => false })
    expect(place(none)).toEqual({ status: 'NO_MATCHED_MESSAGE', nextBeginOffset: 10, minOffset: 0, maxOffset: 10, count: 0 })
  })

  it('with a filter that matches nothing looks at 800 entries and no more', async () => {
    const bench = await Bench.start(create)
    await bench.fill(1700, (index) => ({ tagsCode: index }))
    const looked: number[] = []
    const first = await bench.read(0, {
      matches: (tagsCode) => {
        looked.push(tagsCode)
        return false
      }
    })
    expect(place(first)).toEqual({ status: 'NO_MATCHED_MESSAGE', nextBeginOffset: 800, minOffset: 0, maxOffset: 1700, count: 0 })
    expect([looked.length, looked.at(-1)]).toEqual([800, 799])
    const second = await bench.read(800, { matches: (tagsCode) => tagsCode === 1650 })
    expect([second.status, second.nextBeginOffset]).toEqual(['NO_MATCHED_MESSAGE', 1600])
    const third = await bench.read(1600, { matches: (tagsCode) => tagsCode === 1650 })
    expect([bodies(third), third.nextBeginOffset]).toEqual([['body 1650'], 1700])
  })

  it('finds negative tags codes and times as they were given', async () => {
    const bench = await Bench.start(create)
    const codes = [-0x80000000, 0x7fffffff, 0, 1_700_000_000_123]
    await bench.fill(codes.length, (index) => ({ tagsCode: codes[index] ?? 0 }))
    const looked: number[] = []
    await bench.read(0, { matches: (tagsCode) => looked.push(tagsCode) > 0 })
    expect(looked).toEqual(codes)
  })

  it('agrees with a plain list, whatever is appended, committed and read', async () => {
    const append = fc.record({ kind: fc.constant('append' as const), queueId: fc.nat(2), length: fc.nat(300), tag: fc.nat(2) })
    const commit = fc.record({ kind: fc.constant('commit' as const) })
    const read = fc.record({
      ...{ kind: fc.constant('read' as const), queueId: fc.nat(2), offset: fc.integer({ min: -2, max: 40 }) },
      ...{ maxCount: fc.nat(10), maxBytes: fc.nat(2000), tag: fc.option(fc.nat(2)) }
    })
    const steps = fc.array(fc.oneof({ weight: 6, arbitrary: append }, { weight: 2, arbitrary: commit }, { weight: 3, arbitrary: read }), {
      maxLength: 80
    })
    await fc.assert(
      fc.asyncProperty(steps, async (actions) => {
        const bench = await Bench.start(create)
        const model = [0, 1, 2].map(() => ({ records: [] as Array<{ length: number; size: number; tag: number }>, committed: 0 }))
        for (const action of actions) {
          if (action.kind === 'append') {
            const queue = model[action.queueId]
            const { size, queueOffset } = bench.append({ queueId: action.queueId, body: Buffer.alloc(action.length), tagsCode: action.tag })
            expect(queueOffset).toBe(queue?.records.length)
            queue?.records.push({ length: action.length, size, tag: action.tag })
          } else if (action.kind === 'commit') {
            await bench.committed()
            for (const queue of model) queue.committed = queue.records.length
          } else {
            const queue = model[action.queueId] ?? { records: [], committed: 0 }
            const { tag, offset, maxCount, maxBytes } = action
            const matches = tag === null ? {} : { matches: (tagsCode: number) => tagsCode === tag }
            const result = await bench.readFrom('T', action.queueId, offset, { maxCount, maxBytes, ...matches })
            const visible = queue.records.slice(0, queue.committed)
            const expected = modelRead(visible, offset, maxCount, maxBytes, (record) => tag === null || record.tag === tag)
            expect(result.records.map((record) => decodeRecord(record).queueOffset)).toEqual(expected.offsets)
            if (offset >= 0 && offset < queue.committed) expect(result.nextBeginOffset).toBe(expected.next)
          }
        }
        await bench.store.close()
      }),
      runs(60)
    )
  })
}

/** What a read of a plain list gives. */
function modelRead<T extends { size: number }>(
  records: readonly T[],
  offset: number,
  maxCount: number,
  maxBytes: number,
  isWanted: (record: T) => boolean
): { offsets: number[]; next: number } {
  const offsets: number[] = []
  let bytes = 0
  let next = offset
  for (const record of offset < 0 ? [] : records.slice(offset)) {
    if (offsets.length > 0 && (offsets.length >= maxCount || bytes + record.size > maxBytes)) break
    if (isWanted(record)) {
      offsets.push(next)
      bytes += record.size
    }
    next++
  }
  return { offsets, next }
}

function recordsByOffset(create: CreateStore): void {
  it('is found where a record begins and nowhere else', async () => {
    const bench = await Bench.start(create)
    const appended = await bench.fill(4)
    const starts = new Map(appended.map(({ physicalOffset, queueOffset }) => [physicalOffset, queueOffset]))
    const last = appended.at(-1) ?? { physicalOffset: 0, size: 0 }
    for (let offset = -3; offset < last.physicalOffset + last.size + 3; offset++) {
      expect((await bench.store.recordAt(offset))?.queueOffset).toBe(starts.get(offset))
      expect((await bench.store.recordBytesAt(offset)) !== undefined).toBe(starts.has(offset))
    }
    for (const offset of [Number.NaN, 0.5, 2 ** 52, -(2 ** 52)]) expect(await bench.store.recordAt(offset)).toBeUndefined()
  })

  it('is whole, with all its fields', async () => {
    const bench = await Bench.start(create)
    const [, second] = await bench.fill(3)
    const record = await bench.store.recordAt(second?.physicalOffset ?? -1)
    expect(record?.body.toString()).toBe('body 1')
    expect([record?.topic, record?.size, record?.storeTimestamp]).toEqual(['T', second?.size, bench.clock.now])
    const bytes = await bench.store.recordBytesAt(second?.physicalOffset ?? -1)
    expect(bytes?.length).toBe(second?.size)
    expect(bytes?.equals((await bench.read(1)).records[0] ?? Buffer.alloc(0))).toBe(true)
  })

  it('is not one that a sender put into a body, not even with the right offset in it', async () => {
    const bench = await Bench.start(create)
    const { physicalOffset, size } = bench.append()
    const forged = request({ topic: 'FORGED', body: Buffer.from('forged') })
    const bodyAt = physicalOffset + size + 88
    const body = Buffer.alloc(recordSize(forged))
    writeRecord(body, 0, forged, { queueOffset: 0, physicalOffset: bodyAt, storeTimestamp: bench.clock.now })
    bench.append({ body })
    await bench.committed()
    const { records } = await bench.read(1)
    expect(decodeRecord(records[0] ?? Buffer.alloc(0), 88).topic).toBe('FORGED')
    expect(await bench.store.recordAt(bodyAt)).toBeUndefined()
  })
}

function offsetsByTime(create: CreateStore): void {
  /** Store times of queue T/0, in order. */
  async function storedAt(times: readonly number[]): Promise<Bench> {
    const bench = await Bench.start(create)
    for (const time of times) {
      bench.clock.now = time
      bench.append()
      bench.append({ queueId: 1 })
    }
    await bench.committed()
    return bench
  }

  it('name the first and the last of several records stored at the same time', async () => {
    const bench = await storedAt([10, 20, 20, 20, 30])
    expect(await bench.store.offsetByTime('T', 0, 20, 'LOWER')).toBe(1)
    expect(await bench.store.offsetByTime('T', 0, 20, 'UPPER')).toBe(3)
  })

  it('name the neighbours of a time at which nothing was stored', async () => {
    const bench = await storedAt([10, 20, 20, 20, 30])
    expect(await bench.store.offsetByTime('T', 0, 25, 'LOWER')).toBe(4)
    expect(await bench.store.offsetByTime('T', 0, 25, 'UPPER')).toBe(3)
  })

  it('name the ends of the queue for a time outside it', async () => {
    const bench = await storedAt([10, 20, 30])
    expect(await bench.store.offsetByTime('T', 0, 5, 'LOWER')).toBe(0)
    expect(await bench.store.offsetByTime('T', 0, 5, 'UPPER')).toBe(0)
    expect(await bench.store.offsetByTime('T', 0, 31, 'LOWER')).toBe(3)
    expect(await bench.store.offsetByTime('T', 0, 31, 'UPPER')).toBe(2)
    expect(await bench.store.offsetByTime('T', 0, Number.MAX_SAFE_INTEGER, 'LOWER')).toBe(3)
    expect(await bench.store.offsetByTime('T', 0, -1, 'LOWER')).toBe(0)
  })

  it('of a queue without records are 0', async () => {
    const bench = await storedAt([])
    for (const boundary of ['LOWER', 'UPPER'] as const) expect(await bench.store.offsetByTime('T', 0, 20, boundary)).toBe(0)
  })

  it('follow committed records only', async () => {
    const bench = await storedAt([10, 20])
    bench.clock.now = 30
    bench.append()
    expect(await bench.store.offsetByTime('T', 0, 30, 'LOWER')).toBe(2)
    expect(await bench.store.offsetByTime('T', 0, 30, 'UPPER')).toBe(1)
  })

  it('agree with a plain search, for any times', async () => {
    const gaps = fc.array(fc.nat(3), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 95, max: 230 }), async (steps, time) => {
        let now = 100
        const times = steps.map((step) => (now += step))
        const bench = await storedAt(times)
        const lower = times.findIndex((stored) => stored >= time)
        const upper = times.findLastIndex((stored) => stored <= time)
        expect(await bench.store.offsetByTime('T', 0, time, 'LOWER')).toBe(lower < 0 ? times.length : lower)
        expect(await bench.store.offsetByTime('T', 0, time, 'UPPER')).toBe(Math.max(upper, 0))
        await bench.store.close()
      }),
      runs(60)
    )
  })

  it('have a store time each; outside the queue there is none', async () => {
    const bench = await storedAt([10, 20])
    expect(await Promise.all([-1, 0, 1, 2].map((offset) => bench.store.storeTimeAt('T', 0, offset)))).toEqual([-1, 10, 20, -1])
    expect(await bench.store.storeTimeAt('T', 9, 0)).toBe(-1)
  })
}

function deletingTopics(create: CreateStore): void {
  it('leaves nothing to read in it and does not touch the others', async () => {
    const bench = await Bench.start(create)
    await bench.fill(3, (index) => ({ queueId: index }))
    await bench.fill(2, () => ({ topic: 'U' }))
    bench.store.deleteTopic('T')
    for (const queueId of [0, 1, 2]) {
      expect([bench.store.minOffset('T', queueId), bench.store.maxOffset('T', queueId)]).toEqual([0, 0])
      expect((await bench.readFrom('T', queueId, 0)).status).toBe('NO_MESSAGE_IN_QUEUE')
    }
    expect((await bench.readFrom('U', 0, 0)).records).toHaveLength(2)
  })

  it('and appending to it again begins at 0', async () => {
    const bench = await Bench.start(create)
    await bench.fill(3)
    bench.store.deleteTopic('T')
    expect(bench.append({ body: Buffer.from('again') }).queueOffset).toBe(0)
    await bench.committed()
    expect(bodies(await bench.read(0))).toEqual(['again'])
  })

  it('drops what is staged in it too: nobody is told of it, its waiters are called all the same', async () => {
    const bench = await Bench.start(create)
    const arrivals: string[] = []
    bench.store.onArrival((arrival) => arrivals.push(`${arrival.topic}/${arrival.queueOffset}`))
    bench.append()
    bench.append({ topic: 'U' })
    bench.store.deleteTopic('T')
    bench.append({ topic: 'U' })
    expect(await bench.committed()).toBe('COMMITTED')
    await new Promise((resolve) => setImmediate(resolve))
    expect(arrivals).toEqual(['U/0', 'U/1'])
    expect(bench.store.maxOffset('T', 0)).toBe(0)
  })

  it('that never was does nothing', async () => {
    const bench = await Bench.start(create)
    await bench.fill(1)
    bench.store.deleteTopic('never')
    expect(bench.store.maxOffset('T', 0)).toBe(1)
  })
}

function documents(create: CreateStore): void {
  it('are what was written last, and nothing before', async () => {
    const { store } = await Bench.start(create)
    expect(store.documents.read('topics.json')).toBeUndefined()
    await store.documents.write('topics.json', '{"a":1}')
    await store.documents.write('delayOffset.json', '')
    await store.documents.write('topics.json', '{"标签":"🚀"}')
    expect(store.documents.read('topics.json')).toBe('{"标签":"🚀"}')
    expect(store.documents.read('delayOffset.json')).toBe('')
  })

  it('have plain names: no paths, no hidden files, no object internals', async () => {
    const { store } = await Bench.start(create)
    for (const name of ['', '.', '..', '../x', 'a/b', 'a\\b', '.hidden', 'a\u0000', 'x'.repeat(65), '标签', 'topics.json.bak']) {
      expect(refusalOf(() => store.documents.read(name)).code).toBe('DOCUMENT_NAME_ILLEGAL')
      await expect(store.documents.write(name, '')).rejects.toMatchObject({ code: 'DOCUMENT_NAME_ILLEGAL' })
    }
    for (const name of ['__proto__', 'constructor']) expect(store.documents.read(name)).toBeUndefined()
  })
}

function closing(create: CreateStore): void {
  it('and starting again keeps records, offsets and documents', async () => {
    const bench = await Bench.start(create)
    const [, second] = await bench.fill(3)
    await bench.store.documents.write('topics.json', '{}')
    await bench.store.close()
    await bench.store.start()
    expect(bodies(await bench.read(0))).toEqual(['body 0', 'body 1', 'body 2'])
    expect((await bench.store.recordAt(second?.physicalOffset ?? -1))?.queueOffset).toBe(1)
    expect(bench.store.documents.read('topics.json')).toBe('{}')
    const next = bench.append({ body: Buffer.from('after') })
    expect(next.queueOffset).toBe(3)
    await bench.committed()
    expect(bodies(await bench.read(3))).toEqual(['after'])
    await bench.store.close()
  })

  it('commits what is staged and calls its waiters', async () => {
    const bench = await Bench.start(create)
    const statuses: CommitStatus[] = []
    bench.append({ body: Buffer.from('staged') })
    bench.store.whenCommitted((status) => statuses.push(status))
    await bench.store.close()
    expect(statuses).toEqual(['COMMITTED'])
    await bench.store.start()
    expect(bodies(await bench.read(0))).toEqual(['staged'])
    await bench.store.close()
  })

  it('may be done twice, and so may starting', async () => {
    const bench = await Bench.start(create)
    await bench.fill(1)
    await bench.store.start()
    expect(bench.store.maxOffset('T', 0)).toBe(1)
    await bench.store.close()
    await bench.store.close()
    await bench.store.start()
    expect(bench.store.maxOffset('T', 0)).toBe(1)
    await bench.store.close()
  })

  it('refuses appends and questions until it is started again', async () => {
    const bench = await Bench.start(create)
    await bench.fill(1)
    await bench.store.close()
    const { store } = bench
    expect(refusalOf(() => bench.append())).toMatchObject({ code: 'STORE_NOT_WRITABLE', retriable: true })
    for (const question of [
      () => store.read({ topic: 'T', queueId: 0, queueOffset: 0, maxCount: 1, maxBytes: 1 }),
      () => store.recordAt(0),
      () => store.minOffset('T', 0),
      () => store.maxOffset('T', 0),
      () => store.offsetByTime('T', 0, 0, 'LOWER'),
      () => store.storeTimeAt('T', 0, 0),
      () => store.recordBytesAt(0),
      () => store.query({ topic: 'T', key: 'k', maxCount: 1, beginMs: 0, endMs: 1 }),
      () => store.deleteTopic('T')
    ]) {
      expect(refusalOf(question).code).toBe('STORE_CLOSED')
    }
    store.commit()
    await store.start()
    expect(bodies(await bench.read(0))).toEqual(['body 0'])
    await store.close()
  })
}
