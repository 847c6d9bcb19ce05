import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { bodyCrc } from '@rocketmq-ts/remoting/wire'
import type { AppendRequest, DiskMessageStore } from '@rocketmq-ts/store'
import type { Contender, Contest } from './contest'
import { mebibytesPerSecond, openedStore, turn } from './opened-store'
import type { StorePlan } from './plan'
import { sampleRequests } from './requests'

const BATCH = 64
const KIB = 1024

/** Records of 1 KiB in batches, ASYNC_FLUSH, beside a plain `writeSync` of the same bytes into zeros that are there already. */
export async function appendContest(folder: string, plan: StorePlan): Promise<Contest> {
  const sealed = await openedStore(join(folder, 'append-sealed'))
  const plain = await openedStore(join(folder, 'append-plain'), { recordCrc: false })
  const unindexed = await openedStore(join(folder, 'append-unindexed'), { index: false })
  const requests = sampleRequests(KIB, 64 * BATCH)
  const batch = await storedBatch(sealed, requests)
  const bodies = requests.slice(0, BATCH).map(({ body }) => body)
  const file = join(folder, 'append-raw')
  const crcs = () => {
    for (const body of bodies) bodyCrc(body)
  }
  const store = (id: string, title: string, of: DiskMessageStore): Contender => ({
    ...{ id, title },
    run: () => appendAll(of, requests, plan.runBytes)
  })
  return {
    id: 'append',
    title: `append of records of 1 KiB, ${BATCH} per commit, ASYNC_FLUSH`,
    unit: 'MiB/s',
    contenders: [
      store('store', 'the store', sealed),
      store('no-record-crc', 'the store, `recordCrc: false`', plain),
      store('no-index', 'the store, `index: false`', unindexed),
      { id: 'raw', title: '`writeSync` of the same batches', run: () => writeAll(file, batch, plan.runBytes, () => {}) },
      {
        ...{ id: 'raw-crc', title: '`writeSync` of the same batches, and a CRC of each body' },
        run: () => writeAll(file, batch, plan.runBytes, crcs)
      }
    ],
    comparisons: [
      { what: 'append ÷ writeSync of the same batches', ours: 'store', other: 'raw', atLeast: 0.7 },
      { what: '… without a checksum over each record', ours: 'no-record-crc', other: 'raw' },
      { what: '… without index', ours: 'no-index', other: 'raw' },
      { what: '… the most that any writer of the format can reach: writeSync and a CRC of each body', ours: 'raw-crc', other: 'raw' },
      { what: 'append ÷ writeSync and body CRC: the CRC, which the format demands, taken out', ours: 'store', other: 'raw-crc' }
    ],
    close: async () => {
      for (const one of [sealed, plain, unindexed]) await one.close()
    }
  }
}

/** The bytes that the store makes of a batch. */
async function storedBatch(store: DiskMessageStore, requests: readonly AppendRequest[]): Promise<Buffer> {
  const appended = requests.slice(0, BATCH).map((request) => store.append(request))
  store.commit()
  const records = await Promise.all(
    appended.map(async ({ physicalOffset }) => (await store.recordBytesAt(physicalOffset)) ?? Buffer.alloc(0))
  )
  return Buffer.concat(records)
}

/** What is timed are the calls; between them the event loop turns, as it does between the reads of a broker, and zeros are written ahead. */
async function appendAll(store: DiskMessageStore, requests: readonly AppendRequest[], bytes: number): Promise<number> {
  let [written, spentMs, next] = [0, 0, 0]
  while (written < bytes) {
    const begun = performance.now()
    for (let at = 0; at < BATCH; at++) written += store.append(requests[next++ % requests.length] as AppendRequest).size
    store.commit()
    spentMs += performance.now() - begun
    await turn()
  }
  return mebibytesPerSecond(written, spentMs)
}

async function writeAll(path: string, batch: Buffer, bytes: number, beside: () => void): Promise<number> {
  const file = openSync(path, 'w')
  try {
    const zeros = Buffer.alloc(2 ** 20)
    for (let at = 0; at < bytes + batch.length; at += zeros.length) writeSync(file, zeros, 0, zeros.length, at)
    let [written, spentMs] = [0, 0]
    while (written < bytes) {
      const begun = performance.now()
      beside()
      written += writeSync(file, batch, 0, batch.length, written)
      spentMs += performance.now() - begun
      await turn()
    }
    return mebibytesPerSecond(written, spentMs)
  } finally {
    closeSync(file)
    rmSync(path)
  }
}
