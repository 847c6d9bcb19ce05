import { describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { StoreOwner } from '../../../src/disk/owner/store-owner'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import type { StoreFiles } from '../../../src/files/store-files'
import type { StoreError } from '../../../src/store-error'

const DIRECTORY = '/data/store'
const OWNER = `${DIRECTORY}/rocketmq-ts/owner.json`

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const take = (files: StoreFiles, clock = new ManualClock()) => StoreOwner.take({ directory: DIRECTORY, files, clock, logger })
const other = (files: SimulatedStoreFiles, pid = 2000) => files.seenBy({ pid, startedAt: `process ${pid}` })
const owner = (files: SimulatedStoreFiles) => JSON.parse(files.bytesOf(OWNER).toString())

async function refusalOf(taking: Promise<unknown>): Promise<StoreError> {
  return taking.then(
    () => Promise.reject(new Error('the store was taken')),
    (error: StoreError) => error
  )
}

describe('the owner of a store', () => {
  it('is named by process and start in its own directory, beside the official lock file', async () => {
    const files = new SimulatedStoreFiles()
    await take(files)
    expect(owner(files)).toEqual({ pid: 1000, startedAt: 'process 1000' })
    expect(files.bytesOf(`${DIRECTORY}/lock`).toString()).toBe('lock')
    expect(files.paths).toEqual([`${DIRECTORY}/lock`, OWNER])
    expect(files.openPaths).toEqual([])
  })

  it('that leaves twice takes nothing from the one that came in between', async () => {
    const files = new SimulatedStoreFiles()
    const first = await take(files)
    first.release()
    await take(files)
    first.release()
    expect(owner(files)).toEqual({ pid: 1000, startedAt: 'process 1000' })
  })

  it('keeps other processes away, which are told its number and the directory and leave no trace', async () => {
    const files = new SimulatedStoreFiles()
    await take(files)
    const refusal = await refusalOf(take(other(files)))
    expect(refusal).toMatchObject({ code: 'STORE_IN_USE', facts: { pid: 1000, directory: DIRECTORY } })
    expect(refusal.message).toContain('process 1000')
    expect(refusal.message).toContain(DIRECTORY)
    expect(files.paths).toEqual([`${DIRECTORY}/lock`, OWNER])
  })

  it('keeps a second store of its own process away', async () => {
    const files = new SimulatedStoreFiles()
    await take(files)
    const refusal = await refusalOf(take(files))
    expect(refusal).toMatchObject({ code: 'STORE_IN_USE', facts: { pid: 1000 } })
    expect(refusal.message).toContain('this process')
  })

  it('leaves the store to the next when it is closed', async () => {
    const files = new SimulatedStoreFiles()
    const first = await take(files)
    first.release()
    expect(files.paths).toEqual([`${DIRECTORY}/lock`])
    first.release()
    await take(other(files))
    first.release()
    expect(owner(files).pid).toBe(2000)
  })

  it('that was killed is followed by the next process', async () => {
    const files = new SimulatedStoreFiles()
    await take(files)
    const next = files.afterKill()
    await take(next)
    expect(owner(next)).toEqual({ pid: 1001, startedAt: 'process 1001' })
  })

  it('that has ended is not mistaken for a process that was given its number since', async () => {
    const files = new SimulatedStoreFiles()
    await take(files)
    const next = files.afterKill()
    next.processes.set(1000, 'started later')
    await take(next)
    expect(owner(next).pid).toBe(1001)
  })

  it.each(['', '{"pid":', '{"pid":1000}', 'null'])('that a power cut tore to %j is no owner', async (text) => {
    const files = new SimulatedStoreFiles()
    files.put(OWNER, Buffer.from(text))
    await take(files)
    expect(owner(files).pid).toBe(1000)
  })

  it('is not kept waiting by the claim of a process that ended, nor by files it does not know', async () => {
    const files = new SimulatedStoreFiles()
    files.put(`${DIRECTORY}/rocketmq-ts/claim-77-1-${Buffer.from('process 77').toString('hex')}`, Buffer.from(''))
    files.put(`${DIRECTORY}/rocketmq-ts/claim-of-another-kind`, Buffer.from(''))
    await take(files)
    expect(files.paths).toEqual([`${DIRECTORY}/lock`, `${DIRECTORY}/rocketmq-ts/claim-of-another-kind`, OWNER])
  })

  it('gives up waiting for a rival that stands still', async () => {
    const files = new SimulatedStoreFiles()
    files.processes.set(5000, 'process 5000')
    const claim = `${DIRECTORY}/rocketmq-ts/claim-5000-1-${Buffer.from('process 5000').toString('hex')}`
    files.put(claim, Buffer.from(''))
    const clock = new ManualClock()
    const refusal = refusalOf(take(files, clock))
    await clock.advance(5000)
    expect(await refusal).toMatchObject({ code: 'STORE_IN_USE', facts: { pid: 5000 } })
    expect(files.paths).toEqual([claim])
  })

  it('leaves the content of an official lock file alone', async () => {
    const files = new SimulatedStoreFiles()
    files.put(`${DIRECTORY}/lock`, Buffer.from('their own'))
    await take(files)
    expect(files.bytesOf(`${DIRECTORY}/lock`).toString()).toBe('their own')
  })

  it('does not begin while an official broker holds the lock of the directory', async () => {
    const files = new SimulatedStoreFiles()
    files.put(`${DIRECTORY}/lock`, Buffer.from('lock'))
    files.locks.set(`${DIRECTORY}/lock`, [4711])
    expect(await refusalOf(take(files))).toMatchObject({ code: 'STORE_IN_USE', facts: { pid: 4711, directory: DIRECTORY } })
    expect(files.paths).toEqual([`${DIRECTORY}/lock`])
    files.locks.clear()
    await take(files)
  })
})

describe('a directory that cannot be written', () => {
  it.each(['EROFS', 'EACCES', 'EPERM'])('by %s is refused with its path and that word', async (reason) => {
    const files = new SimulatedStoreFiles()
    files.failWhere(({ name }) => (name === 'make directory' ? reason : undefined))
    const refusal = await refusalOf(take(files))
    expect(refusal).toMatchObject({ code: 'STORE_READ_ONLY', facts: { directory: DIRECTORY, reason } })
    expect(refusal.message).toContain(DIRECTORY)
    expect(refusal.message).toContain(reason)
  })

  it('though it holds a store is refused all the same', async () => {
    const files = new SimulatedStoreFiles()
    const first = await take(files)
    first.release()
    files.isReadOnly = true
    expect(await refusalOf(take(files))).toMatchObject({ code: 'STORE_READ_ONLY', facts: { reason: 'EROFS' } })
  })

  it('because the disk is full is refused as such', async () => {
    const files = new SimulatedStoreFiles({ totalBytes: 1024 * 1024, freeBytes: 0 })
    expect(await refusalOf(take(files))).toMatchObject({ code: 'STORE_NOT_WRITABLE', retriable: true })
  })

  it('by any failing operation is refused, with nothing left that keeps the next one away', async () => {
    let failures = 0
    for (let n = 1; ; n++) {
      const files = new SimulatedStoreFiles()
      const failure = files.failAt(n, 'EIO')
      const outcome = await take(files).catch((error: StoreError) => error)
      if (failure.failed.length === 0) break
      failures++
      expect(outcome).toMatchObject({ code: 'STORE_READ_ONLY', facts: { reason: 'EIO' } })
      await take(files)
    }
    expect(failures).toBeGreaterThan(5)
  })

  it('at the end does not fail the close', async () => {
    const files = new SimulatedStoreFiles()
    const first = await take(files)
    files.isReadOnly = true
    first.release()
    files.isReadOnly = false
    expect(await refusalOf(take(files))).toMatchObject({ code: 'STORE_IN_USE' })
    await take(files.afterKill())
  })
})

/** Starts another process right before the n-th operation of the first one, and counts who has the store in the end. */
async function race(n: number, pid: number, stale: boolean): Promise<{ owners: number; refusals: StoreError[]; isOver: boolean }> {
  const disk = new SimulatedStoreFiles()
  if (stale) disk.put(OWNER, Buffer.from('{"pid":1,"startedAt":"long ago"}\n'))
  const clock = new ManualClock()
  const started: Promise<PromiseSettledResult<StoreOwner>[]>[] = []
  const start = (files: StoreFiles) => started.push(Promise.allSettled([take(files, clock)]))
  const stop = disk.watch(({ number }) => {
    if (number === n) start(other(disk, pid))
  })
  start(disk)
  await clock.advance(100)
  expect(clock.pendingTimers).toEqual([])
  const settled = (await Promise.all(started)).flat()
  stop()
  return {
    owners: settled.filter(({ status }) => status === 'fulfilled').length,
    refusals: settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as StoreError] : [])),
    isOver: settled.length === 1
  }
}

describe('two processes that start at the same moment', () => {
  it.each([
    [10, false],
    [10, true],
    [2000, false],
    [2000, true]
  ])('are never both owners, and one of them is: the other is %d, a stale owner is there: %s', async (pid, stale) => {
    let moments = 0
    for (let n = 1; ; n++) {
      const { owners, refusals, isOver } = await race(n, pid, stale)
      if (isOver) break
      moments++
      expect(owners).toBe(1)
      expect(refusals.map(({ code }) => code)).toEqual(['STORE_IN_USE'])
    }
    expect(moments).toBeGreaterThan(8)
  })
})
