import { describe, expect, it } from '@jest/globals'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import type { FlushMode } from '../../src'
import { Bench, type BenchOptions, codeOf } from './support/bench'
import { SMALL_FILES } from './support/small-files'

const MODES = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const
const GIB = 1024 ** 3
/** A full disk is what is looked at, not what is deleted for it. */
const NO_RETENTION = { deleteAboveDiskUse: 1, forceDeleteAboveDiskUse: 1, refuseAboveDiskUse: 1 } as const
const FILE = SMALL_FILES.commitLogFileBytes

const bytes = (count: number): { readonly body: Buffer } => ({ body: Buffer.alloc(count, 0x61) })
const numbersOf = (bodies: readonly string[]): number[] => bodies.map((body) => Number(body.split(' ')[0]))

/** A store, and the numbers of the messages that it has told of. */
class BatchBench {
  readonly bench: Bench
  readonly arrived: string[] = []

  private constructor(bench: Bench) {
    this.bench = bench
    bench.store.onArrival(({ queueId, queueOffset }) => this.arrived.push(`${queueId}/${queueOffset}`))
  }

  static async start(options: BenchOptions): Promise<BatchBench> {
    return new BatchBench(await Bench.start({ ...NO_RETENTION, ...options }))
  }

  async commit(): Promise<string | undefined> {
    const statuses = this.bench.commit()
    await this.bench.clock.settle()
    return statuses[0]
  }

  /** Each of these is in its queue once, in this order, is told of once and is found once; nothing else is. */
  async expectOnly(queues: readonly (readonly number[])[]): Promise<void> {
    await expectStored(this.bench, queues)
    const told = queues.flatMap((numbers, queueId) => numbers.map((_, queueOffset) => `${queueId}/${queueOffset}`))
    expect([...this.arrived].sort()).toEqual(told.sort())
  }
}

async function expectStored({ store, clock }: Bench, queues: readonly (readonly number[])[]): Promise<void> {
  for (const [queueId, numbers] of queues.entries()) {
    const found: number[] = []
    for (let next = 0; next < store.maxOffset('T', queueId); ) {
      const { records, nextBeginOffset } = await store.read({ topic: 'T', queueId, queueOffset: next, maxCount: 32, maxBytes: GIB })
      for (const record of records.map((view) => decodeRecord(view))) {
        expect(record.queueOffset).toBe(found.length)
        found.push(...numbersOf([record.body.toString()]))
      }
      expect(nextBeginOffset).toBeGreaterThan(next)
      next = nextBeginOffset
    }
    expect([queueId, found]).toEqual([queueId, numbers])
    for (const number of numbers) {
      const query = { topic: 'T', key: `U${number}`, maxCount: 32, beginMs: 0, endMs: clock.now() + 1e6 }
      const { records } = await store.query(query)
      expect(numbersOf(records.map((record) => decodeRecord(record).body.toString()))).toEqual([number])
    }
  }
}

/** A batch of three messages, with single ones before and behind it, on a disk that becomes full and has room again. */
class FullDisk {
  readonly #batch: BatchBench
  readonly #expected: [number[], number[]] = [[], []]

  constructor(batch: BatchBench) {
    this.#batch = batch
  }

  async begin(before: number, freeBytes: number): Promise<void> {
    const { bench } = this.#batch
    for (let i = 0; i < before; i++) this.#send([{ queueId: 0, ...bytes(1200) }])
    expect(await this.#batch.commit()).toBe('COMMITTED')
    bench.files.freeBytes = freeBytes
  }

  /** Whether the batch was stored, and whether a single message was behind it. */
  async sendWhileFull(): Promise<readonly [boolean, boolean]> {
    const { bench } = this.#batch
    this.#send([{ queueId: 0, ...bytes(300) }])
    const outcome = [this.#send(PARTS), this.#send([{ queueId: 1, ...bytes(300) }])] as const
    await this.#batch.commit()
    await this.#batch.expectOnly(this.#expected)
    const killed = bench.files.afterKill()
    killed.freeBytes = GIB
    await expectStored(await bench.next(killed), this.#expected)
    return outcome
  }

  /** Returns where the log ends. */
  async sendAgain(): Promise<number> {
    const { bench } = this.#batch
    bench.files.freeBytes = GIB
    await bench.clock.advance(3000)
    expect(this.#send(PARTS)).toBe(true)
    const { physicalOffset } = bench.append({ queueId: 1 })
    this.#expected[1].push(bench.sent)
    expect(await this.#batch.commit()).toBe('COMMITTED')
    await this.#batch.expectOnly(this.#expected)
    return physicalOffset
  }

  async end(): Promise<void> {
    const { bench } = this.#batch
    await bench.store.close()
    expect([bench.failures, bench.errors]).toEqual([[], []])
    const next = await bench.next(bench.files)
    expect(next.store.recovery).toMatchObject({ isClean: true })
    await expectStored(next, this.#expected)
    await next.store.close()
  }

  /** One message, or several as a batch. */
  #send(parts: readonly { readonly queueId: number; readonly body: Buffer }[]): boolean {
    const { bench } = this.#batch
    const first = bench.sent + 1
    const [single] = parts
    const code = codeOf(() => (parts.length === 1 ? bench.append(single) : bench.appendAll(parts)))
    if (code === 'STORE_NOT_WRITABLE') return false
    expect(code).toBe('nothing was refused')
    for (const [i, { queueId }] of parts.entries()) this.#expected[queueId]?.push(first + i)
    return true
  }
}

const PARTS = [0, 1, 0].map((queueId) => ({ queueId, ...bytes(2200) }))

describe.each(MODES)('a batch that a disk has no room for, %s,', (flush: FlushMode) => {
  it('is refused as a whole wherever the room ends; what is staged beside it stays, and it is stored once when there is room', async () => {
    const outcomes = { stored: 0, refused: 0, besideSmaller: 0, inOtherFile: 0 }
    for (let freeBytes = 0; freeBytes < 40 * 1024; freeBytes += 1024) {
      for (const before of [0, 3]) {
        const story = new FullDisk(await BatchBench.start({ flush }))
        await story.begin(before, freeBytes)
        const [wasStored, wentOn] = await story.sendWhileFull()
        if (wasStored) outcomes.stored++
        else outcomes.refused++
        if (!wasStored && wentOn) outcomes.besideSmaller++
        if ((await story.sendAgain()) >= FILE) outcomes.inOtherFile++
        await story.end()
      }
    }
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(4)
  })

  it('is given up as a whole when its write fails half way, and stored once when it is sent again', async () => {
    let failed = 0
    for (let seed = 1; seed <= 12; seed++) {
      const batch = await BatchBench.start({ flush })
      const { bench } = batch
      expect(await bench.send(1)).toBe('COMMITTED')
      bench.append()
      bench.appendAll([0, 1, 0].map((queueId) => ({ queueId, ...bytes(800) })))
      let writes = 0
      bench.files.shortenWrites(seed)
      const full = bench.files.failWhere(({ name, path }) =>
        name === 'write' && path.includes('/commitlog/') && ++writes > 1 ? 'ENOSPC' : undefined
      )
      const status = await batch.commit()
      full.cancel()
      bench.files.shortenWrites(undefined)
      if (status === 'FAILED') failed++
      const kept = status === 'FAILED' ? [[1], []] : [[1, 2, 3, 5], [4]]
      await batch.expectOnly(kept)
      const [first] = bench.appendAll([0, 1, 0].map((queueId) => ({ queueId, ...bytes(800) })))
      expect(first?.queueOffset).toBe(kept[0]?.length)
      expect(await batch.commit()).toBe('COMMITTED')
      const all = [
        [...(kept[0] ?? []), 6, 8],
        [...(kept[1] ?? []), 7]
      ]
      await batch.expectOnly(all)
      await expectStored(await bench.next(), all)
      await bench.store.close()
    }
    expect(failed).toBeGreaterThan(2)
  })
})

describe('a batch on disk', () => {
  it('that does not fit what is left of a file begins the next one, as upstream', async () => {
    const { bench } = await BatchBench.start({})
    bench.append(bytes(3000))
    const appended = bench.appendAll([bytes(2000), bytes(2000), bytes(2000)])
    const [first] = appended
    expect(first?.physicalOffset).toBe(FILE)
    expect(appended.every(({ physicalOffset, size }) => physicalOffset + size <= 2 * FILE)).toBe(true)
    bench.commit()
    await bench.clock.settle()
    await expectStored(bench, [[1, 2, 3, 4]])
    await expectStored(await bench.next(), [[1, 2, 3, 4]])
    await bench.store.close()
  })

  it('that no file can hold is refused, however small its messages are', async () => {
    const { bench } = await BatchBench.start({})
    const one = bench.append().size
    const many = (count: number) => Array.from({ length: count }, () => ({}))
    const most = Math.floor((FILE - 8) / one)
    expect(codeOf(() => bench.appendAll(many(most + 10)))).toBe('MESSAGE_TOO_LARGE')
    expect(codeOf(() => bench.appendAll(many(most - 10)))).toBe('nothing was refused')
    bench.commit()
    await bench.clock.settle()
    expect(bench.store.maxOffset('T', 0)).toBe(1 + most - 10)
    await bench.store.close()
  })

  it('is written at once, and is one arrival for each of its messages', async () => {
    const batch = await BatchBench.start({})
    const { bench } = batch
    bench.appendAll([{}, { queueId: 1 }, {}, { queueId: 1 }])
    expect(await batch.commit()).toBe('COMMITTED')
    expect(bench.store.stats.writes).toBe(1)
    expect(batch.arrived).toEqual(['0/0', '1/0', '0/1', '1/1'])
    await bench.store.close()
  })

  it('is refused while too much is staged, and taken after the commit', async () => {
    const { bench } = await BatchBench.start({ commitLogFileBytes: 16 * 1024 ** 2, maxMessageBytes: 1024 ** 2 })
    const parts = [bytes(1024 ** 2 - 10), bytes(1024 ** 2 - 10)]
    for (let i = 0; i < 2; i++) bench.appendAll(parts)
    expect(codeOf(() => bench.appendAll(parts))).toBe('STORE_NOT_WRITABLE')
    bench.commit()
    await bench.clock.settle()
    bench.appendAll(parts)
    bench.commit()
    await bench.clock.settle()
    expect(numbersOf(await bench.bodies('T'))).toEqual([1, 2, 3, 4, 7, 8])
    await bench.store.close()
  })

  it('with a topic or queue that no directory can be named by is refused as a whole', async () => {
    const { bench } = await BatchBench.start({})
    for (const bad of [{ topic: '../T' }, { queueId: -1 }]) {
      expect(codeOf(() => bench.appendAll([{}, bad, {}]))).toBe('TOPIC_NAME_ILLEGAL')
    }
    expect(bench.append()).toMatchObject({ physicalOffset: 0, queueOffset: 0 })
    await bench.store.close()
  })

  it('is refused with the reason why the store has stopped', async () => {
    const { bench } = await BatchBench.start({})
    bench.files.failWhere(({ name, path }) => (name === 'write' && path.includes('/commitlog/') ? 'EIO' : undefined))
    bench.append()
    bench.commit()
    await bench.clock.settle()
    expect(codeOf(() => bench.appendAll([{}, {}]))).toBe('STORE_FAILED')
    await bench.store.close()
  })
})
