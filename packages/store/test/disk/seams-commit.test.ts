import { describe, expect, it } from '@jest/globals'
import type { CommitStatus } from '../../src'
import { Bench, codeOf } from './support/bench'

const SYNC = { flush: 'SYNC_FLUSH' } as const

function throwing(): void {
  throw new Error('a waiter failed')
}

describe('a waiter that throws', () => {
  it('of a commit that takes too long leaves the others to be told', async () => {
    const bench = await Bench.start(SYNC)
    bench.files.hold(({ name }) => name === 'sync')
    bench.append()
    bench.store.whenCommitted(throwing)
    const statuses = bench.commit()
    await bench.clock.advance(5000)
    expect(statuses).toEqual(['FLUSH_DISK_TIMEOUT'])
    expect(bench.errors).toHaveLength(1)
    bench.files.release()
    await bench.store.close()
  })

  it('of commits whose sync fails leaves the others to be told, oldest first', async () => {
    const bench = await Bench.start(SYNC)
    const told: string[] = []
    bench.files.failWhere(({ name }) => (name === 'sync' ? 'EIO' : undefined))
    for (const name of ['first', 'second', 'staged']) {
      bench.append()
      bench.store.whenCommitted(throwing)
      bench.store.whenCommitted((status) => told.push(`${name} ${status}`))
      if (name !== 'staged') bench.store.commit()
    }
    await bench.clock.settle()
    expect(told).toEqual(['first FAILED', 'second FAILED', 'staged FAILED'])
    expect(bench.clock.pendingTimers).toEqual([])
    await bench.store.close()
    expect(bench.files.openPaths).toEqual([])
  })

  it('in the commit of a close does not keep the store open', async () => {
    const bench = await Bench.start()
    bench.append()
    bench.store.whenCommitted(throwing)
    await expect(bench.store.close()).rejects.toThrow('a waiter failed')
    expect(bench.files.openPaths).toEqual([])
    await bench.store.start()
    expect(bench.store.maxOffset('T', 0)).toBe(1)
    await bench.store.close()
  })
})

describe('whoever is told that the disk failed', () => {
  it.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('and throws keeps nobody from hearing of it, %s', async (flush) => {
    const bench = await Bench.start({ flush, onFailure: throwing })
    bench.append()
    bench.files.failWhere(({ name, path }) => (path.includes('/commitlog/') && (name === 'sync' || name === 'write') ? 'EIO' : undefined))
    const statuses = bench.commit()
    await bench.clock.advance(1000)
    expect(statuses).toEqual(['FAILED'])
    expect(codeOf(() => bench.append())).toBe('STORE_FAILED')
    await bench.store.close()
    expect(bench.files.openPaths).toEqual([])
  })

  it('behind its back gives up what is staged: it would not become durable', async () => {
    const bench = await Bench.start()
    await bench.send()
    bench.files.failWhere(({ name }) => (name === 'sync' ? 'EIO' : undefined))
    bench.append()
    const statuses: CommitStatus[] = []
    bench.store.whenCommitted((status) => statuses.push(status))
    await bench.clock.advance(1000)
    expect(statuses).toEqual(['FAILED'])
    expect(bench.store.maxOffset('T', 0)).toBe(1)
    await bench.store.close()
  })

  it('and asks afterwards how a commit ended hears that it failed', async () => {
    const bench = await Bench.start(SYNC)
    bench.append()
    bench.files.failWhere(({ name }) => (name === 'sync' ? 'EIO' : undefined))
    bench.store.commit()
    await bench.clock.settle()
    expect(bench.failures).toHaveLength(1)
    const late = bench.commit()
    await bench.clock.settle()
    expect(late).toEqual(['FAILED'])
    await bench.store.close()
  })
})

describe('a waiter that comes when the commit is already under way', () => {
  it('hears when it takes too long, too', async () => {
    const bench = await Bench.start(SYNC)
    bench.files.hold(({ name }) => name === 'sync')
    bench.append()
    bench.store.commit()
    const late = bench.commit()
    await bench.clock.advance(5000)
    expect(late).toEqual(['FLUSH_DISK_TIMEOUT'])
    const later = bench.commit()
    await bench.clock.advance(5000)
    expect(later).toEqual(['FLUSH_DISK_TIMEOUT'])
    bench.files.release()
    await bench.clock.settle()
    expect([late, later]).toEqual([['FLUSH_DISK_TIMEOUT'], ['FLUSH_DISK_TIMEOUT']])
    await bench.store.close()
    expect(bench.clock.pendingTimers).toEqual([])
  })
})

describe('a close', () => {
  it('takes nothing more from those whom its commit tells', async () => {
    const bench = await Bench.start()
    const codes: string[] = []
    bench.append()
    bench.store.whenCommitted(() => codes.push(codeOf(() => bench.append())))
    await bench.store.close()
    expect(codes).toEqual(['STORE_NOT_WRITABLE'])
    const next = await bench.next(bench.files)
    expect(next.store.recovery).toMatchObject({ isClean: true })
    await next.send(2)
    expect(await (await next.next()).bodies('T')).toHaveLength(3)
  })

  it('twice, and before the start has ended, closes once', async () => {
    const bench = new Bench()
    const steps = [bench.store.start(), bench.store.close(), bench.store.close(), bench.store.start(), bench.store.close()]
    await Promise.all(steps)
    expect(bench.files.openPaths).toEqual([])
    expect(bench.files.paths).not.toContain('/store/rocketmq-ts/owner.json')
    expect(bench.clock.pendingTimers).toEqual([])
  })
})

describe('a commit made by someone who was told of one', () => {
  it('is told after it, in order, in either mode', async () => {
    for (const flush of ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const) {
      const bench = await Bench.start({ flush })
      const told: string[] = []
      bench.store.onArrival(({ queueOffset }) => {
        told.push(`arrival ${queueOffset}`)
        if (queueOffset > 2) return
        bench.append()
        bench.store.whenCommitted((status) => told.push(`${status} ${queueOffset + 1}`))
        bench.store.commit()
      })
      bench.append()
      bench.commit()
      await bench.clock.settle()
      expect(told).toEqual(['arrival 0', 'COMMITTED 1', 'arrival 1', 'COMMITTED 2', 'arrival 2', 'COMMITTED 3', 'arrival 3'])
      await bench.store.close()
    }
  })
})
