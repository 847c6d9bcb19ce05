import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { resolveDiskOptions } from '../../../src/disk/disk-options'
import { type RetainedFile, Retention } from '../../../src/disk/retention/retention'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'

const DIRECTORY = '/data/store'
const FILE_BYTES = 1000
const HOUR = 60 * 60 * 1000

let clock: ManualClock
let files: SimulatedStoreFiles
let log: Log
let dropped: string[]
let told: string[]
let hour: number
let retention: Retention

/** A log of so many files, each a percent of the disk, the last one half full. */
class Log {
  files: RetainedFile[] = []
  writtenOffset = 0

  constructor(count: number) {
    for (let index = 0; index < count; index++) {
      const path = `${DIRECTORY}/commitlog/${String(index * FILE_BYTES).padStart(20, '0')}`
      files.put(path, Buffer.alloc(1))
      this.files.push({ path, end: (index + 1) * FILE_BYTES })
    }
    this.writtenOffset = (count - 0.5) * FILE_BYTES
  }

  get minOffset(): number {
    return (this.files[0]?.end ?? FILE_BYTES) - FILE_BYTES
  }

  get left(): number {
    return this.files.length
  }

  deleteBefore(physicalOffset: number): void {
    for (const { path, end } of this.files) if (end <= physicalOffset) files.remove(path)
    const gone = this.files.filter(({ end }) => end <= physicalOffset).length
    this.files = this.files.slice(gone)
    if (gone > 0) useDisk(percent - gone)
  }
}

let percent = 0

function useDisk(percentNow: number): void {
  percent = percentNow
  files.freeBytes = Math.round(files.totalBytes * (1 - percentNow / 100))
}

function start(count: number): void {
  log = new Log(count)
  const logger = {
    debug: () => {},
    info: (message: string) => void told.push(message),
    warn: (message: string) => void told.push(message),
    error: (message: string) => void told.push(message)
  }
  const follower = (name: string) => ({
    dropBefore: async (offset: number) => {
      dropped.push(`${name} ${offset}`)
    }
  })
  retention = new Retention({
    options: resolveDiskOptions({ directory: DIRECTORY, files, clock, logger }),
    log,
    followers: [follower('queues'), follower('index')],
    hourOf: () => hour
  })
  retention.start()
}

beforeEach(() => {
  clock = new ManualClock()
  files = new SimulatedStoreFiles({ totalBytes: 100 * 1024 * 1024, now: () => clock.now() })
  files.makeDirectory(DIRECTORY)
  useDisk(50)
  dropped = []
  told = []
  hour = 12
})
afterEach(() => retention.stop())

describe('retention by time', () => {
  it('deletes at the hour what is older than 72 hours, and queues and index follow the log', async () => {
    start(5)
    await clock.advance(72 * HOUR - 20_000)
    expect(log.left).toBe(5)
    files.put(log.files[2]?.path ?? '', Buffer.alloc(2))
    await clock.advance(30_000)
    expect(log.left).toBe(5)
    hour = 4
    await clock.advance(11_000)
    expect(log.files[0]?.end).toBe(3 * FILE_BYTES)
    expect(dropped).toEqual(['queues 2000', 'index 2000'])
    await clock.advance(60_000)
    expect(log.left).toBe(3)
    expect(dropped).toHaveLength(2)
  })

  it('never deletes the file that is written to', async () => {
    start(3)
    hour = 4
    await clock.advance(100 * HOUR)
    expect(log.left).toBe(1)
    await clock.advance(100 * HOUR)
    expect(log.left).toBe(1)
  })

  it('never deletes a file that is not yet full, though one is made ahead of it', async () => {
    start(2)
    log.writtenOffset = 0.5 * FILE_BYTES
    hour = 4
    await clock.advance(100 * HOUR)
    expect(log.left).toBe(2)
  })

  it('deletes ten files at a time, 100 ms apart', async () => {
    start(30)
    await clock.advance(72 * HOUR)
    hour = 4
    await clock.advance(10_000)
    expect(log.left).toBe(29)
    await clock.advance(400)
    expect(log.left).toBe(25)
    await clock.advance(5000)
    expect(log.left).toBe(20)
    await clock.advance(10_000)
    expect(log.left).toBe(10)
  })

  it('lets queues and index follow at the first look what was deleted before a crash', async () => {
    start(3)
    log.files = log.files.slice(1)
    await clock.advance(11_000)
    expect(dropped).toEqual(['queues 1000', 'index 1000'])
  })
})

describe('retention by the use of the disk', () => {
  it('above 75 % deletes what is expired at any hour, and nothing else', async () => {
    start(5)
    useDisk(80)
    await clock.advance(71 * HOUR)
    expect(log.left).toBe(5)
    await clock.advance(HOUR + 20_000)
    expect(log.left).toBe(1)
  })

  it('above 85 % deletes the oldest before their time, and only until the disk is back at 85 %', async () => {
    start(30)
    useDisk(88)
    await clock.advance(11_000)
    expect(percent).toBe(85)
    expect(log.left).toBe(27)
    await clock.advance(60_000)
    expect(log.left).toBe(27)
    expect(dropped).toEqual(['queues 3000', 'index 3000'])
  })

  it('above 90 % refuses sends from the start on, until it has made room', async () => {
    useDisk(93)
    start(30)
    expect(retention.isFull).toBe(true)
    await clock.advance(1200)
    expect(retention.isFull).toBe(true)
    await clock.advance(5000)
    expect(retention.isFull).toBe(false)
    expect(percent).toBe(85)
    expect(told[0]).toBe('the disk is nearly full: sends are refused')
    expect(told.at(-1)).toBe('the disk has space again: sends are accepted')
    expect(told.filter((message) => message.startsWith('the disk'))).toHaveLength(2)
  })

  it('with nothing left to delete refuses sends, and accepts them within seconds when others have made room', async () => {
    start(1)
    useDisk(99)
    await clock.advance(11_000)
    expect(retention.isFull).toBe(true)
    expect(log.left).toBe(1)
    await clock.advance(600_000)
    expect(retention.isFull).toBe(true)
    useDisk(60)
    await clock.advance(1000)
    expect(retention.isFull).toBe(false)
  })

  it('does not refuse by turns at the mark', async () => {
    start(1)
    useDisk(91)
    await clock.advance(11_000)
    for (const percentNow of [90, 89, 86]) {
      useDisk(percentNow)
      await clock.advance(2000)
      expect(retention.isFull).toBe(true)
    }
    useDisk(85)
    await clock.advance(2000)
    expect(retention.isFull).toBe(false)
  })

  it('that the system does not tell refuses nothing and deletes what is expired', async () => {
    start(5)
    files.failWhere(({ name }) => (name === 'space' ? 'ENOSYS' : undefined))
    await clock.advance(HOUR)
    expect(log.left).toBe(5)
    await clock.advance(72 * HOUR)
    expect(log.left).toBe(1)
    expect(retention.isFull).toBe(false)
  })
})

describe('retention', () => {
  it('goes on after a failure, which it tells once however often it comes', async () => {
    start(5)
    useDisk(88)
    const failure = files.failWhere(({ name }) => (name === 'remove' ? 'EIO' : undefined))
    await clock.advance(60_000)
    expect(failure.failed.length).toBeGreaterThan(3)
    expect(told).toEqual(['old messages cannot be deleted'])
    failure.cancel()
    await clock.advance(11_000)
    expect(percent).toBe(85)
  })

  it('lets queues and index follow again when they failed to', async () => {
    start(5)
    useDisk(86)
    let failures = 2
    const parts = { dropBefore: async (offset: number) => void dropped.push(`then ${offset}`) }
    await retention.stop()
    retention = new Retention({
      options: resolveDiskOptions({ directory: DIRECTORY, files, clock }),
      log,
      followers: [{ dropBefore: () => (failures-- > 0 ? Promise.reject(new Error('busy')) : Promise.resolve()) }, parts],
      hourOf: () => hour
    })
    retention.start()
    await clock.advance(31_000)
    expect(dropped).toEqual(['then 1000'])
  })

  it('stops at once, in the middle of its work, and leaves no timer', async () => {
    start(30)
    useDisk(99)
    await clock.advance(10_050)
    const { left } = log
    expect(left).toBeLessThan(30)
    await retention.stop()
    expect(clock.pendingTimers).toEqual([])
    await clock.advance(60_000)
    expect(log.left).toBe(left)
  })

  it('stopped while a follower is at work begins no other', async () => {
    start(3)
    await retention.stop()
    log.files = log.files.slice(1)
    let end = (): void => {}
    const slow = { dropBefore: () => new Promise<void>((resolve) => (end = resolve)) }
    const next = { dropBefore: async (offset: number) => void dropped.push(`next ${offset}`) }
    retention = new Retention({ options: resolveDiskOptions({ directory: DIRECTORY, files, clock }), log, followers: [slow, next] })
    retention.start()
    await clock.advance(11_000)
    const stopping = retention.stop()
    end()
    await stopping
    expect(dropped).toEqual([])
  })

  it('stops before it has begun', async () => {
    start(1)
    await retention.stop()
    expect(clock.pendingTimers).toEqual([])
  })
})
