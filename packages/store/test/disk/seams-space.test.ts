import { describe, expect, it, jest } from '@jest/globals'
import { decodeRecord, encodeProperties } from '@rocketmq-ts/remoting/wire'
import { type CommitStatus, FileError, StoreError } from '../../src'
import { IndexFiles } from '../../src/disk/index-files/index-files'
import { Bench, codeOf } from './support/bench'

const MODES = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const
const MIB = 1024 * 1024
const NO_RETENTION = { deleteAboveDiskUse: 1, forceDeleteAboveDiskUse: 1, refuseAboveDiskUse: 1 } as const

/** Sends, whatever becomes of it: `undefined` when it was refused. Anything but a typed refusal is an error. */
async function trySend(bench: Bench, topic: string, sent: Map<string, number>): Promise<CommitStatus | undefined> {
  try {
    const { queueOffset } = bench.append({ topic, body: Buffer.alloc(300, 0x61) })
    const statuses = bench.commit()
    await bench.clock.settle()
    if (statuses[0] === 'COMMITTED') {
      expect([topic, queueOffset]).toEqual([topic, sent.get(topic) ?? 0])
      sent.set(topic, queueOffset + 1)
    }
    return statuses[0]
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return undefined
  }
}

/** Sends to several topics for some seconds; writes a document now and then. */
async function work(bench: Bench, sent: Map<string, number>, seconds: number): Promise<number> {
  let accepted = 0
  for (let second = 0; second < seconds; second++) {
    for (const topic of ['A', 'B', `C${second % 4}`]) if ((await trySend(bench, topic, sent)) === 'COMMITTED') accepted++
    await bench.store.documents.write('consumerOffset.json', `{"second":${second}}`).catch((error) => {
      if (!(error instanceof FileError) && !(error instanceof StoreError)) throw error
    })
    await bench.clock.advance(1000)
  }
  return accepted
}

async function expectAll(bench: Bench, sent: ReadonlyMap<string, number>, mayHaveMore = false): Promise<void> {
  for (const [topic, count] of sent) {
    const offsets: number[] = []
    for (let next = 0; next < bench.store.maxOffset(topic, 0); ) {
      const { records, nextBeginOffset } = await bench.read(topic, next)
      offsets.push(...records.map((record) => decodeRecord(record).queueOffset))
      next = nextBeginOffset
    }
    const wanted = Array.from({ length: mayHaveMore ? Math.max(count, offsets.length) : count }, (_, offset) => offset)
    expect([topic, offsets]).toEqual([topic, wanted])
  }
}

const PLACES = [
  '/commitlog/',
  '/rocketmq-ts/next-commitlog-file',
  '/consumequeue/',
  '/index/',
  '/checkpoint',
  '/rocketmq-ts/progress.json',
  '/rocketmq-ts/state.json',
  '/config/'
] as const
const CHANGES = new Set(['write', 'truncate', 'open', 'make directory', 'sync', 'sync directory', 'rename'])

describe.each(MODES)('a disk that is full, %s,', (flush) => {
  it.each(PLACES)('for whatever is written to %s loses nothing, and all goes on when there is space', async (place) => {
    const bench = await Bench.start({ flush, ...NO_RETENTION })
    const sent = new Map<string, number>()
    await work(bench, sent, 3)
    const full = bench.files.failWhere(({ name, path }) =>
      (name === 'write' || name === 'make directory') && path.includes(place) ? 'ENOSPC' : undefined
    )
    await work(bench, sent, 20)
    expect(bench.failures).toEqual([])
    await expectAll(bench, sent)
    await expectAll(await bench.next(), sent)
    full.cancel()
    await bench.clock.advance(3000)
    expect(await work(bench, sent, 3)).toBe(9)
    await bench.clock.advance(15_000)
    await expectAll(bench, sent)
    await bench.store.close()
    const next = await bench.next(bench.files)
    expect(next.store.recovery).toMatchObject({ isClean: true })
    await expectAll(next, sent)
    await next.store.close()
  })

  it('whenever that happens loses nothing, and all goes on when there is space', async () => {
    for (let free = 0; free < 200; free += 7) {
      const bench = await Bench.start({ flush, ...NO_RETENTION })
      const sent = new Map<string, number>()
      bench.files.freeBytes = free * 1024
      await work(bench, sent, 20)
      await expectAll(bench, sent)
      const left = bench.files.afterKill()
      left.freeBytes = 1024 ** 3
      await expectAll(await bench.next(left), sent)
      bench.files.freeBytes = 1024 ** 3
      await bench.clock.advance(3000)
      expect([free, await work(bench, sent, 3)]).toEqual([free, 9])
      expect(bench.failures).toEqual([])
      await bench.store.close()
      const next = await bench.next(bench.files)
      await expectAll(next, sent)
      await next.store.close()
    }
  })
})

describe.each(MODES)('a process that has too many files open, %s,', (flush) => {
  it.each(['/commitlog/', '/consumequeue/', '/index/', '/'])('goes on when it has fewer, and loses nothing: %s', async (place) => {
    const bench = await Bench.start({ flush, ...NO_RETENTION })
    const sent = new Map<string, number>()
    await work(bench, sent, 3)
    const full = bench.files.failWhere(({ name, path }) => (name === 'open' && path.includes(place) ? 'EMFILE' : undefined))
    await work(bench, sent, 20)
    expect(bench.failures).toEqual([])
    full.cancel()
    await bench.clock.advance(3000)
    expect(await work(bench, sent, 3)).toBe(9)
    await bench.clock.advance(15_000)
    await expectAll(bench, sent)
    await expectAll(await bench.next(bench.files.afterPowerCut('none')), sent)
    await bench.store.close()
    const next = await bench.next(bench.files)
    await expectAll(next, sent)
    await next.store.close()
  })
})

describe.each(MODES)('a disk that fails, %s,', (flush) => {
  it.each(PLACES)('for whatever is changed in %s acknowledges nothing that is lost, and is well after a start', async (place) => {
    const bench = await Bench.start({ flush, ...NO_RETENTION })
    const sent = new Map<string, number>()
    await work(bench, sent, 3)
    const failure = bench.files.failWhere(({ name, path }) => (CHANGES.has(name) && path.includes(place) ? 'EIO' : undefined))
    await work(bench, sent, 20)
    await expectAll(bench, sent)
    failure.cancel()
    await bench.store.close().catch(() => {})
    expect(bench.files.openPaths).toEqual([])
    await bench.store.start()
    await expectAll(bench, sent, true)
    for (const topic of sent.keys()) sent.set(topic, bench.store.maxOffset(topic, 0))
    expect(await work(bench, sent, 3)).toBe(9)
    await bench.store.close()
  })
})

describe('an index that cannot be written', () => {
  it('takes memory up to a limit, however many keys messages have: then they are refused until it can be', async () => {
    const bench = await Bench.start(NO_RETENTION)
    const pending = jest.spyOn(IndexFiles.prototype, 'pendingBytes', 'get')
    try {
      pending.mockReturnValue(128 * MIB)
      expect([await bench.send(), await bench.send()]).toEqual(['COMMITTED', 'COMMITTED'])
      pending.mockReturnValue(128 * MIB + 20)
      expect(await bench.send()).toBe('COMMITTED')
      expect(codeOf(() => bench.append())).toBe('STORE_NOT_WRITABLE')
      pending.mockReturnValue(20)
      expect(await bench.send()).toBe('COMMITTED')
    } finally {
      pending.mockRestore()
    }
    expect(bench.failures).toEqual([])
    await bench.store.close()
  })

  it('counts each key of a message that waits', async () => {
    const bench = await Bench.start(NO_RETENTION)
    const pending = jest.spyOn(IndexFiles.prototype, 'pendingBytes', 'get')
    try {
      await bench.send()
      await bench.send(1, { properties: encodeProperties([['KEYS', Array.from({ length: 500 }, (_, at) => at).join(' ')]]) })
      await bench.send()
      expect(pending.mock.results.at(-1)?.value).toBeGreaterThanOrEqual(500 * 20)
    } finally {
      pending.mockRestore()
    }
    await bench.store.close()
  })
})
