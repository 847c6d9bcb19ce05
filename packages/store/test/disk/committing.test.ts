import { describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { type CommitStatus, DiskMessageStore, type DiskMessageStoreOptions, SimulatedStoreFiles, type StoreError } from '../../src'
import { SMALL_FILES } from './support/small-files'
import { requestOf } from './support/workload'

const GIB = 1024 ** 3

/** A started store on a simulated disk. */
async function bench(options: Partial<DiskMessageStoreOptions> = {}) {
  const files = new SimulatedStoreFiles({ totalBytes: GIB })
  const clock = new ManualClock()
  const failures: StoreError[] = []
  const onFailure = (failure: StoreError): void => void failures.push(failure)
  const store = new DiskMessageStore({ directory: '/store', files, clock, onFailure, ...SMALL_FILES, ...options })
  await store.start()
  let sent = 0
  const append = (body = `body ${sent}`) => store.append(requestOf(sent++, { topic: 'T', queueId: 0, body: Buffer.from(body) }))
  /** Commits; the status is in the list once the commit has ended. */
  const commit = (): CommitStatus[] => {
    const statuses: CommitStatus[] = []
    store.whenCommitted((status) => statuses.push(status))
    store.commit()
    return statuses
  }
  const send = async (): Promise<CommitStatus | undefined> => {
    append()
    const statuses = commit()
    await clock.settle()
    return statuses[0]
  }
  return { files, clock, store, failures, append, commit, send }
}

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return (error as StoreError).code
  }
  return 'nothing was refused'
}

describe('a store that syncs each commit', () => {
  it('shows a message to nobody before its sync has ended', async () => {
    const { files, clock, store, append, commit } = await bench({ flush: 'SYNC_FLUSH' })
    const arrivals: number[] = []
    store.onArrival(({ queueOffset }) => arrivals.push(queueOffset))
    files.hold(({ name }) => name === 'sync')
    append()
    const statuses = commit()
    await clock.settle()
    expect([statuses, arrivals, store.maxOffset('T', 0)]).toEqual([[], [], 0])
    files.release()
    await clock.settle()
    expect([statuses, arrivals, store.maxOffset('T', 0)]).toEqual([['COMMITTED'], [0], 1])
    await store.close()
  })

  it('gathers what comes while a sync is under way, for one more sync', async () => {
    const { files, clock, store, append, commit } = await bench({ flush: 'SYNC_FLUSH' })
    files.hold(({ name }) => name === 'sync')
    append()
    const first = commit()
    await clock.settle()
    const later = [1, 2, 3].map(() => {
      append()
      return commit()
    })
    await clock.settle()
    expect(files.held).toHaveLength(1)
    files.release(1)
    await clock.settle()
    expect([first, ...later]).toEqual([['COMMITTED'], [], [], []])
    expect(files.held).toHaveLength(1)
    files.release()
    await clock.settle()
    expect(later).toEqual([['COMMITTED'], ['COMMITTED'], ['COMMITTED']])
    await store.close()
  })

  it('says after five seconds that the disk is slow, and shows the message when it is durable', async () => {
    const { files, clock, store, append, commit } = await bench({ flush: 'SYNC_FLUSH' })
    files.hold(({ name }) => name === 'sync')
    append()
    const statuses = commit()
    await clock.advance(4999)
    expect(statuses).toEqual([])
    await clock.advance(1)
    expect([statuses, store.maxOffset('T', 0)]).toEqual([['FLUSH_DISK_TIMEOUT'], 0])
    files.release()
    await clock.settle()
    expect([statuses, store.maxOffset('T', 0)]).toEqual([['FLUSH_DISK_TIMEOUT'], 1])
    await store.close()
  })

  it('never asks again after a sync that failed: who waits is told, and the store has stopped', async () => {
    const { files, clock, store, failures, append, commit, send } = await bench({ flush: 'SYNC_FLUSH' })
    expect(await send()).toBe('COMMITTED')
    files.failWhere(({ name }) => (name === 'sync' ? 'EIO' : undefined))
    const syncs = files.operations.filter(({ name }) => name === 'sync').length
    append()
    const first = commit()
    append()
    const second = commit()
    append('staged only')
    await clock.settle()
    await clock.advance(60_000)
    expect([first, second]).toEqual([['FAILED'], ['FAILED']])
    expect(files.operations.filter(({ name }) => name === 'sync')).toHaveLength(syncs + 1)
    expect(failures.map(({ code }) => code)).toEqual(['STORE_FAILED'])
    expect(codeOf(append)).toBe('STORE_FAILED')
    expect(store.maxOffset('T', 0)).toBe(1)
    await store.close()
  })
})

describe('a store that syncs in the background', () => {
  it('shows a message at once and syncs it within its interval', async () => {
    const { files, clock, store, append, commit } = await bench()
    append()
    const statuses = commit()
    expect([statuses, store.maxOffset('T', 0)]).toEqual([['COMMITTED'], 1])
    const syncsOfLog = (): number => files.operations.filter(({ name, path }) => name === 'sync' && path.includes('/commitlog/')).length
    const before = syncsOfLog()
    await clock.advance(499)
    expect(syncsOfLog()).toBe(before)
    await clock.advance(1)
    expect(syncsOfLog()).toBe(before + 1)
    await store.close()
  })

  it('stops when the disk fails behind its back', async () => {
    const { files, clock, store, failures, append, send } = await bench()
    expect(await send()).toBe('COMMITTED')
    files.failWhere(({ name }) => (name === 'sync' ? 'EIO' : undefined))
    await clock.advance(500)
    expect(failures.map(({ code }) => code)).toEqual(['STORE_FAILED'])
    expect(codeOf(append)).toBe('STORE_FAILED')
    expect(await store.read({ topic: 'T', queueId: 0, queueOffset: 0, maxCount: 1, maxBytes: 1000 })).toMatchObject({ status: 'FOUND' })
    await store.close()
  })

  it('sets no timer while nothing is sent', async () => {
    const { clock, store, send } = await bench()
    const atRest = clock.pendingTimers.length
    await send()
    expect(clock.pendingTimers.length).toBeGreaterThan(atRest)
    await clock.advance(30_000)
    expect(clock.pendingTimers).toHaveLength(atRest)
    await store.close()
  })
})

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('a store with a full disk, %s,', (flush) => {
  it('refuses sends before it takes them, loses nothing, and goes on when there is space', async () => {
    const { files, clock, store, failures, append, send } = await bench({ flush, refuseAboveDiskUse: 1, forceDeleteAboveDiskUse: 1 })
    let acknowledged = 0
    files.freeBytes = 64 * 1024
    for (let i = 0; i < 10_000; i++) {
      let status: CommitStatus | undefined
      try {
        status = await send()
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORE_NOT_WRITABLE', retriable: true })
        break
      }
      expect(status).toBe('COMMITTED')
      acknowledged++
    }
    expect(acknowledged).toBeGreaterThan(10)
    expect(codeOf(append)).toBe('STORE_NOT_WRITABLE')
    expect(store.maxOffset('T', 0)).toBe(acknowledged)
    files.freeBytes = GIB / 2
    await clock.advance(5000)
    expect(await send()).toBe('COMMITTED')
    expect(store.maxOffset('T', 0)).toBe(acknowledged + 1)
    expect(failures).toEqual([])
    await store.close()
  })

  it('gives the offsets of a commit that could not be written to the next', async () => {
    const { files, clock, store, append, commit, send } = await bench({ flush })
    await send()
    const failure = files.failWhere(({ name, path }) => (name === 'write' && path.includes('/commitlog/') ? 'ENOSPC' : undefined))
    const lost = append('lost')
    expect(commit()).toEqual(['FAILED'])
    failure.cancel()
    const next = append('next')
    expect({ ...next, size: 0 }).toEqual({ ...lost, size: 0, storeTimestamp: next.storeTimestamp })
    const statuses = commit()
    await clock.settle()
    expect(statuses).toEqual(['COMMITTED'])
    const { records } = await store.read({ topic: 'T', queueId: 0, queueOffset: 1, maxCount: 9, maxBytes: 9999 })
    expect(records.map((record) => record.includes('next'))).toEqual([true])
    await store.close()
  })
})
