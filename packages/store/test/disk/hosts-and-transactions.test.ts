import { describe, expect, it } from '@jest/globals'
import { decodeRecord, encodeProperties, MessageSysFlag } from '@rocketmq-ts/remoting/wire'
import type { Appended, AppendRequest, SimulatedStoreFiles } from '../../src'
import { openInspection } from '../../src/inspection/open-inspection'
import { HOSTS, TRANSACTIONS } from '../store-contract-hosts'
import { Bench } from './support/bench'
import { crashAtEveryOperation } from './support/every-crash'
import { SMALL_FILES, smallStore } from './support/small-files'
import type { Step } from './support/workload'

const COUNT = 64
const HALF = MessageSysFlag.TRANSACTION_PREPARED

/** One of each: hosts and what it is of a transaction, small and long, with keys. */
function requestAt(index: number): Partial<AppendRequest> {
  const [, , addresses] = HOSTS[index % HOSTS.length] as (typeof HOSTS)[number]
  const [, sysFlag] = TRANSACTIONS[(index >> 2) % TRANSACTIONS.length] as (typeof TRANSACTIONS)[number]
  const properties = encodeProperties([
    ['KEYS', `k${index}`],
    ['UNIQ_KEY', `U${index}`]
  ])
  return {
    ...addresses,
    sysFlag,
    properties,
    queueId: index % 2,
    body: Buffer.alloc((index * 97) % 1200, 0x61),
    preparedTransactionOffset: index,
    tagsCode: 0
  }
}

const flagAt = (index: number): number => requestAt(index).sysFlag ?? 0
const isQueuedAt = (index: number): boolean => TRANSACTIONS.some(([, sysFlag, isQueued]) => isQueued && sysFlag === flagAt(index))
const indexes = Array.from({ length: COUNT }, (_, index) => index)

interface Filled {
  readonly bench: Bench
  readonly appended: readonly Appended[]
}

async function filled(options: { flush?: 'ASYNC_FLUSH' | 'SYNC_FLUSH'; recordCrc?: boolean } = {}): Promise<Filled> {
  const bench = await Bench.start(options)
  const appended: Appended[] = []
  for (const index of indexes) {
    appended.push(bench.append(requestAt(index)))
    bench.commit()
    await bench.clock.advance(300)
  }
  return { bench, appended }
}

/** Everything that one can ask of the store for what was appended. */
async function expectAll({ store }: Bench, appended: readonly Appended[]): Promise<void> {
  for (const [index, { physicalOffset, queueOffset, storeTimestamp, size }] of appended.entries()) {
    const { sysFlag, bornHost, storeHost, body, preparedTransactionOffset, queueId } = requestAt(index)
    const record = await store.recordAt(physicalOffset)
    expect(record).toMatchObject({
      ...{ physicalOffset, queueOffset, storeTimestamp, size, queueId, preparedTransactionOffset },
      ...{ bornHost: bornHost?.host, bornPort: bornHost?.port, storeHost: storeHost?.host, storePort: storeHost?.port }
    })
    expect((record?.sysFlag ?? 0) & MessageSysFlag.TRANSACTION_MASK).toBe(sysFlag)
    expect(record?.body.toString()).toBe(`${index + 1} ${body}`)
    const { records } = await store.query({ topic: 'T', key: `k${index}`, maxCount: 8, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER })
    const isIndexed = sysFlag !== MessageSysFlag.TRANSACTION_ROLLBACK
    expect([index, records.map((bytes) => decodeRecord(bytes).physicalOffset)]).toEqual([index, isIndexed ? [physicalOffset] : []])
  }
  for (const queueId of [0, 1]) {
    const queued = indexes.filter((index) => isQueuedAt(index) && index % 2 === queueId)
    expect([store.minOffset('T', queueId), store.maxOffset('T', queueId)]).toEqual([0, queued.length])
    const places: number[] = []
    for (let next = 0; next < queued.length; ) {
      const { records, nextBeginOffset } = await store.read({ topic: 'T', queueId, queueOffset: next, maxCount: 32, maxBytes: 1024 * 1024 })
      places.push(...records.map((bytes) => decodeRecord(bytes).physicalOffset))
      next = nextBeginOffset
    }
    expect(places).toEqual(queued.map((index) => appended[index]?.physicalOffset))
  }
}

function without(files: SimulatedStoreFiles, ...directories: readonly string[]): SimulatedStoreFiles {
  for (const path of files.paths) if (directories.some((directory) => path.startsWith(`/store/${directory}/`))) files.remove(path)
  return files
}

describe.each([
  ['with a checksum of each record', { recordCrc: true }],
  ['without', { recordCrc: false }],
  ['that syncs each commit', { flush: 'SYNC_FLUSH' }]
] as const)('IPv6 hosts and half messages in a store %s', (_, options) => {
  it('are served, and verified, while the store is open', async () => {
    const { bench, appended } = await filled(options)
    await expectAll(bench, appended)
    await bench.store.close()
  })

  it('are there after a clean stop', async () => {
    const { bench, appended } = await filled(options)
    await bench.store.close()
    const next = await bench.next(bench.files)
    expect(next.store.recovery).toMatchObject({ isClean: true })
    await expectAll(next, appended)
  })

  it.each([
    ['as they are', []],
    ['without queues', ['consumequeue']],
    ['without an index', ['index']],
    ['without either, and our own notes', ['consumequeue', 'index', 'rocketmq-ts']]
  ])('are there after a kill: %s', async (_what, lost) => {
    const { bench, appended } = await filled(options)
    const next = await bench.next(without(bench.files.afterKill(), ...lost))
    expect(next.store.recovery).toMatchObject({ isClean: false, damages: [], lostEntries: 0, tornBytes: 0 })
    if (lost.length > 0) expect(next.store.recovery?.records).toBe(COUNT)
    await expectAll(next, appended)
    const more = next.append({ queueId: 0 })
    expect(more.queueOffset).toBe(indexes.filter((index) => isQueuedAt(index) && index % 2 === 0).length)
    await next.store.close()
  })

  it('are found by an inspection, which finds nothing wrong with them', async () => {
    const { bench, appended } = await filled(options)
    await bench.store.close()
    const inspection = openInspection({
      directory: '/store',
      files: bench.files,
      indexSlots: SMALL_FILES.indexSlots,
      indexEntries: SMALL_FILES.indexEntries
    })
    expect(await inspection.verify()).toMatchObject({ isSound: true, findings: [], records: COUNT, queues: 2, queueEntries: COUNT / 2 })
    const seen: string[] = []
    for await (const record of inspection.records()) seen.push(`${record.physicalOffset} ${record.bornHost} ${record.storeHost}`)
    expect(seen).toEqual(
      appended.map(
        ({ physicalOffset }, index) => `${physicalOffset} ${requestAt(index).bornHost?.host} ${requestAt(index).storeHost?.host}`
      )
    )
    for (const [index, { physicalOffset }] of appended.entries()) {
      expect(await inspection.recordAt(physicalOffset)).toMatchObject({
        record: { physicalOffset, preparedTransactionOffset: index }
      })
      const { records } = await inspection.find({ key: `k${index}` })
      expect([index, records.length]).toEqual([index, flagAt(index) === MessageSysFlag.TRANSACTION_ROLLBACK ? 0 : 1])
    }
    for (const { physicalOffset } of appended.slice(0, 8)) {
      const { record } = (await inspection.recordAt(physicalOffset)) as { readonly record: { readonly offsetMessageId: string } }
      expect((await inspection.findById(record.offsetMessageId)).map((found) => found.physicalOffset)).toEqual([physicalOffset])
    }
  })
})

describe('half messages', () => {
  const inspected = (files: SimulatedStoreFiles) =>
    openInspection({ directory: '/store', files, indexSlots: SMALL_FILES.indexSlots, indexEntries: SMALL_FILES.indexEntries })

  it('alone make a log without a queue, which starts again in order and after a kill', async () => {
    const bench = await Bench.start()
    const halves = [1, 2, 3].map(() => bench.append({ sysFlag: HALF }))
    const statuses = bench.commit()
    await bench.clock.advance(2000)
    expect(statuses).toEqual(['COMMITTED'])
    const killed = await bench.next()
    expect(killed.store.recovery).toMatchObject({ isClean: false, records: 3 })
    await killed.store.close()
    const stopped = await killed.next(killed.files)
    expect(stopped.store.recovery?.isClean).toBe(true)
    for (const { physicalOffset } of halves) expect((await stopped.store.recordAt(physicalOffset))?.sysFlag).toBe(HALF)
    expect(stopped.store.maxOffset('T', 0)).toBe(0)
    expect(stopped.append().physicalOffset).toBe(halves.reduce((end, { physicalOffset, size }) => Math.max(end, physicalOffset + size), 0))
  })

  it('are no part of a queue whose messages are in the log only, for an inspection either', async () => {
    const bench = await Bench.start({ queueFlushIntervalMs: 60_000 })
    for (const sysFlag of [HALF, 0, MessageSysFlag.TRANSACTION_ROLLBACK, 0]) bench.append({ sysFlag })
    bench.commit()
    await bench.clock.settle()
    const inspection = inspected(bench.files.afterKill())
    const flags: number[] = []
    for await (const { sysFlag } of inspection.records({ topic: 'T', queueId: 0 })) flags.push(sysFlag)
    expect(flags).toEqual([0, 0])
    expect((await inspection.topics())[0]?.queues[0]?.inLogOnly).toBe(2)
  })

  it.each([
    ['a half message', HALF],
    ['a queued one', 0]
  ])('right behind a damaged record are not damaged with it, as %s is not', async (_, sysFlag) => {
    const bench = await Bench.start()
    for (let index = 0; index < 3; index++) await bench.send(1, { properties: encodeProperties([['KEYS', `k${index}`]]) })
    const damaged = bench.append({ body: Buffer.alloc(100, 0x61) })
    const behind = bench.append({ sysFlag, properties: encodeProperties([['KEYS', 'behind']]) })
    await bench.send(2)
    await bench.clock.advance(2000)
    const files = without(bench.files.afterKill(), 'index', 'rocketmq-ts')
    // Its size, its magic and its own offset: what is behind it has to be searched for.
    files.overwrite('/store/commitlog/00000000000000000000', damaged.physicalOffset, Buffer.alloc(40, 0x5a))
    const report = await inspected(files).verify()
    expect(report.findings.filter(({ kind }) => kind === 'log-damaged')).toMatchObject([
      { physicalOffset: damaged.physicalOffset, count: damaged.size }
    ])
    const next = await bench.next(files)
    expect(next.store.recovery?.damages).toMatchObject([{ from: damaged.physicalOffset, to: behind.physicalOffset }])
    const found = await next.store.query({ topic: 'T', key: 'behind', maxCount: 8, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER })
    expect(found.records.map((record) => decodeRecord(record).physicalOffset)).toEqual([behind.physicalOffset])
    expect((await next.store.recordAt(behind.physicalOffset))?.sysFlag).toBe(sysFlag)
  })
})

/** Messages of senders and brokers with IPv6 addresses, between half messages of which nobody keeps account: no queue may show one. */
const STEPS: readonly Step[] = [
  ({ store }) => store.start(),
  ...Array.from({ length: 6 }, (_, round): Step[] => [
    async ({ store }) => {
      for (const [, sysFlag, isQueued] of TRANSACTIONS) {
        const { storeHost, bornHost } = HOSTS[(round + 1) % HOSTS.length]?.[2] ?? HOSTS[0][2]
        if (!isQueued) store.append({ ...HALF_MESSAGE, sysFlag, storeHost, bornHost })
      }
    },
    (work) => work.send(3, (index) => ({ topic: 'A', ...HOSTS[(round + index) % HOSTS.length]?.[2], body: Buffer.alloc(900, 0x61) })),
    ({ clock }) => clock.advance(1500)
  ]).flat(),
  ({ store }) => store.close()
]

const HALF_MESSAGE = {
  ...{ topic: 'A', queueId: 0, flag: 0, bornTimestamp: 5, reconsumeTimes: 0, preparedTransactionOffset: 0, tagsCode: 0 },
  ...{ body: Buffer.from('half'), properties: encodeProperties([['UNIQ_KEY', 'half']]) }
}

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('a store of IPv6 hosts and half messages in %s', (flush) => {
  it('that is killed here or there has all that was acknowledged, and no half message in a queue', async () => {
    const loop = { open: smallStore({ flush }), ends: ['kill'] as const, steps: STEPS, every: 9, allowances: { queries: true } }
    const { crashes, problems } = await crashAtEveryOperation(loop)
    expect(problems.slice(0, 20)).toEqual([])
    expect(crashes).toBeGreaterThan(10)
  }, 120_000)

  it('whose power is cut starts again, and has what was synced', async () => {
    const mayBeLost = (): boolean => flush === 'ASYNC_FLUSH'
    const ends = ['none' as const, { seed: 5 }]
    // Of what was not synced any part may be left.
    const allowances = { queries: true, mayHaveHoles: true, mayBeLost }
    const loop = { open: smallStore({ flush }), ends, steps: STEPS, every: 13, allowances }
    expect((await crashAtEveryOperation(loop)).problems.slice(0, 20)).toEqual([])
  }, 120_000)
})
