import { closeSync, openSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { bodyCrc } from '@rocketmq-ts/remoting/wire'
import { nodeStoreFiles } from '@rocketmq-ts/store'
import type { Contest } from './contest'
import { type FilledDirectory, filledDirectory } from './filled-directory'
import { mebibytesPerSecond, openedStore } from './opened-store'
import { readInPieces } from './plain-read'
import type { StorePlan } from './plan'
import { QUEUES } from './requests'

/** What the scan reads at a time too. */
const PIECE_BYTES = 2 * 2 ** 20

/** The scan of the log, of the built package: nothing that it exports to its users. */
interface ScanModule {
  scanLog(scan: {
    readonly options: { readonly files: typeof nodeStoreFiles }
    readonly files: readonly { readonly path: string; readonly start: number; readonly end: number }[]
    readonly from: number
    readonly onRecord: () => void
  }): Promise<{ readonly records: number }>
}

/** Recovery after a crash, beside reading the same file in order with a CRC of all of it. */
export async function recoveryContest(folder: string, plan: StorePlan): Promise<Contest> {
  const filled = await filledDirectory(join(folder, 'recovered'), plan.runBytes, QUEUES)
  const file = openSync(filled.file, 'r')
  return {
    id: 'recovery',
    title: 'recovery of a log of records of 1 KiB',
    unit: 'MiB/s',
    contenders: [
      { id: 'scan', title: 'the scan of the log', run: () => scan(filled) },
      {
        id: 'whole',
        title: 'start with no state, queue or index: all of it is made again and synced',
        run: () => recoverAll(filled)
      },
      {
        id: 'plain',
        title: 'plain `fs.read` in pieces of 2 MiB, and a CRC of each',
        run: () => readInPieces(file, filled.bytes, PIECE_BYTES, bodyCrc)
      }
    ],
    comparisons: [
      { what: 'recovery scan ÷ plain sequential read and CRC', ours: 'scan', other: 'plain', atLeast: 0.5 },
      { what: '… the whole start, queues and index made again', ours: 'whole', other: 'plain' }
    ],
    close: async () => closeSync(file)
  }
}

async function scan({ file, messages, bytes }: FilledDirectory): Promise<number> {
  const built = dirname(require.resolve('@rocketmq-ts/store'))
  const { scanLog } = createRequire(__filename)(join(built, 'disk', 'recovery', 'scan-log')) as ScanModule
  const begun = performance.now()
  const files = [{ path: file, start: 0, end: bytes }]
  const { records } = await scanLog({ options: { files: nodeStoreFiles }, files, from: 0, onRecord: () => {} })
  if (records !== messages) throw new Error(`${records} of ${messages} records were found`)
  return mebibytesPerSecond(bytes, performance.now() - begun)
}

async function recoverAll({ directory, bytes, messages, allMessages }: FilledDirectory): Promise<number> {
  for (const name of ['rocketmq-ts/state.json', 'checkpoint', 'consumequeue', 'index']) {
    rmSync(join(directory, name), { recursive: true, force: true })
  }
  const begun = performance.now()
  const store = await openedStore(directory)
  const rate = mebibytesPerSecond((bytes * allMessages) / messages, performance.now() - begun)
  const { recovery } = store
  await store.close()
  if (recovery?.records !== allMessages) throw new Error(`${recovery?.records} of ${allMessages} records were recovered`)
  return rate
}
