import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { DiskMessageStore, nodeStoreFiles } from '../../src'
import { SMALL_FILES } from './support/small-files'
import { requestOf } from './support/workload'

const NO_RETENTION = { deleteAboveDiskUse: 1, forceDeleteAboveDiskUse: 1, refuseAboveDiskUse: 1 } as const

describe('a store whose directory is moved while it is open', () => {
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'moved-store-'))
  })

  afterEach(() => rmSync(root, { recursive: true, force: true }))

  function storeIn(directory: string, clock: ManualClock): DiskMessageStore {
    return new DiskMessageStore({ directory, files: nodeStoreFiles, clock, ...SMALL_FILES, ...NO_RETENTION })
  }

  it('stops, begins nothing anew in the old place, and has all messages in the new one', async () => {
    const [place, newPlace] = [join(root, 'store'), join(root, 'moved')]
    const clock = new ManualClock()
    const store = storeIn(place, clock)
    await store.start()
    store.append(requestOf(1, { topic: 'T', queueId: 0 }))
    store.commit()
    renameSync(place, newPlace)
    await expect(store.documents.write('topics.json', '{}')).rejects.toMatchObject({ path: place, reason: 'ENOENT' })
    store.append(requestOf(2, { topic: 'T', queueId: 0 }))
    store.commit()
    await clock.advance(1000)
    expect(store.failure).toMatchObject({ code: 'STORE_FAILED' })
    await store.close()
    expect(readdirSync(root)).toEqual(['moved'])
    // It was moved along, and names this process.
    rmSync(join(newPlace, 'rocketmq-ts', 'owner.json'))
    const moved = storeIn(newPlace, new ManualClock({ startAt: clock.now() }))
    await moved.start()
    expect(moved.maxOffset('T', 0)).toBe(2)
    await moved.close()
  })
})
