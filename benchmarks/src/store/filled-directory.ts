import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { AppendRequest, DiskMessageStore } from '@rocketmq-ts/store'
import { openedStore } from './opened-store'
import { sampleRequests } from './requests'

/** Less than two batches fit the rest. */
const SPARE_BYTES = 160 * 1024
const BATCH = 64
/** The store writes zeros ahead meanwhile: who goes faster than the disk makes it begin the next file early. */
const PAUSE_EVERY_BATCHES = 16

/** A store that was filled and closed. */
export interface FilledDirectory {
  readonly directory: string
  /** First file of its commit log; records in it, and the bytes that they take from its beginning on. */
  readonly file: string
  readonly messages: number
  readonly bytes: number
  /** Records in the next file too. */
  readonly allMessages: number
}

/** Fills a store with records of 1 KiB in so many queues: the first file of its log, as far as it goes. */
export async function filledDirectory(directory: string, fileBytes: number, queues: number): Promise<FilledDirectory> {
  const store = await openedStore(directory, { commitLogFileBytes: fileBytes })
  const filled = await fill(store, sampleRequests(1024, 4096, queues), fileBytes)
  await store.close()
  const log = join(directory, 'commitlog')
  const [first = ''] = readdirSync(log).sort()
  if (filled.bytes < fileBytes / 2) throw new Error(`only ${filled.bytes} bytes came into the first file of the log`)
  return { directory, file: join(log, first), ...filled }
}

async function fill(store: DiskMessageStore, requests: readonly AppendRequest[], fileBytes: number) {
  let [messages, bytes, allMessages] = [0, 0, 0]
  for (let batch = 1; messages === allMessages && bytes < fileBytes - SPARE_BYTES; batch++) {
    for (let at = 0; at < BATCH; at++) {
      const { physicalOffset, size } = store.append(requests[allMessages++ % requests.length] as AppendRequest)
      if (physicalOffset >= fileBytes) continue
      bytes = physicalOffset + size
      messages = allMessages
    }
    store.commit()
    if (batch % PAUSE_EVERY_BATCHES === 0) await pause(2)
  }
  return { messages, bytes, allMessages }
}
