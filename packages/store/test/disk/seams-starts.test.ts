import { describe, expect, it } from '@jest/globals'
import { FileError, SimulatedStoreFiles, StoreError } from '../../src'
import { Bench, codeOf } from './support/bench'

const MODES = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const
const OWNER = '/store/rocketmq-ts/owner.json'

/** A disk with a store on it that was killed in the middle of its work. */
async function leftBehind(): Promise<Bench> {
  const bench = await Bench.start()
  await bench.send(12, { body: Buffer.alloc(900) })
  await bench.clock.advance(2000)
  await bench.store.documents.write('topics.json', '{}')
  await bench.send(12, { body: Buffer.alloc(900) })
  return bench
}

describe('a start that fails', () => {
  it.each(['EIO', 'ENOSPC'])('at any operation of the disk leaves nothing open, and the next one succeeds: %s', async (reason) => {
    const before = await leftBehind()
    for (let n = 1; ; n++) {
      const bench = new Bench({ on: before.files.afterKill(), startAt: before.clock.now() + 1000 })
      const failure = bench.files.failAt(n, reason)
      const error = await bench.store.start().catch((thrown: unknown) => thrown)
      const [failed] = failure.failed
      if (failed === undefined) break
      failure.cancel()
      const what = `${failed.name} ${failed.path}`
      if (error === undefined) {
        await bench.store.close()
        expect([what, bench.files.openPaths]).toEqual([what, []])
        continue
      }
      if (!(error instanceof StoreError)) expect([what, error]).toEqual([what, expect.any(FileError)])
      expect([what, bench.files.openPaths, bench.clock.pendingTimers]).toEqual([what, [], []])
      expect([what, codeOf(() => bench.append())]).toEqual([what, 'STORE_NOT_WRITABLE'])
      // An owner that cannot be removed is this process's, which may try again all the same once it has ended.
      if (failed.name === 'remove' && failed.path === OWNER) continue
      await bench.store.start()
      expect([what, bench.store.maxOffset('T', 0)]).toEqual([what, 24])
      await bench.store.close()
      expect([what, bench.files.openPaths, bench.files.paths.includes(OWNER)]).toEqual([what, [], false])
    }
  })

  it('because a document is broken leaves nothing open', async () => {
    const before = await leftBehind()
    const files = before.files.afterKill()
    files.put('/store/config/topics.json', Buffer.from('{'))
    files.put('/store/config/topics.json.bak', Buffer.from('{'))
    const bench = new Bench({ on: files })
    await expect(bench.store.start()).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' })
    expect([files.openPaths, files.paths.includes(OWNER)]).toEqual([[], false])
  })

  it('because the directory is read-only says so, and succeeds when it is not', async () => {
    const before = await leftBehind()
    const bench = new Bench({ on: before.files.afterKill(), startAt: before.clock.now() })
    bench.files.isReadOnly = true
    await expect(bench.store.start()).rejects.toMatchObject({ code: 'STORE_READ_ONLY' })
    expect(bench.files.openPaths).toEqual([])
    bench.files.isReadOnly = false
    await bench.store.start()
    expect(bench.store.maxOffset('T', 0)).toBe(24)
    await bench.store.close()
  })

  it('because the store is closed while it recovers does not go on reading, and the next one does all of it', async () => {
    const before = await leftBehind()
    const bench = new Bench({ on: before.files.afterKill(), startAt: before.clock.now() })
    bench.files.hold(({ name, path }) => name === 'read' && path.includes('/commitlog/'))
    const started = bench.store.start().catch((error: unknown) => error)
    await bench.clock.settle()
    expect(bench.files.held).not.toEqual([])
    const closed = bench.store.close()
    bench.files.release()
    expect(await started).toMatchObject({ code: 'STORE_CLOSED' })
    await closed
    expect([bench.files.openPaths, bench.files.paths.includes(OWNER), bench.clock.pendingTimers]).toEqual([[], false, []])
    await bench.store.start()
    expect(bench.store.maxOffset('T', 0)).toBe(24)
    await bench.store.close()
  })

  it('because another store of this process has the directory takes nothing away from it', async () => {
    const first = await leftBehind()
    const second = new Bench({ on: first.files })
    await expect(second.store.start()).rejects.toMatchObject({ code: 'STORE_IN_USE' })
    expect(first.files.paths).toContain(OWNER)
    await second.store.close()
    expect(first.files.paths).toContain(OWNER)
    expect(await first.send()).toBe('COMMITTED')
    await first.store.close()
    await second.store.start()
    await second.store.close()
  })
})

describe.each(MODES)('a close that fails, %s,', (flush) => {
  it.each(['EIO', 'ENOSPC'])('at any operation of the disk lets go of everything, and loses nothing: %s', async (reason) => {
    for (let n = 1; ; n++) {
      const bench = await Bench.start({ flush })
      await bench.send(3)
      await bench.clock.advance(2000)
      await bench.send(3)
      const failure = bench.files.failAt(n, reason)
      const closed = await bench.store.close().then(
        () => undefined,
        (error: unknown) => error
      )
      const [failed] = failure.failed
      if (failed === undefined) break
      failure.cancel()
      const what = `${failed.name} ${failed.path}`
      if (closed !== undefined && !(closed instanceof StoreError)) expect([what, closed]).toEqual([what, expect.any(FileError)])
      expect([what, bench.files.openPaths, bench.clock.pendingTimers]).toEqual([what, [], []])
      if (failed.path === OWNER) continue
      await bench.store.start()
      expect([what, bench.store.maxOffset('T', 0)]).toEqual([what, 6])
      await bench.store.close()
    }
  })
})

describe('a store that stopped because its disk failed', () => {
  it.each(MODES)('can be closed and started again when the disk is well: %s', async (flush) => {
    const bench = await Bench.start({ flush })
    await bench.send(3)
    const failure = bench.files.failWhere(({ name, path }) => (name === 'sync' && path.includes('commitlog') ? 'EIO' : undefined))
    bench.append()
    bench.commit()
    await bench.clock.advance(1000)
    expect(bench.failures).toHaveLength(1)
    await bench.store.close()
    expect([bench.files.openPaths, bench.clock.pendingTimers]).toEqual([[], []])
    failure.cancel()
    await bench.store.start()
    expect(bench.store.failure).toBeUndefined()
    expect(await bench.send()).toBe('COMMITTED')
    await bench.store.close()
  })
})

describe('what a store writes at its start', () => {
  it('is noted once', async () => {
    const bench = await Bench.start()
    const renames = bench.files.operations.filter(({ name, path }) => name === 'rename' && path.endsWith('state.json.tmp'))
    expect(renames).toHaveLength(1)
    await bench.store.close()
  })
})

describe('a log of more than 2^32 bytes', () => {
  it.each([2 ** 31, 2 ** 32, 2 ** 40, 2 ** 50])('is like any other: %d', async (near) => {
    const fileBytes = 8 * 1024
    const first = Math.ceil(near / fileBytes) * fileBytes - 2 * fileBytes
    const files = new SimulatedStoreFiles()
    files.put(`/store/commitlog/${String(first).padStart(20, '0')}`, Buffer.alloc(fileBytes))
    const bench = await Bench.start({ on: files })
    const { physicalOffset } = bench.append({ tagsCode: 7 })
    expect(physicalOffset).toBe(first)
    await bench.send(60, { body: Buffer.alloc(400), tagsCode: -9 })
    bench.store.deleteTopic('gone')
    await bench.clock.advance(30_000)
    for (const left of [files.afterKill(), files.afterPowerCut('none')]) {
      const next = await bench.next(left)
      expect(await next.bodies('T')).toHaveLength(61)
      const { records } = await next.store.query({ topic: 'T', key: 'U50', maxCount: 8, beginMs: 0, endMs: next.clock.now() })
      expect(records).toHaveLength(1)
      expect((await next.store.recordAt(first))?.queueOffset).toBe(0)
      await next.send()
      await next.store.close()
      const again = await bench.next(left)
      expect(again.store.recovery).toMatchObject({ isClean: true })
      expect(await again.bodies('T')).toHaveLength(62)
      await again.store.close()
      for (const path of left.paths) if (path.includes('/consumequeue/') || path.includes('/index/')) left.remove(path)
      const rebuilt = await bench.next(left)
      expect(await rebuilt.bodies('T')).toHaveLength(62)
      await rebuilt.store.close()
    }
  })
})
