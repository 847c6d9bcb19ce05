import { describe, expect, it } from '@jest/globals'
import { decodeRecord, recordSize } from '@rocketmq-ts/remoting/wire'
import { type AppendRequest, MemoryMessageStore, type MemoryMessageStoreOptions, StoreError } from '../src'
import { storeContract } from './store-contract'

storeContract('the memory store', (options) => new MemoryMessageStore(options))
// Small chunks: every few records begin a new one.
storeContract('the memory store in small chunks', (options) => new MemoryMessageStore({ ...options, chunkBytes: 1000 }))

const timing = { now: () => 1, defer: (callback: () => void) => process.nextTick(callback) }

async function started(options: Partial<MemoryMessageStoreOptions>): Promise<MemoryMessageStore> {
  const store = new MemoryMessageStore({ ...timing, ...options })
  await store.start()
  return store
}

function request(change: Partial<AppendRequest> = {}): AppendRequest {
  const host = { host: '127.0.0.1', port: 1 }
  return {
    ...{ topic: 'T', queueId: 0, flag: 0, sysFlag: 0, bornTimestamp: 0, bornHost: host, storeHost: host, reconsumeTimes: 0 },
    ...{ preparedTransactionOffset: 0, body: Buffer.alloc(100), properties: Buffer.alloc(0), tagsCode: 0, ...change }
  }
}

const SIZE = recordSize(request())
/** Four chunks of ten records of `request()`. */
const small = { chunkBytes: 10 * SIZE, maxBytes: 40 * SIZE, maxMessageBytes: 100 }
/** The least that a store with 64 KiB beside each body is made with. */
const fourChunks = { chunkBytes: 32 * 1024, maxBytes: 128 * 1024, maxMessageBytes: 1024 }
const PER_CHUNK = Math.floor(fourChunks.chunkBytes / SIZE)

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof StoreError) return error.code
    throw error
  }
  return 'nothing was refused'
}

describe('a memory store that is full', () => {
  it('drops the oldest records, a chunk at a time, and moves the first offset of every queue', async () => {
    const store = await started(fourChunks)
    for (let i = 0; i < 4 * PER_CHUNK; i++) {
      store.append(request({ queueId: i % 2 }))
      store.commit()
    }
    expect(store.minOffset('T', 0)).toBe(0)
    const { physicalOffset } = store.append(request())
    store.commit()
    expect(store.minOffset('T', 0)).toBe(Math.ceil(PER_CHUNK / 2))
    expect(store.minOffset('T', 1)).toBe(Math.floor(PER_CHUNK / 2))
    expect(store.maxOffset('T', 1)).toBe(2 * PER_CHUNK)
    expect(physicalOffset).toBe(4 * PER_CHUNK * SIZE)
    expect(store.recordAt(0)).toBeUndefined()
    expect(store.recordAt(physicalOffset)?.physicalOffset).toBe(physicalOffset)
  })

  it('says "too small" below the first offset that is left, and reads on from there', async () => {
    const store = await started(fourChunks)
    for (let i = 0; i < 6 * PER_CHUNK; i++) {
      store.append(request())
      store.commit()
    }
    const read = (queueOffset: number) => store.read({ topic: 'T', queueId: 0, queueOffset, maxCount: 1, maxBytes: 1 })
    const min = store.minOffset('T', 0)
    expect(min).toBe(2 * PER_CHUNK)
    expect(read(min - 1)).toMatchObject({ status: 'OFFSET_TOO_SMALL', nextBeginOffset: min, minOffset: min, maxOffset: 6 * PER_CHUNK })
    const [record] = read(min).records
    expect(record === undefined ? -1 : decodeRecord(record).queueOffset).toBe(min)
    expect(store.offsetByTime('T', 0, 0, 'LOWER')).toBe(min)
    expect(store.offsetByTime('T', 0, 0, 'UPPER')).toBe(min)
    expect(store.storeTimeAt('T', 0, min - 1)).toBe(-1)
  })

  it('keeps what a reader holds: its view does not change when the records go', async () => {
    const store = await started(fourChunks)
    store.append(request({ body: Buffer.from('held') }))
    store.commit()
    const [view] = store.read({ topic: 'T', queueId: 0, queueOffset: 0, maxCount: 1, maxBytes: 1 }).records
    for (let i = 0; i < 8 * PER_CHUNK; i++) {
      store.append(request({ body: Buffer.alloc(100, 0xff) }))
      store.commit()
    }
    expect(store.minOffset('T', 0)).toBeGreaterThan(0)
    expect(view === undefined ? '' : decodeRecord(view).body.toString()).toBe('held')
  })

  it('writes on in the memory of dropped records, but not before the turn ends', async () => {
    const store = await started(fourChunks)
    const memory = new Set<ArrayBufferLike>()
    const fill = (records: number): void => {
      for (let i = 0; i < records; i++) {
        const { queueOffset } = store.append(request())
        store.commit()
        const [view] = store.read({ topic: 'T', queueId: 0, queueOffset, maxCount: 1, maxBytes: 1 }).records
        if (view !== undefined) memory.add(view.buffer)
      }
    }
    fill(8 * PER_CHUNK)
    expect(memory.size).toBe(8)
    for (let chunk = 0; chunk < 20; chunk++) {
      fill(PER_CHUNK)
      await new Promise(setImmediate)
    }
    expect(memory.size).toBeLessThanOrEqual(10)
    expect(store.maxOffset('T', 0) - store.minOffset('T', 0)).toBeGreaterThanOrEqual(3 * PER_CHUNK)
  })

  it('never writes over what may still be sent by reference, nor over what was looked up', async () => {
    const store = await started({ chunkBytes: 64 * 1024, maxBytes: 256 * 1024, maxMessageBytes: 64 * 1024 })
    const large = Buffer.alloc(40 * 1024, 'L')
    store.append(request({ body: large }))
    const { physicalOffset } = store.append(request({ body: Buffer.from('small') }))
    store.commit()
    const [view] = store.read({ topic: 'T', queueId: 0, queueOffset: 0, maxCount: 1, maxBytes: 1 }).records
    const found = store.recordAt(physicalOffset)
    for (let turn = 0; turn < 20; turn++) {
      for (let i = 0; i < 300; i++) store.append(request({ body: Buffer.alloc(100, 0xff) }))
      store.commit()
      await new Promise(setImmediate)
    }
    expect(store.minOffset('T', 0)).toBeGreaterThan(1000)
    expect(view === undefined ? '' : decodeRecord(view).body).toEqual(large)
    expect(found?.body.toString()).toBe('small')
  })

  it('never drops what is not committed: it refuses until the next commit', async () => {
    const store = await started(fourChunks)
    for (let i = 0; i < 4 * PER_CHUNK; i++) store.append(request())
    expect(codeOf(() => store.append(request()))).toBe('STORE_NOT_WRITABLE')
    expect(codeOf(() => store.append(request()))).toBe('STORE_NOT_WRITABLE')
    store.commit()
    expect(store.append(request()).queueOffset).toBe(4 * PER_CHUNK)
    store.commit()
    expect([store.minOffset('T', 0), store.maxOffset('T', 0)]).toEqual([PER_CHUNK, 4 * PER_CHUNK + 1])
  })

  it('refuses a batch as a whole when only some of it would fit, and stores it once after the commit', async () => {
    const store = await started(fourChunks)
    const arrivals: number[] = []
    store.onArrival(({ queueOffset }) => arrivals.push(queueOffset))
    const staged = 4 * PER_CHUNK - 2
    for (let i = 0; i < staged; i++) store.append(request())
    const batch = ['a', 'b', 'c'].map((name) => request({ body: Buffer.alloc(100, name) }))
    expect(codeOf(() => store.appendAll(batch))).toBe('STORE_NOT_WRITABLE')
    expect(store.append(request()).queueOffset).toBe(staged)
    store.commit()
    expect(store.maxOffset('T', 0)).toBe(staged + 1)
    const places = store.appendAll(batch).map(({ queueOffset }) => queueOffset)
    expect(places).toEqual([staged + 1, staged + 2, staged + 3])
    store.commit()
    const { records } = store.read({ topic: 'T', queueId: 0, queueOffset: staged, maxCount: 9, maxBytes: 1e9 })
    expect(records.map((record) => String.fromCharCode(decodeRecord(record).body[0] ?? 0))).toEqual(['\0', 'a', 'b', 'c'])
    expect(arrivals).toEqual(Array.from({ length: staged + 4 }, (_, i) => i))
  })

  it('takes a batch that is larger than a chunk, and drops nothing for one that it can never hold', async () => {
    const store = await started(fourChunks)
    const batchOf = (count: number) => Array.from({ length: count }, () => request())
    store.appendAll(batchOf(2 * PER_CHUNK))
    store.commit()
    expect(codeOf(() => store.appendAll(batchOf(5 * PER_CHUNK)))).toBe('STORE_NOT_WRITABLE')
    expect([store.minOffset('T', 0), store.maxOffset('T', 0)]).toEqual([0, 2 * PER_CHUNK])
    for (let i = 0; i < 20; i++) {
      store.appendAll(batchOf(1 + PER_CHUNK))
      store.commit()
    }
    expect(store.maxOffset('T', 0)).toBe(2 * PER_CHUNK + 20 * (1 + PER_CHUNK))
    expect(store.minOffset('T', 0)).toBeGreaterThan(18 * PER_CHUNK)
  })

  it('goes on for ever: offsets grow, the memory of its queues does not get lost', async () => {
    const store = await started(fourChunks)
    const total = 40 * PER_CHUNK
    for (let i = 0; i < total; i++) {
      const { queueOffset } = store.append(request({ tagsCode: i }))
      expect(queueOffset).toBe(i)
      if (i % 7 === 0) store.commit()
    }
    store.commit()
    const seen: number[] = []
    for (let at = store.minOffset('T', 0); at < total; ) {
      const { records, nextBeginOffset } = store.read({
        ...{ topic: 'T', queueId: 0, queueOffset: at, maxCount: 50, maxBytes: 1e9 },
        matches: (tagsCode) => seen.push(tagsCode) > 0
      })
      expect(records.map((record) => decodeRecord(record).queueOffset)).toEqual(Array.from(records, (_, i) => at + i))
      at = nextBeginOffset
    }
    expect(seen).toEqual(Array.from(seen, (_, i) => store.minOffset('T', 0) + i))
  })

  it('lets a queue whose records are all gone end where it ended', async () => {
    const store = await started(fourChunks)
    store.append(request({ topic: 'OLD' }))
    for (let i = 0; i < 8 * PER_CHUNK; i++) {
      store.append(request())
      store.commit()
    }
    expect([store.minOffset('OLD', 0), store.maxOffset('OLD', 0)]).toEqual([1, 1])
    const read = (queueOffset: number) => store.read({ topic: 'OLD', queueId: 0, queueOffset, maxCount: 1, maxBytes: 1 }).status
    expect([read(0), read(1), read(2)]).toEqual(['OFFSET_TOO_SMALL', 'OFFSET_OVERFLOW_ONE', 'OFFSET_OVERFLOW_BADLY'])
    expect(store.append(request({ topic: 'OLD' })).queueOffset).toBe(1)
  })

  it('takes a record that is larger than a chunk', async () => {
    const store = await started({ chunkBytes: 1000, maxMessageBytes: 100_000, maxBytes: 400_000 })
    const body = Buffer.alloc(100_000, 'x')
    for (let i = 0; i < 10; i++) {
      const { physicalOffset } = store.append(request({ body }))
      store.append(request())
      store.commit()
      expect(store.recordAt(physicalOffset)?.body.equals(body)).toBe(true)
    }
    expect(store.maxOffset('T', 0)).toBe(20)
    expect(store.minOffset('T', 0)).toBeGreaterThan(0)
  })
})

describe('a memory store', () => {
  it('tells everyone of a commit, whoever of them throws', async () => {
    const store = await started({})
    const told: string[] = []
    store.onArrival(() => {
      throw new Error('listener')
    })
    store.onArrival((arrival) => told.push(`arrival ${arrival.queueOffset}`))
    store.append(request())
    store.whenCommitted(() => {
      throw new Error('waiter')
    })
    store.whenCommitted((status) => told.push(status))
    expect(() => store.commit()).toThrow('waiter')
    expect(told).toEqual(['COMMITTED', 'arrival 0'])
    store.append(request())
    expect(() => store.commit()).toThrow('listener')
    expect(told).toEqual(['COMMITTED', 'arrival 0', 'arrival 1'])
  })

  it('refuses options that cannot work, by name', () => {
    const wrong: ReadonlyArray<readonly [string, object]> = [
      ['maxBytes', small],
      ['maxBytes', { maxBytes: Number.NaN }],
      ['maxMessageBytes', { maxMessageBytes: 0 }],
      ['chunkBytes', { chunkBytes: 1.5 }],
      ['chunkByte', { chunkByte: 1 }]
    ]
    for (const [option, options] of wrong) {
      try {
        new MemoryMessageStore({ ...timing, ...options })
        throw new Error(`${option} was taken`)
      } catch (error) {
        expect(error).toMatchObject({ code: 'OPTION_INVALID', facts: { option } })
      }
    }
  })

  it('keeps the default limit of an official broker: 4 MiB', async () => {
    const store = await started({})
    store.append(request({ body: Buffer.alloc(4 * 1024 * 1024) }))
    expect(codeOf(() => store.append(request({ body: Buffer.alloc(4 * 1024 * 1024 + 1) })))).toBe('MESSAGE_TOO_LARGE')
  })
})
