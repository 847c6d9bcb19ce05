import { describe, expect, it } from '@jest/globals'
import { checkRecord, RecordMagic } from '@rocketmq-ts/remoting/wire'
import { FileError } from '../../../src/files/file-error'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { StoreError } from '../../../src/store-error'
import { TestLog } from './fixture'

const FILE = 16384
/** A seed. */
const SHORTENS_THE_FIRST = 7

/** Where records begin, from the beginning to the first zeros; throws at anything else. */
function recordsOf(test: TestLog): { readonly starts: readonly number[]; readonly end: number } {
  const { bytes } = test
  const starts: number[] = []
  let at = 0
  while (at < bytes.length && bytes.readInt32BE(at) !== 0) {
    if (bytes.readInt32BE(at + 4) === RecordMagic.BLANK) at += bytes.readInt32BE(at)
    else {
      starts.push(at)
      at += checkRecord(bytes, at, bytes.length)
    }
  }
  return { starts, end: at }
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0)
}

describe('a write that fails', () => {
  it('leaves nothing behind the record that comes in its place', async () => {
    for (const reason of ['ENOSPC', 'EIO']) {
      const test = await TestLog.started({ zeroAheadBytes: FILE })
      await test.writeAll(['before'])
      const { writtenOffset } = test.log
      test.files.shortenWrites(SHORTENS_THE_FIRST)
      for (let i = 0; i < 10; i++) test.stage(`${i}`.repeat(500))
      const plan = test.files.failWhere(({ name }) =>
        name === 'write' && test.bytes.readInt32BE(writtenOffset) !== 0 ? reason : undefined
      )
      expect(() => test.log.write()).toThrow(expect.objectContaining({ reason }))
      plan.cancel()
      test.files.shortenWrites(undefined)
      expect(test.log.writtenOffset).toBe(writtenOffset)
      test.log.rollBack()
      expect(isZero(test.bytes.subarray(writtenOffset))).toBe(true)
      expect(await test.writeAll(['after'])).toEqual([writtenOffset])
      expect(recordsOf(test).starts).toEqual([0, writtenOffset])
    }
  })

  it('is made good before the next one, when it could not be at once', async () => {
    const test = await TestLog.started({ zeroAheadBytes: FILE })
    const { writtenOffset } = test.log
    test.stage(Buffer.alloc(500, 1))
    test.stage(Buffer.alloc(500, 2))
    test.files.shortenWrites(SHORTENS_THE_FIRST)
    const plan = test.files.failWhere(({ name }) => (name === 'write' && test.bytes.readInt32BE(writtenOffset) !== 0 ? 'EIO' : undefined))
    expect(() => test.log.write()).toThrow(FileError)
    test.log.rollBack()
    expect(isZero(test.bytes)).toBe(false)
    expect(test.stage('x')).toBe(0)
    expect(() => test.log.write()).toThrow(FileError)
    expect(test.log.writtenOffset).toBe(0)
    plan.cancel()
    test.log.write()
    expect(recordsOf(test)).toEqual({ starts: [0], end: test.log.endOffset })
    expect(isZero(test.bytes.subarray(test.log.endOffset))).toBe(true)
  })

  it('across the end of a file counts as not written in both', async () => {
    const test = await TestLog.started()
    await test.writeAll(Array.from({ length: 13 }, () => Buffer.alloc(1000)))
    const { writtenOffset, files } = test.log
    for (let i = 0; i < 8; i++) test.stage(Buffer.alloc(1000))
    const next = test.log.files[1]?.path ?? ''
    const plan = test.files.failWhere(({ name, path }) => (name === 'write' && path === next ? 'EIO' : undefined))
    expect(() => test.log.write()).toThrow(FileError)
    plan.cancel()
    test.log.rollBack()
    expect(files.length).toBeGreaterThan(0)
    expect(recordsOf(test).end).toBe(writtenOffset)
    expect(await test.writeAll(['after'])).toEqual([writtenOffset])
  })
})

describe('a sync that fails', () => {
  it('rejects, and what was not durable is not said to be', async () => {
    const test = await TestLog.started()
    await test.writeAll(['a'])
    await test.log.sync()
    const flushed = test.log.flushedOffset
    await test.writeAll(['b'])
    test.files.failAt(1, 'EIO')
    await expect(test.log.sync()).rejects.toThrow(FileError)
    expect(test.log.flushedOffset).toBe(flushed)
  })
})

interface Story {
  /** Offset and body of what was written; how much of it was synced. */
  readonly written: Map<number, string>
  synced: number
}

/** All that a log does: begins, rolls, syncs, removes files, goes on after each failure. */
async function tell(files: SimulatedStoreFiles): Promise<{ readonly test: TestLog | undefined; readonly story: Story }> {
  const story: Story = { written: new Map(), synced: 0 }
  let test: TestLog | undefined
  try {
    test = new TestLog({}, files)
    await test.log.startAppending(0)
    for (let i = 0; i < 40; i++) await step(test, story, i)
    test.log.deleteBefore(FILE)
  } catch (error) {
    if (!(error instanceof FileError || error instanceof StoreError)) throw error
  }
  return { test, story }
}

async function step(test: TestLog, story: Story, i: number): Promise<void> {
  const body = `${i}`.repeat(400)
  try {
    const offset = test.stage(body)
    test.log.write()
    story.written.set(offset, body)
  } catch (error) {
    if (!(error instanceof FileError || error instanceof StoreError)) throw error
    test.log.rollBack()
  }
  if (i % 3 === 0) await test.turn()
  if (i % 7 === 0) story.synced = await test.log.sync()
}

async function holds(files: SimulatedStoreFiles, story: Story, until: number): Promise<void> {
  const again = new TestLog({}, files)
  for (const [offset, body] of story.written) {
    if (offset >= until || offset < again.log.minOffset) continue
    expect([offset, await again.bodyAt(offset)]).toEqual([offset, body])
  }
}

describe('whatever operation fails', () => {
  it('keeps all that was written, and what was synced when the power is cut too', async () => {
    const files = new SimulatedStoreFiles()
    await tell(files)
    const count = files.operations.length
    expect(count).toBeGreaterThan(80)
    for (let n = 1; n <= count; n++) {
      for (const reason of ['EIO', 'ENOSPC']) {
        const failing = new SimulatedStoreFiles()
        failing.failAt(n, reason)
        const { test, story } = await tell(failing)
        await test?.log.close()
        await holds(failing.afterKill(), story, Number.POSITIVE_INFINITY)
        await holds(failing.afterPowerCut('none'), story, story.synced)
        expect(failing.openPaths).toEqual([])
      }
    }
  })

  it('loses nothing that was synced when the power is cut before any operation, and can always be opened', async () => {
    const cuts: { readonly left: SimulatedStoreFiles; readonly story: Story; readonly synced: number }[] = []
    const files = new SimulatedStoreFiles()
    const test = new TestLog({}, files)
    await test.log.startAppending(0)
    const story: Story = { written: new Map(), synced: 0 }
    let seed = 0
    files.watch(() => cuts.push({ left: files.afterPowerCut({ seed: seed++ }), story, synced: story.synced }))
    for (let i = 0; i < 60; i++) await step(test, story, i)
    expect(cuts.length).toBeGreaterThan(100)
    for (const { left, synced } of cuts) await holds(left, story, synced)
  })
})
