import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import { CommitLog } from '../../../src/disk/commit-log/commit-log'
import { resolveDiskOptions } from '../../../src/disk/disk-options'
import { nodeStoreFiles } from '../../../src/files/node-store-files'
import { request } from './fixture'

const MIB = 1024 * 1024
const RECORDS = 6000

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'commit-log-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function load(): CommitLog {
  const sizes = { commitLogFileBytes: MIB, zeroAheadBytes: 256 * 1024, tailBytes: MIB, readCacheBytes: MIB }
  return CommitLog.load(resolveDiskOptions({ directory, files: nodeStoreFiles, clock: new ManualClock(), ...sizes }))
}

it('a commit log on a real disk holds what was written through many files, before and after it is opened again', async () => {
  const log = load()
  await log.startAppending(0)
  const places: { readonly at: number; readonly size: number }[] = []
  for (let i = 0; i < RECORDS; i++) {
    const made = request(`${i}`.padStart(1000, '.'))
    const size = log.measure(made)
    places.push({ at: log.append(made, size, i, i), size })
    if (i % 64 === 63) log.write()
    // Zeros are written off the event loop meanwhile.
    if (i % 512 === 511) await log.sync()
  }
  log.write()
  const end = log.endOffset
  for (const [i, { at, size }] of places.entries()) expect(decodeRecord(await log.read(at, size)).queueOffset).toBe(i)
  await log.close()

  const names = readdirSync(join(directory, 'commitlog'))
  expect(names.length).toBeGreaterThan(6)
  for (const name of names) expect(statSync(join(directory, 'commitlog', name)).size).toBe(MIB)
  const again = load()
  await again.startAppending(end)
  for (const [i, { at, size }] of places.entries()) {
    const record = decodeRecord(await again.read(at, size))
    expect([record.queueOffset, record.physicalOffset, record.body.toString()]).toEqual([i, at, `${i}`.padStart(1000, '.')])
  }
  again.deleteBefore(end)
  expect(readdirSync(join(directory, 'commitlog')).length).toBeLessThanOrEqual(2)
  await again.close()
})
