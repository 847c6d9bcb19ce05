import { describe, expect, test } from '@jest/globals'
import { encodeProperties } from '@rocketmq-ts/remoting/wire'
import { FileError } from '../../../src/files/file-error'
import type { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { diskOptions, recoverStore } from './recovered-store'
import { SampleLog } from './sample-log'

function filled(count: number): SampleLog {
  const log = new SampleLog({ fileBytes: 8 * 1024, files: 8 })
  for (let i = 0; i < count; i++) {
    const properties = encodeProperties([['KEYS', `key-${i}`]])
    log.add({ topic: `topic-${i % 3}`, queueId: i % 3, queueOffset: Math.floor(i / 3), properties, body: Buffer.alloc(i % 50, 66) })
  }
  return log
}

/** A disk with a torn end, damage in the middle, and a queue that is missing. */
async function worn(): Promise<{ log: SampleLog; files: SimulatedStoreFiles; lost: number[] }> {
  const log = filled(90)
  const files = log.write()
  await (await recoverStore(diskOptions(files, log))).drop()
  const [damaged, torn] = [log.starts[40] as number, log.starts[89] as number]
  for (const at of [damaged + 100, torn + 100]) {
    const file = log.files().find(({ start, end }) => start <= at && at < end)
    files.flip(file?.path ?? '', at - (file?.start ?? 0), 3)
  }
  for (const path of files.paths)
    if (path.startsWith('/store/consumequeue/topic-1/') && files.stat(path)?.kind === 'file') files.remove(path)
  return { log, files, lost: [damaged, torn] }
}

/** What readers find in the end: physical offsets by queue, without those that lead to damage. */
async function outcome(files: SimulatedStoreFiles, log: SampleLog, lost: readonly number[]) {
  const store = await recoverStore(diskOptions(files, log))
  const queues = Object.entries(await store.entries()).map(([name, { min, offsets }]) => [
    name,
    min,
    offsets.map((offset) => (lost.includes(offset) ? -1 : offset))
  ])
  const { end } = store.report
  const indexEnd = store.index.endPhysicalOffset
  await store.drop()
  return { end, indexEnd, queues: queues.sort() }
}

describe('a recovery that fails', () => {
  test('at any operation of the disk rejects with that failure, and the next one comes to the same', async () => {
    const { log, files, lost } = await worn()
    const expected = await outcome(files.clone(), log, lost)
    let isDone = false
    for (let n = 1; !isDone; n++) {
      const disk = files.clone()
      const failure = disk.failAt(n, 'EIO')
      const attempt = await recoverStore(diskOptions(disk, log)).catch((error: unknown) => error)
      isDone = failure.failed.length === 0
      failure.cancel()
      if (attempt instanceof Error) expect(attempt).toBeInstanceOf(FileError)
      expect({ n, ...(await outcome(disk.afterKill(), log, lost)) }).toEqual({ n, ...expected })
    }
  })

  test('by the end of its process at any moment is made up for by the next', async () => {
    const { log, files, lost } = await worn()
    const expected = await outcome(files.clone(), log, lost)
    const disk = files.clone()
    const moments: SimulatedStoreFiles[] = []
    disk.watch(() => moments.push(disk.afterKill()))
    await recoverStore(diskOptions(disk, log))
    expect(moments.length).toBeGreaterThan(50)
    for (const [moment, found] of moments.entries())
      expect({ moment, ...(await outcome(found, log, lost)) }).toEqual({ moment, ...expected })
  })

  test.each([1, 2, 3])('by a power cut at any moment is made up for by the next (seed %d)', async (seed) => {
    const { log, files, lost } = await worn()
    const synced = files.clone().afterPowerCut('all')
    const expected = await outcome(synced.clone(), log, lost)
    const disk = synced.clone()
    const moments: SimulatedStoreFiles[] = []
    disk.watch(() => moments.push(disk.afterPowerCut({ seed: seed * 1000 + moments.length })))
    await recoverStore(diskOptions(disk, log))
    for (const [moment, found] of moments.entries())
      expect({ moment, ...(await outcome(found, log, lost)) }).toEqual({ moment, ...expected })
  })
})

describe('one wrong bit in any byte', () => {
  const log = filled(15)

  /** A store whose records we wrote ourselves. */
  async function flippedIn(part: string) {
    const files = new SampleLog({ fileBytes: log.fileBytes }).write()
    await (await recoverStore(diskOptions(files, log))).drop()
    log.write(files)
    await (await recoverStore(diskOptions(files, log))).leave()
    const whole = await outcome(files.clone(), log, [])
    const paths = files.paths.filter(
      (path) => path.includes(part) && files.stat(path)?.kind === 'file' && (files.stat(path)?.bytes ?? 0) > 0
    )
    expect(paths.length).toBeGreaterThan(0)
    return { files, whole, paths }
  }

  test.each(['/rocketmq-ts/state.json', '/checkpoint', '/rocketmq-ts/progress.json'])('of %s changes nothing', async (part) => {
    const { files, whole, paths } = await flippedIn(part)
    for (const path of paths) {
      const bytes = Math.min(files.stat(path)?.bytes ?? 0, 1024)
      for (let at = 0; at < bytes; at++) {
        const disk = files.clone()
        disk.flip(path, at, at % 7)
        expect({ at, ...(await outcome(disk, log, [])) }).toEqual({ at, ...whole })
      }
    }
  })

  test('of the log costs its record at most', async () => {
    const { files, whole } = await flippedIn('/commitlog/')
    const [first] = log.files()
    for (const isLeft of [true, false]) {
      for (let at = 0; at < log.end; at += isLeft ? 7 : 1) {
        const disk = files.clone()
        disk.flip(first?.path ?? '', at, at % 8)
        if (!isLeft) disk.put('/store/abort', Buffer.alloc(0))
        const found = await outcome(disk, log, [])
        const hit = log.starts.findLast((start) => start <= at)
        for (const [index, [name, min, offsets]] of whole.queues.entries()) {
          const now = found.queues[index] as (typeof whole.queues)[number]
          expect([at, now[0], now[1]]).toEqual([at, name, min])
          const kept = (offsets as number[]).filter((offset) => offset !== hit)
          expect(now[2]).toEqual(expect.arrayContaining(kept))
        }
      }
    }
  })
})
