import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AppendRequest } from '@rocketmq-ts/store'
import { openedStore, turn } from './opened-store'
import { sampleRequests } from './requests'

/** Less than two batches fit the rest. */
const SPARE_BYTES = 128 * 1024

/** A store that was filled and closed. */
export interface FilledDirectory {
  readonly directory: string
  /** Files of its commit log, in order. */
  readonly files: readonly string[]
  /** Records in it, and their bytes from the beginning of the log on: they fit its first file. */
  readonly messages: number
  readonly bytes: number
}

/** Fills a store with records of 1 KiB in so many queues: the file of its log, almost to its end. */
export async function filledDirectory(directory: string, fileBytes: number, queues: number): Promise<FilledDirectory> {
  const store = await openedStore(directory, { commitLogFileBytes: fileBytes })
  const requests = sampleRequests(1024, 4096, queues)
  let [bytes, messages] = [0, 0]
  while (bytes < fileBytes - SPARE_BYTES) {
    for (let at = 0; at < 64; at++) bytes += store.append(requests[messages++ % requests.length] as AppendRequest).size
    store.commit()
    await turn()
  }
  await store.close()
  const log = join(directory, 'commitlog')
  const files = readdirSync(log)
    .sort()
    .map((name) => join(log, name))
  if (statSync(files[0] ?? '').size < bytes) throw new Error('the records do not fit the first file of the log')
  return { directory, files, messages, bytes }
}
